from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("scim/v2/", include("forecourt.sso.scim.urls")),
]
