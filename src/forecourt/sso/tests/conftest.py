"""An organisation with a provider that works (Northwind, nordic.example), and one with a directory (fjord.example). Imports of ours wait until Django is set up."""

from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture(scope="session")
def fake_server():
    from forecourt.sso.tests.fake_provider import running

    with running() as provider:
        yield provider


@pytest.fixture
def fake(fake_server, settings):
    """The provider, honest until told otherwise."""
    settings.PRIVATE_HOSTS = {"127.0.0.1"}
    fake_server.claims, fake_server.userinfo, fake_server.asked, fake_server.lie, fake_server.answers = {}, {}, [], {}, {}
    fake_server.algorithm, fake_server.kid, fake_server.is_down = "RS256", "one", False
    return fake_server


@pytest.fixture
def provider(cast, fake):
    from forecourt.sso.tests.support import make_provider

    return make_provider(cast, fake.issuer)


@pytest.fixture
def sign_in(provider, fake):
    """Through the provider as far as its answer: `sign_in(client)` is our answer to it."""

    def go(client, *, path=None, **answer):
        sent = client.get(path or f"/accounts/sso/{provider.slug}/go/?next=/me")
        assert sent.status_code == 302, sent.text
        query = {name: value[0] for name, value in parse_qs(urlsplit(sent["Location"]).query).items()}
        fake.nonce = query["nonce"]
        return client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": query["state"], "code": "code"} | answer)

    return go


@pytest.fixture
def scim(cast):
    """Northwind's directory, which may make people of fjord.example."""
    from forecourt.sso.tests.scim_client import make_directory, make_verified_domain

    make_verified_domain(cast.northwind, "fjord.example")
    return make_directory(cast.northwind)[1]


@pytest.fixture
def babs(scim):
    """`BABS` as the directory got her back."""
    from forecourt.sso.tests.scim_client import BABS

    return scim.call("POST", "/Users", BABS).json()
