"""API keys in the portal: who may, the secret once, revoking at once."""

import re

import pytest

import forecourt.project.urls as product
from forecourt.integrations.models import Credential
from forecourt.integrations.tests.factories import ApiClient, make_credential
from forecourt.integrations.urls import urlpatterns as own

urlpatterns = [*product.urlpatterns, *own]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("oscar", 403), ("bea", 403), ("sven", 403), ("tom", 403), ("sue", 200)])
def test_who_may_see_api_keys(cast, who, status):
    assert cast.client(who).get("/api-keys/").status_code == status


def test_the_secret_of_a_new_key_is_shown_once_and_works(cast):
    page = cast.client("ada").post("/api-keys/new", {"name": "Fleet app", "scopes": ["teams:read"]}).content.decode()
    credential = Credential.objects.get(name="Fleet app")
    again = cast.client("ada").get(f"/api-keys/{credential.pk}").content.decode()
    secrets = set(re.findall(r"[A-Za-z2-9]{40}", page)) - set(re.findall(r"[A-Za-z2-9]{40}", again))
    statuses = {
        ApiClient(None).call("POST", "/auth/token", {"clientId": credential.client_id, "clientSecret": secret}).status_code
        for secret in secrets
    }
    assert 200 in statuses


def test_a_stranger_cannot_revoke_a_key(cast):
    credential, _ = make_credential(cast.northwind)
    assert cast.client("eve").post(f"/api-keys/{credential.pk}/revoke").status_code == 404
    credential.refresh_from_db()
    assert credential.revoked_at is None
