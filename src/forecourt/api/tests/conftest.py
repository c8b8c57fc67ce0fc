"""Fixtures of the API's tests. Django is not ready when this is read, so the world is imported late."""

import pytest


@pytest.fixture
def world(cast):
    from forecourt.api.tests.world import assemble

    return assemble(cast)
