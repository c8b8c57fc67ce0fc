"""
Accounts that ask for a second factor are shut to whoever has none: they are led to set one up right after sign-in, and
reach nothing of the account until then. Other accounts and teams stay open, and so does My Account.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorMembership
from forecourt.identity.second_factor import shown_to
from forecourt.operators.models import Operator
from forecourt.portal.pages import PageRequest, done, page, respond

LED = "led_to_second_factor"  # session key: once after sign-in
PAGE = "second-factor"


def open_part(request: HttpRequest, actor: Actor) -> Actor:
    """The actor as this browser may act: without accounts that ask for a second factor, unless their own provider was shown one."""
    shown = shown_to(request)
    shut = tuple(m for m in actor.operator_memberships if m.lacks_factor and m.organisation_id != shown)
    request.shut_accounts = shut  # type: ignore[attr-defined]
    return actor.without_accounts(shut) if shut else actor


def shut_to(request: HttpRequest) -> tuple[OperatorMembership, ...]:
    """The memberships that this browser does not act by. Known once `request.actor` was looked at."""
    shut: tuple[OperatorMembership, ...] = getattr(request, "shut_accounts", ())
    return shut


def lead(request: PageRequest) -> HttpResponseBase | None:
    """
    `registries.turnstiles`: send somebody to set up a second factor, once after sign-in; whoever has nothing else here from
    every page but their own.
    """
    name = request.resolver_match.url_name if request.resolver_match else None
    if request.method != "GET" or getattr(request, "htmx", None) or name == PAGE or str(name).startswith("my-"):
        return None
    actor: Actor = request.actor
    has_others = actor.operator_memberships or any(not m.is_personal for m in actor.team_memberships) or actor.platform_role
    if not shut_to(request) or (has_others and request.session.get(LED)):
        return None
    request.session[LED] = True
    return HttpResponseRedirect(reverse(PAGE))


def instead(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Whoever asks for a page that is not there for them while an account is shut to them is told why, not that there is nothing."""
    is_missing = response.status_code in (403, 404) and request.method == "GET" and not getattr(request, "htmx", None)
    return HttpResponseRedirect(reverse(PAGE)) if is_missing and shut_to(request) else response


@page("GET")
def required(request: PageRequest) -> HttpResponseBase:
    """Which accounts ask for a second factor, and the two ways to set one up."""
    has_others = bool(request.actor.operator_memberships or request.actor.team_memberships)  # this also says what is shut
    shut = [m.operator_id for m in shut_to(request)]
    if not shut:
        return done(request, "my-security")
    names = Operator.objects.filter(pk__in=shut).order_by("name").values_list("name", flat=True)
    context = {
        "title": _("Set up a second factor"),
        "accounts": list(names),
        "has_others": has_others,
    }
    return respond(request, "operators/second_factor.html", None, context)


def shut_accounts(request: HttpRequest) -> str:
    """A card of the page where one chooses where to work."""
    ids = [m.operator_id for m in shut_to(request)]
    names = list(Operator.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True)) if ids else []
    return render_to_string("operators/_shut.html", {"accounts": names}, request=request) if names else ""


CARDS = [("switch_account", shut_accounts)]
