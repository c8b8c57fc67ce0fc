import pytest


@pytest.fixture
def fresh(cast):
    """`fresh("ada")`: a browser where she signed in and has just shown again that it is she."""
    from forecourt.identity.tests.factories import PASSWORD

    def go(name: str):
        client = cast.client(name)
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/me"}).status_code == 302
        return client

    return go
