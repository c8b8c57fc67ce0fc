from django.urls import path

from forecourt.integrations import pages

urlpatterns = [
    path("api-keys/", pages.credential_list, name="api-keys"),
    path("api-keys/new", pages.credential_new, name="api-key-new"),
    path("api-keys/<int:credential_id>", pages.credential_detail, name="api-key"),
    path("api-keys/<int:credential_id>/edit", pages.credential_edit, name="api-key-edit"),
    path("api-keys/<int:credential_id>/secret", pages.credential_secret, name="api-key-secret"),
    path("api-keys/<int:credential_id>/revoke", pages.credential_revoke, name="api-key-revoke"),
    path("api-keys/<int:credential_id>/webhook", pages.webhook, name="api-key-webhook"),
    path("api-keys/<int:credential_id>/webhook/edit", pages.webhook_edit, name="api-key-webhook-edit"),
    path("api-keys/<int:credential_id>/webhook/test", pages.webhook_test, name="api-key-webhook-test"),
    path("api-keys/<int:credential_id>/webhook/on", pages.webhook_on, name="api-key-webhook-on"),
    path("api-keys/<int:credential_id>/webhook/replay", pages.webhook_replay, name="api-key-webhook-replay"),
    path("api-keys/<int:credential_id>/webhook/delete", pages.webhook_delete, name="api-key-webhook-delete"),
    path("api-keys/<int:credential_id>/webhook/entries/<int:entry_id>", pages.webhook_entry, name="api-key-webhook-entry"),
]
