from django.urls import path

from forecourt.integrations.pages import own_keys

urlpatterns = [
    path("me/api-keys/new", own_keys.own_key_new, name="my-api-key-new"),
    path("me/api-keys/<int:credential_id>/revoke", own_keys.own_key_revoke, name="my-api-key-revoke"),
]
