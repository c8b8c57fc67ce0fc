"""The shell alone: no database, no other domain's middleware, its own addresses."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from forecourt.kit import registries


@pytest.fixture(autouse=True)
def shell_alone(settings, monkeypatch):
    for registry in (registries.menu, registries.tabs, registries.shell_slots, registries.cards):
        monkeypatch.setattr(registry, "_items", [])
    settings.ROOT_URLCONF = "forecourt.portal.tests.urls"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.TIME_ZONE = "Europe/Copenhagen"
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "forecourt.portal.tests.urls.Visitor",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "forecourt.portal.middleware.LocaleAndZone",
    ]


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def ask():
    """A request as the middleware would hand it on."""
    from django.contrib.auth.models import AnonymousUser  # only after Django is set up

    def make(path="/", *, method="GET", user=None, actor=None, **headers):
        request: Any = RequestFactory().generic(method, path, headers=headers)
        request.user = user or AnonymousUser()
        request.actor = actor
        request.htmx = HtmxDetails(request)
        request._messages = CookieStorage(request)
        return request

    return make


@pytest.fixture
def ada():
    """Someone signed in who may do what is called “read”."""
    return {
        "user": SimpleNamespace(is_authenticated=True),
        "actor": SimpleNamespace(
            may_anywhere=lambda permission: permission == "read", operator_memberships=(), team_memberships=(), platform_role=None
        ),
    }
