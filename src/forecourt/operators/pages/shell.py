"""What an account puts into the shell of every page: its name, its logo and its colours."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html

from forecourt.access import Actor
from forecourt.operators import queries
from forecourt.operators.models import Operator
from forecourt.operators.queries import Look


@dataclass(frozen=True, slots=True)
class Frame:
    operator: Operator | None
    look: Look | None


def account_switcher(request: HttpRequest) -> str:
    """The account the person works in, and the way to the others."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not (actor.operator_memberships or actor.team_memberships):
        return ""
    operator = _frame(request).operator if actor.account else None
    return render_to_string("operators/_switcher.html", {"operator": operator}, request=request)


def brand(request: HttpRequest) -> str:
    """The theme's logo, in place of the product's mark."""
    look = _frame(request).look
    return render_to_string("operators/_brand.html", {"look": look}) if look and look.logo else ""


def stylesheet(request: HttpRequest) -> str:
    """The link to the theme's colours, and its icon, for the head of the page."""
    look = _frame(request).look
    if look is None:
        return ""
    icon = format_html('<link rel="icon" href="{}">', look.icon) if look.icon else ""
    return format_html('<link rel="stylesheet" href="{}">{}', look.stylesheet, icon)


SLOTS: list[tuple[str, Callable[[HttpRequest], str]]] = [
    ("account_switcher", account_switcher),
    ("brand", brand),
    ("stylesheets", stylesheet),
]
_KEPT = "_operators_frame"


def _frame(request: HttpRequest) -> Frame:
    """Read once per request."""
    kept: Frame | None = getattr(request, _KEPT, None)
    if kept is None:
        actor: Actor | None = getattr(request, "actor", None)
        kept = Frame(None, None) if actor is None else _of_account(actor) if actor.account else _of_teams(actor)
        setattr(request, _KEPT, kept)
    return kept


def _of_account(actor: Actor) -> Frame:
    operator, theme = queries.operator_and_theme(actor.operator_id or 0)
    return Frame(operator, queries.look_of(theme) if theme else None)


def _of_teams(actor: Actor) -> Frame:
    """People of teams see the look of their one operator, or of the theme that their teams there have chosen."""
    operator_ids = {m.operator_id for m in actor.team_memberships if not m.is_personal}
    if len(operator_ids) != 1:
        return Frame(None, None)
    chosen = {m.theme_id for m in actor.team_memberships if not m.is_personal}
    operator, theme = queries.operator_and_theme(operator_ids.pop(), theme_id=chosen.pop() if len(chosen) == 1 else None)
    return Frame(operator, queries.look_of(theme) if theme else None)
