"""Themes of an account (spec §2.4), and the stylesheet that each of them is."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.secrets import is_same
from forecourt.operators import operations, queries
from forecourt.operators.models import Operator, Theme
from forecourt.operators.operations.themes import COLOURS
from forecourt.operators.pages.forms import THEME_START, ThemeForm
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.operators.queries import ThemeRow
from forecourt.operators.queries.themes import stylesheet_key
from forecourt.operators.rules import Palette, is_colour, palette, stylesheet
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond

MANAGE = Permission.THEME_MANAGE
FOR_EVER = "public, max-age=31536000, immutable"
PREVIEW = ".fc-preview"


@page("GET")
def theme_list(request: PageRequest, account_id: int) -> HttpResponseBase:
    """The account's themes, and those that its Main account shares."""
    operator = fetch_account(request.actor, account_id, Permission.THEME_READ)
    refused = refusal(request.actor, MANAGE, operator)
    rows = queries.theme_rows(operator)
    context = frame(request, operator) | {
        "rows": [(row, _actions(operator, row, refused)) for row in rows],
        "manage_refused": refused,
        "has_choice": operator.theme_id is not None,
    }
    return respond(request, "operators/theme_list.html", "rows", context)


def _actions(operator: Operator, row: ThemeRow, refused: str) -> list[Action]:
    args = [operator.pk, row.theme.pk]
    use = Action(_("Use here"), reverse("account-theme-use", args=args), "check", posts=True, disabled=refused)
    not_ours = refused or ("" if row.is_own else _("It belongs to the Main account: you may use it, not change it."))
    return [
        *([] if row.is_chosen else [use]),
        Action(_("Edit"), reverse("account-theme-edit", args=args), "pencil", disabled=not_ours),
        *([] if row.theme.is_default else [_default(args, not_ours)]),
        Action(_("Delete"), reverse("account-theme-delete", args=args), "trash", asks=True, is_danger=True, disabled=not_ours),
    ]


def _default(args: list[int], refused: str) -> Action:
    return Action(_("Make default"), reverse("account-theme-default", args=args), "star", posts=True, disabled=refused)


@page("GET", "POST")
def theme_new(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Design a theme."""
    operator = fetch_account(request.actor, account_id, MANAGE)
    form = ThemeForm(*_given(request))

    def save(values: dict[str, Any]) -> None:
        operations.create_theme(actor=request.actor, operator=operator, at=clock.now(), **values)

    return _form(request, operator, form, _("New theme"), save)


@page("GET", "POST")
def theme_edit(request: PageRequest, account_id: int, theme_id: int) -> HttpResponseBase:
    """Change a theme of the account."""
    operator, theme = _own(request, account_id, theme_id)
    form = ThemeForm(*_given(request), theme=theme)

    def save(values: dict[str, Any]) -> None:
        operations.edit_theme(actor=request.actor, theme=theme, at=clock.now(), **values)

    return _form(request, operator, form, theme.name, save)


def _given(request: PageRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _form(request: PageRequest, operator: Operator, form: ThemeForm, heading: str, save: Any) -> HttpResponseBase:
    """Without a script, “Preview” sends the form and shows it again, unsaved."""
    is_asked = request.method == "POST" and "preview" not in request.POST
    if is_asked and form.is_valid():
        try:
            save(form.values())
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "account-themes", operator.pk, message=_("The theme is saved."))
    back = reverse("account-themes", args=[operator.pk])
    chosen = {name: str(form[name].value() or "") for name in ("name", *COLOURS)}
    context = frame(request, operator) | {
        "title": heading, "form": form, "cancel_url": back, "crumbs": [(operator.name, back)], "preview_url": reverse("theme-preview"),
    }  # fmt: skip
    return respond(request, "operators/theme_form.html", None, context | _preview(chosen))


def _preview(given: Any) -> dict[str, Any]:
    """What the preview draws: the colours that can be read, and the address of their stylesheet."""
    colours = {name: str(given.get(name, "")).lower() for name in COLOURS}
    colours = {name: colour if is_colour(colour) else THEME_START[name] for name, colour in colours.items()}
    query = "&".join(f"{name}={colour[1:]}" for name, colour in colours.items())
    return {
        "preview_name": str(given.get("name", "")) or "Forecourt",
        "preview_css": f"{reverse('theme-preview-stylesheet')}?{query}",
        "palette": palette(**colours),
        "chosen": colours,
    }


@page("GET")
def theme_preview(request: PageRequest) -> HttpResponseBase:
    """The preview alone, while somebody chooses."""
    return respond(request, "operators/_theme_preview.html", None, _preview(request.GET))


@page("GET")
def theme_preview_stylesheet(request: PageRequest) -> HttpResponseBase:
    """The tokens of three colours, for the preview's box only."""
    colours = {name: f"#{request.GET.get(name, '')}".lower() for name in COLOURS}
    if not all(is_colour(colour) for colour in colours.values()):
        raise NotFound(_("There is nothing here with that id."))
    return _css(stylesheet(palette(**colours), where=PREVIEW), "private, max-age=3600")


@require_GET
def theme_stylesheet(request: HttpRequest, theme_id: int, key: str) -> HttpResponse:
    """The tokens that a theme sets. Its address names the content, so a browser keeps it for ever."""
    theme = Theme.objects.filter(pk=theme_id).first()
    if theme is None or not is_same(stylesheet_key(theme).encode(), key.encode()):
        return HttpResponse(status=404, content_type="text/css")
    return _css(stylesheet(_palette_of(theme)), FOR_EVER)


def _palette_of(theme: Theme) -> Palette:
    return palette(theme.primary, theme.secondary, theme.accent)


def _css(text: str, caching: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/css", headers={"Cache-Control": caching})


@page("POST")
def theme_use(request: PageRequest, account_id: int, theme_id: int) -> HttpResponseBase:
    """Use a theme in the account; 0 goes back to the default one."""
    operator = fetch_account(request.actor, account_id, MANAGE)
    theme = queries.usable_themes(operator).filter(pk=theme_id).first()
    if theme is None and theme_id:
        raise NotFound(_("There is nothing here with that id."))
    operations.choose_theme(actor=request.actor, operator=operator, theme=theme, at=clock.now())
    says = (
        _("%(account)s shows “%(theme)s” now.") % {"account": operator.name, "theme": theme.name}
        if theme
        else _("The default theme holds again.")
    )
    return done(request, reverse("account-themes", args=[operator.pk]), message=says)


@page("POST")
def theme_default(request: PageRequest, account_id: int, theme_id: int) -> HttpResponseBase:
    """Make it what holds wherever nobody chose."""
    operator, theme = _own(request, account_id, theme_id)
    operations.make_default(actor=request.actor, theme=theme, at=clock.now())
    return done(request, "account-themes", operator.pk, message=_("“%(theme)s” is the default now.") % {"theme": theme.name})


@page("GET", "POST")
def theme_delete(request: PageRequest, account_id: int, theme_id: int) -> HttpResponseBase:
    """Delete a theme that nobody uses, after asking."""
    operator, theme = _own(request, account_id, theme_id)
    if request.method == "POST":
        operations.delete_theme(actor=request.actor, theme=theme, at=clock.now())
        return done(request, "account-themes", operator.pk, message=_("The theme is deleted."))
    context = {
        "title": _("Delete “%(theme)s”?") % {"theme": theme.name},
        "says": _("Nobody can choose it any more. This cannot be undone."),
        "action": request.path,
        "confirm": _("Delete"),
        "is_danger": True,
        "cancel_url": reverse("account-themes", args=[operator.pk]),
    }
    return respond(request, "portal/dialog.html", "dialog", context)


def _own(request: PageRequest, account_id: int, theme_id: int) -> tuple[Operator, Theme]:
    """A theme of this very account: a Sub-account uses its Main account's, and does not change them."""
    operator = fetch_account(request.actor, account_id, MANAGE)
    rows = Theme.objects.select_related("operator").filter(operator=operator, deleted_at=None)
    theme: Theme = fetch(rows, actor=request.actor, id=theme_id, needs=MANAGE)
    return operator, theme
