"""The network's pages with their tabs."""

import pytest


@pytest.fixture(autouse=True)
def with_pages(settings):
    from forecourt.kit import registries  # only after Django is set up
    from forecourt.network import pages

    settings.ROOT_URLCONF = "forecourt.network.tests.urls"
    registries.tabs.add(*pages.TABS)
    registries.menu.add(*pages.MENU)
