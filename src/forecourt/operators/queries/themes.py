"""Reads of themes, and which one holds where."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from forecourt.files.queries import addresses
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.models import Operator, Theme
from forecourt.operators.rules import text_on


def usable_themes(operator: Operator) -> QuerySet[Theme]:
    """The account's own living themes, and those that its Main account shares (spec §4); its own first."""
    shared = Q(operator__organisation_id=operator.organisation_id, operator__is_main=True)
    rows = Theme.objects.filter(Q(operator=operator) | shared, deleted_at=None).select_related("operator")
    return rows.order_by("operator__is_main" if not operator.is_main else "name", "name")


def operator_and_theme(operator_id: int, *, theme_id: int | None = None) -> tuple[Operator | None, Theme | None]:
    """An account with the theme that holds there (`theme_for`). One query, and one more if there is a theme."""
    living = Theme.objects.filter(deleted_at=None, organisation_id=OuterRef("organisation_id"))
    ours = living.filter(operator_id=OuterRef("pk"), is_default=True)
    shared = living.filter(operator__is_main=True, is_default=True)
    places = (living.filter(pk=theme_id or 0), living.filter(pk=OuterRef("theme_id")), ours, shared)
    rows = Operator.objects.select_related("organisation", "country")
    operator = rows.annotate(used=Coalesce(*(Subquery(place.values("pk")[:1]) for place in places))).filter(pk=operator_id).first()
    used: int | None = getattr(operator, "used", None)
    return operator, Theme.objects.select_related("operator").filter(pk=used).first() if used else None


def theme_for(operator_id: int, *, theme_id: int | None = None) -> Theme | None:
    """
    The theme that holds in an account, or for a team of it whose own choice is `theme_id`.

    In this order: the team's, the account's choice, the account's default, its Main account's default; else None, the
    product's own look.
    """
    return operator_and_theme(operator_id, theme_id=theme_id)[1]


@dataclass(frozen=True, slots=True)
class Look:
    """A theme as a page, a letter or a document needs it. Addresses are absolute; empty where there is no picture."""

    name: str
    primary: str
    text_on_primary: str
    logo: str
    logo_dark: str
    icon: str
    stylesheet: str
    support_email: str
    support_phone: str
    terms_url: str


def look_of(theme: Theme) -> Look:
    """One query for the pictures; none if there are none."""
    ids = [id for id in (theme.logo_id, theme.logo_dark_id, theme.icon_id) if id]
    at = {id: settings.PUBLIC_URL + path for id, path in addresses(ids).items()} if ids else {}
    return Look(
        name=theme.operator.name,
        primary=theme.primary,
        text_on_primary=text_on(theme.primary),
        logo=at.get(theme.logo_id or 0, ""),
        logo_dark=at.get(theme.logo_dark_id or 0, ""),
        icon=at.get(theme.icon_id or 0, ""),
        stylesheet=stylesheet_address(theme),
        support_email=theme.support_email,
        support_phone=theme.support_phone,
        terms_url=theme.terms_url,
    )


def stylesheet_address(theme: Theme) -> str:
    """Names its content, so it may be kept for ever, and cannot be guessed."""
    return reverse("theme-stylesheet", args=[theme.pk, stylesheet_key(theme)])


def stylesheet_key(theme: Theme) -> str:
    return keyed_hash(f"{theme.pk}:{theme.primary}{theme.secondary}{theme.accent}", purpose="theme-stylesheet").hex()[:20]


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """`is_own`: may be edited in this account. `is_used`: it is what the account shows now."""

    theme: Theme
    logo: str
    is_own: bool
    is_chosen: bool
    is_used: bool


def theme_rows(operator: Operator) -> list[ThemeRow]:
    """What the account may use. Three queries."""
    themes: Sequence[Theme] = list(usable_themes(operator))
    used, pictures = theme_for(operator.pk), addresses([theme.logo_id for theme in themes if theme.logo_id])
    return [
        ThemeRow(
            theme=theme,
            logo=pictures.get(theme.logo_id or 0, ""),
            is_own=theme.operator_id == operator.pk,
            is_chosen=theme.pk == operator.theme_id,
            is_used=used is not None and theme.pk == used.pk,
        )
        for theme in themes
    ]
