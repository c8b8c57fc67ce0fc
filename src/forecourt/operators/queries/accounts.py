"""Reads of accounts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from forecourt.access import Actor, OperatorRole, Permission
from forecourt.kit import registries
from forecourt.operators.models import Operator, OperatorMember, Organisation


def installation() -> Operator | None:
    """The installation's own operator; None before set-up."""
    return Operator.objects.filter(is_installation=True).first()


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that a person may open, for the switcher."""

    id: int
    name: str
    identifier: str
    is_main: bool
    organisation_id: int
    organisation: str
    role: str


def accounts_of(actor: Actor) -> list[AccountRow]:
    """Every account the person may open: their own, and all Sub-accounts of a Main account they work in. One query."""
    roles = {m.operator_id: m.role.label for m in actor.operator_memberships}
    inherited = {m.organisation_id: m.role.label for m in actor.operator_memberships if m.is_main}
    rows = Operator.objects.filter(Q(pk__in=roles) | Q(organisation_id__in=inherited), deleted_at=None)
    return [
        AccountRow(
            id=row.pk,
            name=row.name,
            identifier=row.identifier,
            is_main=row.is_main,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            role=str(roles.get(row.pk) or inherited[row.organisation_id]),
        )
        for row in rows.select_related("organisation").order_by("organisation__name", "-is_main", "name")
    ]


def may_open(actor: Actor, operator: Operator) -> bool:
    """Whether the actor works in this account, directly or through its Main account."""
    scope = actor.reach_of(Permission.TEAM_READ)
    return operator.pk in scope.operator_ids or operator.organisation_id in scope.organisation_ids


@dataclass(frozen=True, slots=True)
class SubAccountRow:
    """A Sub-account as its Main account sees it. `figures` are in the order of the registry."""

    id: int
    name: str
    country: str
    currency: str
    vat_number: str
    admins: int
    figures: tuple[int, ...]


def sub_account_rows(main: Operator, *, search: str = "") -> list[SubAccountRow]:
    """The living Sub-accounts by name, with what higher domains count in each. One query, and one for each figure."""
    rows = Operator.objects.filter(organisation_id=main.organisation_id, is_main=False, deleted_at=None).select_related(
        "country", "currency"
    )
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(vat_number__icontains=search))
    found = list(rows.annotate(admins=ADMINS).order_by("name"))
    counted = [count([row.pk for row in found]) for _label, count in registries.account_figures]
    return [
        SubAccountRow(
            id=row.pk,
            name=row.name,
            country=row.country.name if row.country else "",
            currency=row.currency.identifier,
            vat_number=row.vat_number or "",
            admins=row.admins,
            figures=tuple(counts.get(row.pk, 0) for counts in counted),
        )
        for row in found
    ]


ADMINS = Count("members", filter=Q(members__role=OperatorRole.ADMIN, members__state=OperatorMember.State.ACCEPTED))


@dataclass(frozen=True, slots=True)
class OperatorRow:
    id: int
    name: str
    organisation: str
    is_main: bool
    is_installation: bool
    country: str
    currency: str
    vat_number: str
    admins: int


def operator_rows(*, search: str = "") -> list[OperatorRow]:
    """Every living operator, for the platform's people; by organisation, the Main account first."""
    rows = Operator.objects.filter(deleted_at=None).select_related("organisation", "country", "currency")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(organisation__name__icontains=search) | Q(vat_number__icontains=search))
    return [
        OperatorRow(
            id=row.pk,
            name=row.name,
            organisation=row.organisation.name,
            is_main=row.is_main,
            is_installation=row.is_installation,
            country=row.country.name if row.country else "",
            currency=row.currency.identifier,
            vat_number=row.vat_number or "",
            admins=row.admins,
        )
        for row in rows.annotate(admins=ADMINS).order_by("organisation__name", "-is_main", "name")
    ]


def organisation_names(ids: Collection[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))
