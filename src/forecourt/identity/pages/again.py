"""Asking somebody who is signed in to show once more that it is they, before what matters (allauth's re-authentication)."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from forecourt.portal.pages import PageRequest

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def is_fresh(request: PageRequest) -> bool:
    """Whether the person showed within the last five minutes that it is they; true for somebody with nothing to show."""
    return bool(did_recently_reauthenticate(request))


def freshly(view: View[P]) -> View[P]:
    """Stands under `@page`: without it the person goes to confirm, and comes back to this page."""

    @functools.wraps(view)
    def answer(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")

    return answer
