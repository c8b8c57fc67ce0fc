from django.urls import path

from forecourt.sso.scim import discovery, views

urlpatterns = [
    path("ServiceProviderConfig", discovery.service_provider_config),
    path("ResourceTypes", discovery.resource_types),
    path("ResourceTypes/<str:name>", discovery.resource_types),
    path("Schemas", discovery.schemas),
    path("Schemas/<str:name>", discovery.schemas),
    path("Users", views.user_list),
    path("Users/.search", views.user_search),
    path("Users/<str:uid>", views.user),
    path("Groups", views.group_list),
    path("Groups/.search", views.group_search),
    path("Groups/<str:uid>", views.group),
    path("Bulk", discovery.unsupported),
    path("Me", discovery.unsupported),
    path("<path:rest>", discovery.missing),
]
