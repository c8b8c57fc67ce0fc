"""Team templates: what is checked, whom they hold for, and putting them on teams."""

from decimal import Decimal
from typing import Any

import pytest

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.teams.models import Team, TeamMember, TeamRun, TeamTemplate
from forecourt.teams.operations.features import give_feature_group, save_feature_group, take_feature_group
from forecourt.teams.operations.runs import continue_run
from forecourt.teams.operations.teams import CannotConvert, create_team, set_operator_team
from forecourt.teams.operations.templates import delete_template, save_template, start_template, teams_under
from forecourt.teams.queries import PowerBank, power_bank_of, taken_rights
from forecourt.teams.rules import Lower


def save(cast, **values: Any) -> TeamTemplate:
    given = {"name": "House rules", **values}
    return save_template(actor=cast.actor("ada"), operator=cast.northwind, values=given, at=clock.now())


def finish_runs() -> None:
    while continue_run(actor=Actor.system("test"), at=clock.now()):
        pass


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"applies_to": "fleet"}, "applies_to"),
        ({"payment_method": "invoice"}, "payment_method"),
        ({"payment_method": "invoice", "applies_to": "operator"}, "payment_method"),
        ({"external_charging": "moon"}, "external_charging"),
        ({"power_bank_operator_percent": Decimal(101)}, "power_bank_operator_percent"),
        ({"country_settings": {0: {"power_bank": True}}}, "country_settings"),
        ({"pays_in_country_ids": [0]}, "pays_in_country_ids"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(cast, values, field):
    with pytest.raises(Invalid) as raised:
        save(cast, **values)
    assert field in raised.value.fields
    assert not TeamTemplate.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"), [({"name": "House rules"}, "name"), ({"name": "Other", "applies_to": "private"}, "applies_to")]
)
def test_one_name_and_one_default_of_a_kind(cast, values, field):
    save(cast, applies_to="private")
    with pytest.raises(Invalid) as raised:
        save(cast, **values)
    assert field in raised.value.fields


def test_a_template_holds_for_who_chose_it_or_has_its_type_and_none_nearer(cast):
    for_all, for_operators = save(cast, applies_to="all"), save(cast, name="Own", applies_to="operator")
    chosen = save(cast, name="Chosen")
    Team.objects.filter(pk=cast.hotel.pk).update(template=chosen)
    assert [set(teams_under(one)) for one in (for_all, for_operators, chosen)] == [{cast.harbour}, {cast.depot}, {cast.hotel}]


def test_applying_sets_how_teams_pay_and_keeps_overrides(cast):
    template = save(cast, applies_to="professional", payment_method="invoice", external_charging="own", can_configure_charge_points=False)
    TeamMember.objects.filter(person=cast.tom).update(pays_in_country_ids=[])
    start_template(actor=cast.actor("ada"), template=template, lower=Lower.KEEP, at=clock.now())
    finish_runs()
    cast.harbour.refresh_from_db()
    assert (cast.harbour.payment_method, cast.harbour.external_charging) == ("invoice", "own")
    tom = TeamMember.objects.get(person=cast.tom, team=cast.harbour)
    assert (tom.can_configure_charge_points, tom.pays_in_country_ids) == (True, [])
    assert Team.objects.get(pk=cast.gate.pk).payment_method == "source"


def test_applying_to_all_takes_overrides_and_tells_who_asked(cast):
    template = save(cast, applies_to="professional", can_configure_charge_points=False)
    TeamMember.objects.filter(person=cast.tom).update(pays_in_country_ids=[])
    run = start_template(actor=cast.actor("ada"), template=template, lower=Lower.APPLY, at=clock.now())
    finish_runs()
    tom = TeamMember.objects.get(person=cast.tom, team=cast.harbour)
    assert (tom.can_configure_charge_points, tom.pays_in_country_ids) == (False, None)
    run.refresh_from_db()
    assert (run.done, run.total) == (2, 2)
    assert Notification.objects.filter(person_id=cast.ada.pk, url=f"/team-runs/{run.pk}?account={cast.northwind.pk}").count() == 1
    assert OutgoingEmail.objects.filter(kind="team_run", to=cast.ada.email).count() == 1


def test_a_new_team_begins_as_its_template_says(cast):
    save(cast, applies_to="private", payment_method="operator_transaction")
    team = create_team(
        actor=cast.actor("ada"), operator=cast.northwind, type="private", name="Home", contact_email="home@example.com", at=clock.now()
    )
    assert (team.payment_method, Team.objects.get(pk=team.pk).payment_method) == ("operator_transaction", "operator_transaction")


def test_a_countrys_settings_go_before_the_templates_and_both_before_the_teams(cast):
    by_country = {cast.harbour.country_id: {"power_bank": False, "external_charging": "own"}}
    save(cast, applies_to="all", power_bank=True, power_bank_operator_percent=Decimal("12.5"), country_settings=by_country)
    assert power_bank_of(cast.harbour) == PowerBank(takes_part=False, operator_percent=Decimal("12.5"))
    Team.objects.filter(pk=cast.harbour.pk).update(country=None)
    cast.harbour.refresh_from_db()
    assert power_bank_of(cast.harbour) == PowerBank(takes_part=True, operator_percent=Decimal("12.5"))
    assert power_bank_of(cast.gate) == PowerBank(takes_part=False, operator_percent=None)


def test_applying_puts_on_each_team_what_holds_in_its_country(cast):
    by_country = {cast.harbour.country_id: {"power_bank": False, "external_charging": "own"}}
    template = save(cast, applies_to="all", power_bank=True, power_bank_operator_percent=Decimal(10), country_settings=by_country)
    Team.objects.filter(pk=cast.hotel.pk).update(country=None)
    start_template(actor=cast.actor("ada"), template=template, lower=Lower.KEEP, at=clock.now())
    finish_runs()
    columns = ("power_bank", "power_bank_operator_percent", "external_charging")
    found = [Team.objects.values_list(*columns).get(pk=team.pk) for team in (cast.harbour, cast.hotel, cast.gate)]
    assert found == [(False, 10, "own"), (True, 10, "all"), (False, None, "all")]


def test_a_deleted_template_takes_nothing_any_more(cast):
    template = save(cast, applies_to="all", may_withdraw=False)
    assert taken_rights(cast.harbour) == {"may_withdraw"}
    delete_template(actor=cast.actor("ada"), template=template, at=clock.now())
    assert not taken_rights(cast.harbour)


def test_a_feature_group_is_given_to_all_teams_or_none(cast):
    group = save_feature_group(
        actor=cast.actor("ada"), operator=cast.northwind, name="Small", values={"sites": "hidden", "wallet": "on"}, at=clock.now()
    )
    assert list(group.settings.values_list("feature", "value")) == [("sites", "hidden")]
    with pytest.raises(NotFound):
        give_feature_group(actor=cast.actor("ada"), group=group, team_ids=[cast.harbour.pk, cast.gate.pk], at=clock.now())
    assert not Team.objects.filter(feature_group=group).exists()
    assert give_feature_group(actor=cast.actor("ada"), group=group, team_ids=[cast.harbour.pk, cast.hotel.pk], at=clock.now()) == 2
    assert take_feature_group(actor=cast.actor("ada"), group=group, team_ids=[cast.hotel.pk, cast.depot.pk], at=clock.now()) == 1
    assert list(Team.objects.filter(feature_group=group)) == [cast.harbour]


def test_a_professional_team_becomes_an_operator_team_and_back(cast):
    actor = cast.actor("ada")
    assert set_operator_team(actor=actor, team=cast.harbour, is_operator_team=True, at=clock.now()).type == "operator"
    assert set_operator_team(actor=actor, team=cast.harbour, is_operator_team=False, at=clock.now()).type == "professional"


@pytest.mark.parametrize("columns", [{"type": "private"}, {"payment_method": "operator_transaction"}])
def test_a_team_that_cannot_become_an_operator_team_stays(cast, columns):
    Team.objects.filter(pk=cast.harbour.pk).update(**columns)
    with pytest.raises(CannotConvert):
        set_operator_team(actor=cast.actor("ada"), team=cast.harbour, is_operator_team=True, at=clock.now())


def test_a_fleet_team_needs_the_platforms_grant(cast):
    with pytest.raises(Invalid) as raised:
        create_team(
            actor=cast.actor("ada"), operator=cast.northwind, type="fleet", name="Vans", contact_email="vans@example.com", at=clock.now()
        )
    assert "type" in raised.value.fields
    assert not TeamRun.objects.exists()
