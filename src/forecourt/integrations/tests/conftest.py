"""Fixtures of webhooks. Django is not ready when this is read, so what needs it is imported late."""

from typing import Any

import pytest


@pytest.fixture
def receiver(settings: Any) -> Any:
    """A receiver on this machine that may be asked although it lies in our own network."""
    from forecourt.integrations.tests.receiver import receiving

    settings.PRIVATE_HOSTS = frozenset({"localhost"})
    with receiving() as found:
        yield found


@pytest.fixture
def world(cast: Any) -> Any:
    from forecourt.api.tests.world import assemble

    return assemble(cast)
