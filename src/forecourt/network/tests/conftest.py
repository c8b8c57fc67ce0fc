"""The network's pages with their tabs."""

import pytest

from forecourt.kit import registries
from forecourt.network import pages


@pytest.fixture(autouse=True)
def with_pages(settings):
    settings.ROOT_URLCONF = "forecourt.network.tests.urls"
    registries.tabs.add(*pages.TABS)
    registries.menu.add(*pages.MENU)
