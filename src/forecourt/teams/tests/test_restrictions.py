"""Where a wallet may pay: the cascade as the database resolves it, against a model; what saving a level does to those below."""

from collections.abc import Collection

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecourt.access import Actor
from forecourt.charging.queries.holders import holder_by_person, holders_of
from forecourt.kit.errors import Invalid
from forecourt.network import operations as network
from forecourt.network.models import ChargePoint
from forecourt.network.tests.factories import make_charge_point, make_key
from forecourt.teams import operations
from forecourt.teams.events import RestrictionsApplied
from forecourt.teams.models import MemberGroup, OperatorWalletRule, Team, TeamMember, TeamTemplate
from forecourt.teams.queries.restrictions import holds_for, operator_choices, operator_names
from forecourt.teams.rules import Lower, effective
from forecourt.teams.tests.factories import AT, make_member_group

SYSTEM = Actor.system("test")
COUNTRIES = st.none() | st.lists(st.integers(1, 4), unique=True, max_size=3)
LEVELS = ("member", "group", "team", "template", "operator")


class Cascade:
    """Dora's membership of Harbour with everything above it, and a key of hers."""

    def __init__(self, cast):
        self.cast, operator = cast, cast.northwind
        rule = OperatorWalletRule.objects.create(operator=operator, organisation_id=operator.organisation_id)
        template = TeamTemplate.objects.create(operator=operator, organisation_id=operator.organisation_id, name="All", applies_to="all")
        group = make_member_group("Staff", cast.harbour)
        member = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
        TeamMember.objects.filter(pk=member.pk).update(group=group)
        self.rows = {"member": member, "group": group, "team": cast.harbour, "template": template, "operator": rule}
        self.key = make_key("04AABBCC", cast.harbour, person=cast.dora)

    def set(self, key=None, **levels):
        for name in LEVELS:
            row = self.rows[name]
            type(row).objects.filter(pk=row.pk).update(pays_in_country_ids=levels.get(name), pays_at_operator_ids=levels.get(name))
        type(self.key).objects.filter(pk=self.key.pk).update(pays_in_country_ids=key, pays_at_operator_ids=key)

    def of_key(self):
        holder = holders_of(["04AABBCC"])["04AABBCC"]
        assert holder.pays_in_country_ids == holder.pays_at_operator_ids
        return holder.pays_in_country_ids

    def of_person(self, person):
        holder = holder_by_person(team_id=self.cast.harbour.pk, person_id=person.pk if person else None)
        assert holder
        return holder.pays_in_country_ids


@pytest.fixture
def cascade(cast):
    return Cascade(cast)


def model(levels, key):
    """What a person would work out on paper."""
    allowed = None
    for name in reversed(LEVELS):
        if levels.get(name) is not None:
            allowed = set(levels[name])
    return allowed if key is None else set(key) if allowed is None else {one for one in allowed if one in key}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.fixed_dictionaries(dict.fromkeys(LEVELS, COUNTRIES)), key=COUNTRIES)
def test_the_database_resolves_any_cascade_as_the_model_does(cast, cascade, levels, key):
    cascade.set(key, **levels)
    above = model(levels, None)
    assert (cascade.of_person(cast.dora), cascade.of_key()) == (above, model(levels, key))
    without_member = {name: levels[name] for name in ("team", "template", "operator")}
    assert cascade.of_person(None) == model(without_member, None)
    if above is not None:
        assert cascade.of_key() <= above  # a key never widens


@given(levels=st.lists(COUNTRIES, max_size=5), key=COUNTRIES)
def test_a_key_never_widens(levels, key):
    sets = [None if level is None else frozenset(level) for level in levels]
    above, narrowed = effective(sets), effective(sets, key=None if key is None else frozenset(key))
    assert above is None or (narrowed is not None and narrowed <= above)


@pytest.mark.parametrize(
    ("level", "cleared"), [("operator", {"template", "team", "group", "member"}), ("team", {"group", "member"}), ("group", {"member"})]
)
def test_a_level_is_applied_to_all_below_or_keeps_their_overrides(cast, level, cleared):
    cascade, denmark = Cascade(cast), [cast.northwind.country_id]
    everywhere = dict.fromkeys(LEVELS, denmark)
    for lower in Lower:
        cascade.set(denmark, **everywhere)
        operations.set_restrictions(actor=SYSTEM, level=cascade.rows[level], country_ids=[], operator_ids=None, at=AT, lower=lower)
        silent = {name for name, row in cascade.rows.items() if type(row).objects.get(pk=row.pk).pays_in_country_ids is None}
        assert silent == (cleared if lower is Lower.APPLY else set())


def test_what_is_applied_reaches_charge_keys(cast):
    cascade = Cascade(cast)
    cascade.set([1], team=[1, 2])
    network.widen_keys([RestrictionsApplied(member_id=cascade.rows["member"].pk)])
    assert cascade.of_key() == {1, 2}


def test_a_key_is_refused_what_its_member_may_not(cast):
    denmark = cast.northwind.country_id
    cascade = Cascade(cast)
    cascade.set(team=[denmark])
    with pytest.raises(Invalid) as refused:
        network.edit_key(actor=SYSTEM, key=cascade.key, values={"pays_in_country_ids": [denmark, denmark + 1]}, at=AT)
    assert "narrow" in refused.value.fields["pays_in_country_ids"]
    network.edit_key(actor=SYSTEM, key=cascade.key, values={"pays_in_country_ids": [denmark]}, at=AT)
    assert cascade.of_key() is not None


def test_unknown_countries_and_operators_are_refused(cast):
    with pytest.raises(Invalid) as refused:
        operations.set_restrictions(actor=SYSTEM, level=cast.harbour, country_ids=[10**9], operator_ids=[10**9], at=AT)
    assert set(refused.value.fields) == {"pays_in_country_ids", "pays_at_operator_ids"}


def test_the_pages_show_what_is_inherited_and_save(cast):
    denmark, ada = cast.northwind.country, cast.client("ada")
    member = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
    form = {"pays_in_country_ids_mode": "only", "pays_in_country_ids": denmark.pk, "pays_at_operator_ids_mode": "above", "lower": "keep"}
    assert ada.post(f"/teams/{cast.harbour.pk}/where", form).status_code == 303
    page = ada.get(f"/teams/{cast.harbour.pk}/members/{member.pk}/where").content.decode()
    assert f"As above: {denmark.name}, from the team" in page
    nowhere = {**form, "pays_in_country_ids": []}
    assert ada.post(f"/teams/{cast.harbour.pk}/members/{member.pk}/where", nowhere).status_code == 303
    assert holds_for(cast.harbour, TeamMember.objects.select_related("team").get(pk=member.pk)).countries == frozenset()


def test_the_operators_level_holds_for_its_teams(cast):
    form = {
        "pays_in_country_ids_mode": "above",
        "pays_at_operator_ids_mode": "only",
        "pays_at_operator_ids": cast.northwind.pk,
        "lower": "keep",
    }
    assert cast.client("ada").post(f"/account/{cast.northwind.pk}/where", form).status_code == 303
    assert holds_for(Team.objects.get(pk=cast.harbour.pk), None).operators == {cast.northwind.pk}
    assert MemberGroup.objects.count() == 0


def test_a_form_names_the_own_organisations_operators_and_those_with_a_public_charge_point(cast):
    def offered(chosen: Collection[int] = ()) -> dict[int, str]:
        return dict(operator_choices(cast.northwind, chosen=chosen))

    assert set(offered().values()) == {"Northwind", "Southwind"}
    assert offered([cast.eastgate.pk])[cast.eastgate.pk] == f"#{cast.eastgate.pk}"
    assert operator_names(frozenset({cast.eastgate.pk, cast.northwind.pk}), cast.northwind) == f"#{cast.eastgate.pk}, Northwind"
    point = make_charge_point("Gate 1", cast.gate)
    ChargePoint.objects.filter(pk=point.pk).update(visibility="public", show_on_map=True)
    assert set(offered().values()) == {"Northwind", "Southwind", "Eastgate"}


@pytest.mark.parametrize(("who", "may"), [("ada", True), ("bea", False)])
def test_who_may_only_read_finds_no_save(cast, who, may):
    for url in (f"/teams/{cast.harbour.pk}/where", f"/account/{cast.northwind.pk}/where"):
        page = cast.client(who).get(url).content.decode()
        assert ('<button class="btn btn-primary" type="submit">Save' in page) is may
        assert ("disabled" in page.partition("fc-form-page")[2]) is not may
