"""Which account a person works in: narrowed lists, whole reach, remembered, by a link."""

import pytest

from forecourt.access import Account, OperatorRole, Permission, Scope, TeamRole, fetch
from forecourt.kit.errors import NotFound
from forecourt.operators.models import Operator, OperatorMember, Workplace
from forecourt.teams.models import Team
from forecourt.teams.queries import actor_of
from forecourt.teams.tests.factories import make_team_member

P = Permission


def account(operator: Operator) -> Account:
    return Account(operator.pk, operator.organisation_id, operator.is_main)


def join(cast, name: str, operator: Operator, role: OperatorRole) -> None:
    OperatorMember.objects.create(
        organisation_id=operator.organisation_id, operator=operator, person=getattr(cast, name), role=role, state="accepted"
    )


def test_a_main_accounts_people_see_all_of_it_or_one_sub_account(cast):
    ada = cast.actor("ada")
    assert ada.scope(P.TEAM_READ) == Scope(organisation_ids=frozenset({cast.northwind.organisation_id}))
    south = ada.working_in(account(cast.southwind))
    assert south.scope(P.TEAM_READ) == Scope(operator_ids=frozenset({cast.southwind.pk}))
    assert south.reach_of(P.TEAM_READ) == ada.reach_of(P.TEAM_READ)


def test_a_row_of_another_account_stays_in_reach_and_a_strangers_does_not(cast):
    south = cast.actor("ada").working_in(account(cast.southwind))
    assert fetch(Team.objects, actor=south, id=cast.harbour.pk, needs=P.TEAM_DELETE) == cast.harbour
    with pytest.raises(NotFound):
        fetch(Team.objects, actor=south, id=cast.gate.pk, needs=P.TEAM_READ)


def test_team_memberships_elsewhere_do_not_widen_an_accounts_lists(cast):
    make_team_member(cast.ada, cast.gate, TeamRole.ADMIN)
    ada = cast.actor("ada")
    assert ada.scope(P.SITE_READ) == Scope(organisation_ids=frozenset({cast.northwind.organisation_id}))
    assert ada.working_in(None).scope(P.SITE_READ) == Scope(team_ids=frozenset({cast.gate.pk}))
    assert ada.reach_of(P.SITE_READ).team_ids == frozenset({cast.gate.pk})


def test_a_team_role_inside_the_account_shows_what_the_operator_role_does_not(cast):
    make_team_member(cast.bea, cast.harbour, TeamRole.ADMIN)
    bea = cast.actor("bea")
    assert bea.scope(P.CHARGE_POINT_READ) == Scope(team_ids=frozenset({cast.harbour.pk}))
    assert bea.scope(P.WALLET_READ) == Scope(organisation_ids=frozenset({cast.northwind.organisation_id}))


def test_different_roles_in_two_accounts_do_not_mix(cast):
    join(cast, "eve", cast.northwind, OperatorRole.SUPPORT_AGENT)
    eve = actor_of(cast.eve)
    assert not eve.working_in(account(cast.northwind)).scope(P.TEAM_DELETE)
    assert eve.working_in(account(cast.eastgate)).scope(P.TEAM_DELETE)
    assert eve.reach_of(P.TEAM_DELETE).organisation_ids == frozenset({cast.eastgate.organisation_id})


def test_the_choice_outlives_the_session_and_the_sign_out(cast):
    ada = cast.client("ada")
    assert ada.post("/switch-account", {"operator": cast.southwind.pk}).status_code == 303
    assert [row.name for row in ada.get("/teams/").context["rows"]] == ["Garden"]
    assert [row.name for row in cast.client("ada").get("/teams/").context["rows"]] == ["Garden"]


def test_a_browser_stays_where_it_is_when_another_one_switches(cast):
    one, other = cast.client("ada"), cast.client("ada")
    one.post("/switch-account", {"operator": cast.southwind.pk})
    other.post("/switch-account", {"operator": cast.northwind.pk})
    assert len(one.get("/teams/").context["rows"]) == 1
    assert len(other.get("/teams/").context["rows"]) == 4


@pytest.mark.parametrize("wanted", ["eastgate", "platform"])
def test_nobody_switches_to_a_strangers_account(cast, wanted):
    ada = cast.client("ada")
    assert ada.post("/switch-account", {"operator": getattr(cast, wanted).pk}).status_code == 404
    assert not Workplace.objects.exists()


def test_a_link_opens_its_account_and_leaves_a_clean_address(cast):
    ada = cast.client("ada")
    answer = ada.get(f"/teams/?q=a&account={cast.southwind.pk}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teams/?q=a")
    assert [row.name for row in ada.get("/teams/?q=a").context["rows"]] == ["Garden"]


def test_a_link_to_a_strangers_account_changes_nothing(cast):
    ada = cast.client("ada")
    assert ada.get(f"/teams/?account={cast.eastgate.pk}").headers["Location"] == "/teams/"
    assert len(ada.get("/teams/").context["rows"]) == 4


def test_who_lost_the_role_is_no_longer_in_the_account(cast):
    sue = cast.client("sue")
    sue.post("/switch-account", {"operator": cast.southwind.pk})
    OperatorMember.objects.filter(person=cast.sue).update(state="blocked")
    assert sue.get("/teams/").status_code == 403


def test_an_actor_in_a_remembered_account_takes_two_queries(cast, django_assert_num_queries):
    Workplace.objects.create(person=cast.ada, operator=cast.southwind)
    with django_assert_num_queries(2):
        assert actor_of(cast.ada).operator_id == cast.southwind.pk


def test_the_switcher_groups_searches_and_counts(cast):
    ada = cast.client("ada")
    page = ada.get("/switch-account")
    assert [(group.name, [row.name for row in group.rows]) for group in page.context["groups"]] == [
        ("Northwind", ["Northwind", "Southwind"])
    ]
    assert "You can open 2 accounts." in page.content.decode()
    found = ada.get("/switch-account?view=operators&q=south").context["groups"]
    assert [[(row.name, row.role) for row in group.rows] for group in found] == [[("Southwind", "Admin")]]
