"""What can be done with a row or a page: drawn by `{% actions %}` as a “…” menu."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from forecourt.portal.icons import icon

_MENU = (
    '<button class="btn btn-quiet btn-sm btn-glyph" type="button" popovertarget="{}" aria-label="{}">{}</button>'
    '<div class="fc-drop-box fc-popover" id="{}" popover>{}</div>'
)
_REFUSED = '<span class="fc-menu-link" aria-disabled="true" title="{}">{}{}<span class="visually-hidden">({})</span></span>'
_FORM = (
    '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<button class="fc-menu-link{}" type="submit">{}{}</button></form>'
)
_LINK = '<a class="fc-menu-link{}" href="{}"{}>{}{}</a>'


@dataclass(frozen=True, slots=True)
class Action:
    """
    A plain link; with `posts` a small form; with `asks` a link to a confirmation page (`portal/dialog.html`), shown as a dialog.

    `disabled` is the reason why it is not allowed here: then it is shown greyed with that reason (spec §3.2).
    """

    label: str | Promise
    url: str
    icon: str
    posts: bool = False
    asks: bool = False
    is_danger: bool = False
    disabled: str | Promise = ""

    @property
    def menu_id(self) -> str:
        """A name for the menu that begins with this action, the same at every rendering."""
        return "actions" + self.url.replace("/", "-").rstrip("-").replace("?", "-").replace("=", "-")


def action_menu(given: Sequence[Action], label: str, csrf_token: object) -> SafeString:
    """
    The “…” menu; nothing where there is no action. A list has fifty, so it is written here, not by a template.

    :param label: names the row for screen readers.
    """
    if not given:
        return SafeString("")
    says = format_html("{}: {}", gettext("Actions"), label) if label else gettext("Actions")
    drawn = SafeString("".join(_drawn(one, csrf_token) for one in given))
    return format_html(_MENU, given[0].menu_id, says, icon("dots"), given[0].menu_id, drawn)


def _drawn(action: Action, csrf_token: object) -> SafeString:
    label, danger = str(action.label), " is-danger" if action.is_danger else ""
    if action.disabled:
        why = str(action.disabled)
        return format_html(_REFUSED, why, icon(action.icon), label, why)
    if action.posts and not action.asks:
        return format_html(_FORM, action.url, csrf_token, danger, icon(action.icon), label)
    return format_html(_LINK, danger, action.url, SafeString(" data-dialog" if action.asks else ""), icon(action.icon), label)
