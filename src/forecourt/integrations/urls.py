from django.urls import path

from forecourt.integrations import pages

urlpatterns = [
    path("api-keys/", pages.credential_list, name="api-keys"),
    path("api-keys/new", pages.credential_new, name="api-key-new"),
    path("api-keys/<int:credential_id>", pages.credential_detail, name="api-key"),
    path("api-keys/<int:credential_id>/edit", pages.credential_edit, name="api-key-edit"),
    path("api-keys/<int:credential_id>/secret", pages.credential_secret, name="api-key-secret"),
    path("api-keys/<int:credential_id>/revoke", pages.credential_revoke, name="api-key-revoke"),
]
