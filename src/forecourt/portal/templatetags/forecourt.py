"""The template tags of the portal: `{% load forecourt %}`. They write values and components; they decide nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ModelChoiceField, RadioSelect, Select
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from forecourt.kit import registries
from forecourt.kit.money import Money
from forecourt.portal import formats, icons, menu, states
from forecourt.portal.actions import Action, action_menu
from forecourt.portal.sparklines import points

register = template.Library()
SPARKLINE = (
    '<svg class="fc-spark" viewBox="0 0 100 28" preserveAspectRatio="none" {0}>'
    '<polygon points="0,28 {1} 100,28"/><polyline points="{1}"/></svg>'
)
Context = template.Context | dict[str, Any]


@register.simple_tag
def when(at: datetime | date | None, variant: str = "") -> str:
    """
    A `<time>` in the person's zone. Variants: `date`, `time`, `seconds`, `relative`.

    `relative` is written as a full date and turned into “3 min ago” by the browser: the page's content, and so its ETag, stays the same.
    """
    if at is None:
        return SafeString(f'<span class="fc-nothing">{formats.NOTHING}</span>')
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.day(at))
    relative = SafeString(" data-relative") if variant == "relative" else ""
    iso, full = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", formats.moment(at, "full")
    return format_html('<time datetime="{}" title="{}"{}>{}</time>', iso, full, relative, formats.moment(at, variant))


@register.simple_tag
def number(n: Any, places: int | None = None) -> str:
    return formats.number(n, places)


@register.simple_tag
def energy(wh: int | None, variant: str = "") -> str:
    return formats.energy(wh, variant)


@register.simple_tag
def power(w: int | None) -> str:
    return formats.power(w)


@register.simple_tag
def money(minor: int | Money | None, currency: str = "") -> str:
    return formats.money(minor, currency)


@register.simple_tag
def duration(seconds: int | None) -> str:
    return formats.duration(seconds)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    return icons.icon(name, extra)


@register.simple_tag
def status(kind: str, value: object, variant: str = "") -> str:
    """The badge of a state: colour, icon and word. `dot` is the small form for dense tables."""
    shown = states.state(kind, value)
    classes = f"fc-status fc-tone-{shown.tone}" + (" fc-status-dot" if variant == "dot" else "")
    return format_html('<span class="{}">{}<span>{}</span></span>', classes, icons.icon(shown.icon), shown.word)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """`?…` of this page with these keys changed; None or "" removes one. Changing anything but the page goes back to page 1."""
    query = context["request"].GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("portal/_sort.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, css: str = "") -> dict[str, Any]:
    """A `<th>` that sorts by `?sort=key`, then `?sort=-key`."""
    current = context["request"].GET.get("sort", "")
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    wanted = f"-{key}" if direction == "ascending" else key
    return {"label": label, "css": css, "direction": direction, "url": query_with(context, sort=wanted)}


@register.inclusion_tag("portal/_field.html")
def field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """
    A form field with label, help and error, wired for screen readers; in a `MeasuredForm` its unit stands beside the control.
    """
    widget = bound.field.widget
    unit, source = (getattr(bound.form, names, {}).get(bound.name, "") for names in ("units", "units_from"))
    _say_what_nothing_is(bound)
    is_group = isinstance(widget, (RadioSelect, CheckboxSelectMultiple))
    is_check = isinstance(widget, CheckboxInput)
    described = " ".join(
        filter(
            None,
            [
                f"{bound.auto_id}-unit" if unit or source else "",
                f"{bound.auto_id}-help" if bound.help_text else "",
                f"{bound.auto_id}-error" if bound.errors else "",
            ],
        )
    )
    attrs: dict[str, str | bool] = {"class": _input_class(bound, is_check, is_group)}
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if is_group:
        widget.attrs["class"] = attrs["class"]  # each option carries it; the group's own wrapper is the fieldset
    control = "" if is_group else bound.as_widget(attrs=attrs)
    return {
        "field": bound, "control": control, "is_check": is_check, "is_group": is_group, "described": described, "css": css,
        "unit": unit, "unit_from": bound.form[source].id_for_label if source else "",
    }  # fmt: skip


def _say_what_nothing_is(bound: BoundField) -> None:
    """A select whose first choice is Django's row of dashes says “Choose” where something must be chosen, else a dash."""
    field, widget = bound.field, bound.field.widget
    word = gettext("Choose") if field.required else formats.NOTHING
    if isinstance(field, ModelChoiceField) and field.empty_label == BLANK_CHOICE_DASH[0][1]:
        field.empty_label = word
    elif isinstance(widget, Select) and isinstance(widget.choices, list) and widget.choices[:1] == BLANK_CHOICE_DASH:
        widget.choices = [("", word), *widget.choices[1:]]


def _input_class(bound: BoundField, is_check: bool, is_group: bool) -> str:
    given = str(bound.field.widget.attrs.get("class", ""))
    base = "form-check-input" if is_check or is_group else "form-select" if isinstance(bound.field.widget, Select) else "form-control"
    return " ".join(filter(None, [base, given, "is-invalid" if bound.errors else ""]))


@register.simple_tag(takes_context=True)
def actions(context: Context, given: Sequence[Action], label: str = "") -> SafeString:
    """The “…” menu of a row or a page. `label` names the row for screen readers."""
    return action_menu(given, label, context.get("csrf_token", ""))


@register.simple_tag
def sparkline(values: list[float], label: str = "") -> str:
    """A line of the given values as SVG, without a script. `label` says in words what it shows."""
    drawn = points(values)
    if not drawn:
        return ""
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(SPARKLINE, role, " ".join(f"{x},{y}" for x, y in drawn))


@register.inclusion_tag("portal/_tabs.html", takes_context=True)
def page_tabs(context: Context, page: str, *args: object) -> dict[str, Any]:
    """The tabs registered for a detail page, for the row whose id follows."""
    return {"tabs": menu.tabs(context["request"], page, *args)}


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str) -> str:
    """What domains put into a place of the shell: `account_switcher`, `bell`, `search`."""
    return format_html_join("", "{}", ((draw(context["request"]),) for where, draw in registries.shell_slots if where == name))


@register.simple_tag(takes_context=True)
def cards(context: Context, page: str) -> str:
    """The cards that domains put on a page, such as My Account."""
    return format_html_join("", "{}", ((draw(context["request"]),) for where, draw in registries.cards if where == page))


@register.filter
def shown(value: object) -> object:
    """A value of any kind, written our way; nothing as a dash."""
    return formats.shown(value)


@register.filter
def item(mapping: dict[Any, Any], key: object) -> Any:
    """`{{ names|item:row.id }}`: the value of a dictionary, or nothing."""
    return mapping.get(key)
