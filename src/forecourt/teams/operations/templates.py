"""Team templates: what an operator sets for its teams (spec §2.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.events import RestrictionsApplied
from forecourt.teams.models import MemberGroup, Team, TeamMember, TeamRun, TeamTemplate
from forecourt.teams.models.settings import PAYMENT_METHODS, PUT_ON_TEAMS
from forecourt.teams.operations.restrictions import INHERIT, checked_restrictions
from forecourt.teams.rules import TEMPLATE_LABELS, TOGGLE_LABELS, Lower

BILLABLE = (TeamTemplate.AppliesTo.PRIVATE, TeamTemplate.AppliesTo.PROFESSIONAL)
RIGHTS = tuple(TEMPLATE_LABELS)


@operation
def save_template(
    *, actor: Actor, operator: Operator, values: Mapping[str, Any], at: datetime, template: TeamTemplate | None = None
) -> TeamTemplate:
    """
    Make a template, or change one. `values` are columns by name, all of them. What it takes from people holds at once; the
    rest is put on teams by `start_template`, and on new teams as they are made.

    :raises Invalid: with a message per field: a name or a kind of team that another template has, a billing method where
        the template is not the default for private or professional teams (spec §2.5).
    """
    columns = _checked(values)
    template = locked(template) if template else TeamTemplate(organisation_id=operator.organisation_id, operator=operator)
    for name, value in columns.items():
        setattr(template, name, value)
    _refuse_doubles(template)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise Invalid(_("Somebody saved the same at this moment."), fields={"name": _("Another template has this name.")}) from error
    return template


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checks = Checks()
    columns: dict[str, Any] = {"name": checks.text("name", values["name"], limit=120)}
    columns["applies_to"] = values.get("applies_to") or None
    if columns["applies_to"] not in (None, *TeamTemplate.AppliesTo.values):
        checks.fail("applies_to", _("Choose from the list."))
    columns |= _put_on_teams(checks, values, columns["applies_to"])
    columns["country_settings"] = _by_country(checks, values.get("country_settings") or {}, columns["applies_to"])
    checks.finish()
    columns |= {name: values.get(name) for name in RIGHTS}
    return columns | checked_restrictions(values.get("pays_in_country_ids"), values.get("pays_at_operator_ids"))


def _put_on_teams(checks: Checks, values: Mapping[str, Any], applies_to: str | None, at_field: str = "") -> dict[str, Any]:
    """What the template puts on teams, or says for one country; `at_field` is where the messages of a country stand."""
    columns = {name: None if values.get(name) == "" else values.get(name) for name in PUT_ON_TEAMS}
    payment_method, percent = columns["payment_method"], columns["power_bank_operator_percent"]
    if payment_method not in (None, *dict(PAYMENT_METHODS)):
        checks.fail(at_field or "payment_method", _("Choose from the list."))
    if payment_method and applies_to not in BILLABLE:
        checks.fail(at_field or "payment_method", _("Only a template for private or professional teams sets how they pay."))
    if columns["external_charging"] not in (None, *Team.ExternalCharging.values):
        checks.fail(at_field or "external_charging", _("Choose from the list."))
    if percent is not None and not 0 <= Decimal(percent) <= 100:
        checks.fail(at_field or "power_bank_operator_percent", _("Enter a percentage from 0 to 100."))
    return columns


def _by_country(checks: Checks, by_country: Mapping[int, Mapping[str, Any]], applies_to: str | None) -> dict[str, Any]:
    """As it is stored: country id → what differs there; a country for which nothing differs is left out."""
    if Country.objects.filter(pk__in=by_country).count() != len(by_country):
        checks.fail("country_settings", _("Choose countries from the list."))
    found: dict[str, Any] = {}
    for id, values in by_country.items():
        columns = _put_on_teams(checks, values, applies_to, "country_settings")
        said = {name: str(value) if isinstance(value, Decimal) else value for name, value in columns.items() if value is not None}
        if said:
            found[str(id)] = said
    return found


def _refuse_doubles(template: TeamTemplate) -> None:
    others = TeamTemplate.objects.filter(operator=template.operator_id, deleted_at=None).exclude(pk=template.pk)
    checks = Checks()
    if others.filter(name=template.name).exists():
        checks.fail("name", _("Another template has this name."))
    if template.applies_to and others.filter(applies_to=template.applies_to).exists():
        checks.fail("applies_to", _("Another template is the default for these teams."))
    checks.finish()


@operation
def delete_template(*, actor: Actor, template: TeamTemplate, at: datetime) -> None:
    """Delete it: what it took from people they have again, and what it put on teams stays. Again: nothing happens."""
    template = locked(template)
    Team.objects.filter(template=template).update(template=None)
    template.deleted_at = template.deleted_at or at
    template.save(update_fields=["deleted_at"])


def teams_under(template: TeamTemplate) -> QuerySet[Team]:
    """The living teams that a template holds for: who chose it, and, of its kind, who chose none and has no nearer one."""
    rows = Team.objects.filter(operator=template.operator_id, deleted_at=None).exclude(type=Team.Type.PERSONAL)
    chosen = Q(template=template)
    if template.applies_to is None:
        return rows.filter(chosen)
    if template.applies_to != TeamTemplate.AppliesTo.ALL:
        return rows.filter(chosen | Q(template=None, type=template.applies_to))
    nearer = TeamTemplate.objects.filter(operator=template.operator_id, deleted_at=None, applies_to__isnull=False).exclude(pk=template.pk)
    return rows.filter(chosen | Q(template=None) & ~Q(type__in=nearer.values("applies_to")))


@operation
def start_template(*, actor: Actor, template: TeamTemplate, lower: Lower, at: datetime) -> TeamRun:
    """
    Put a template on every team that it holds for: billing method, external charging and PowerBank, each as it is said for the
    team's country; with `Lower.APPLY` members, groups and keys also give up their own restrictions, and members the toggles that it takes. A job does it and tells who asked.
    """
    ids = list(teams_under(template).order_by("pk").values_list("pk", flat=True))
    return TeamRun.objects.create(
        organisation_id=template.organisation_id, operator_id=template.operator_id, kind=TeamRun.Kind.TEMPLATE,
        started_by_id=actor.id or None, total=len(ids), content={"template": template.pk, "teams": ids, "lower": lower.value},
    )  # fmt: skip


def apply_template(template: TeamTemplate, team_ids: list[int], lower: Lower) -> None:
    """One batch of a run, inside its transaction. Doing it again changes nothing."""
    teams = Team.objects.filter(pk__in=team_ids, deleted_at=None)
    countries = [int(id) for id in template.country_settings]
    _put(teams.exclude(country__in=countries), template.puts_on(None))
    for id in countries:
        _put(teams.filter(country=id), template.puts_on(id))
    if lower is Lower.KEEP:
        return
    for model in (MemberGroup, TeamMember):
        model.objects.filter(team__in=team_ids).exclude(**INHERIT).update(**INHERIT)
    teams.exclude(**INHERIT).update(**INHERIT)
    taken = {name: False for name in TOGGLE_LABELS if getattr(template, name) is False}
    if taken:
        TeamMember.objects.filter(team__in=team_ids, deleted_at=None).update(**taken)
    for id in team_ids:
        announce(RestrictionsApplied(team_id=id))


def _put(teams: QuerySet[Team], given: dict[str, Any]) -> None:
    if given:
        teams.filter(~Q(**given)).update(**given)


def begin_under_templates(operator: Operator, teams: Sequence[Team]) -> None:
    """New teams of an operator take what the template of their type puts on teams."""
    templates = {row.applies_to: row for row in TeamTemplate.objects.filter(operator=operator, applies_to__isnull=False, deleted_at=None)}
    under: dict[TeamTemplate, list[int]] = {}
    for team in teams:
        template = templates.get(team.type) or templates.get(TeamTemplate.AppliesTo.ALL)
        if template is not None:
            under.setdefault(template, []).append(team.pk)
            for name, value in template.puts_on(team.country_id).items():
                setattr(team, name, value)
    for template, ids in under.items():
        apply_template(template, ids, Lower.KEEP)
