"""What every page of one account has in common. Domains that add a tab use it, and extend `operators/account.html`."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission, fetch, lacks_here
from forecourt.kit import registries
from forecourt.kit.errors import NotFound
from forecourt.kit.registries import MenuEntry, Tab
from forecourt.operators.models import Operator
from forecourt.operators.rules import reaches
from forecourt.portal.menu import Link
from forecourt.portal.pages import PageRequest, done, page

MENU = [MenuEntry("settings", gettext_lazy("Account settings"), "account", "settings", Permission.OPERATOR_READ, 10)]
TABS = [
    Tab("account", gettext_lazy("Settings"), "account-settings", Permission.OPERATOR_READ, 10),
    Tab("account", gettext_lazy("Members & access"), "account-members", Permission.OPERATOR_MEMBER_READ, 20),
    Tab("account", gettext_lazy("Security"), "account-security", Permission.OPERATOR_MEMBER_READ, 25),
    Tab("account", gettext_lazy("Sub-accounts"), "sub-accounts", Permission.OPERATOR_READ, 30),
    Tab("account", gettext_lazy("Themes"), "account-themes", Permission.THEME_READ, 40),
    Tab("account", gettext_lazy("Support"), "account-support", Permission.OPERATOR_READ, 50),
]
OF_MAIN_ACCOUNTS = frozenset({"sub-accounts"})


@page("GET")
def account(request: PageRequest) -> HttpResponseBase:
    """The menu's way to the settings of the account one works in."""
    if request.actor.account is None:
        raise NotFound(_("You work in your own teams. Switch to an operator account first."))
    return done(request, "account-settings", request.actor.account.operator_id)


def fetch_account(actor: Actor, account_id: int, needs: Permission) -> Operator:
    """
    An open account, by the person's whole reach: so a tab of another account keeps working.

    :raises NotFound: if it is closed, or as `access.fetch`.
    :raises Forbidden: as `access.fetch`.
    """
    rows = Operator.objects.select_related("organisation", "country", "currency", "theme")
    operator: Operator = fetch(rows.filter(deleted_at=None), actor=actor, id=account_id, needs=needs)
    return operator


def frame(request: HttpRequest, operator: Operator) -> dict[str, Any]:
    """Context of `operators/account.html`: title, the account, and the tabs that this person may open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name = request.resolver_match.view_name if request.resolver_match else None
    mine = sorted((tab for tab in registries.tabs if tab.page == "account"), key=lambda tab: tab.order)
    shown = (tab for tab in mine if operator.is_main or tab.url_name not in OF_MAIN_ACCOUNTS)
    return {
        "title": operator.name,
        "operator": operator,
        "is_elsewhere": actor.operator_id != operator.pk,
        "tabs": [
            Link(tab.label, reverse(tab.url_name, args=[operator.pk]), is_current=tab.url_name == name)
            for tab in shown
            if tab.permission is None or reaches(actor, tab.permission, operator)
        ],
    }


def refusal(actor: Actor, permission: Permission, operator: Operator) -> str:
    """Why a button of this account is greyed; empty where it works (spec §3.2)."""
    return "" if reaches(actor, permission, operator) else lacks_here(permission)
