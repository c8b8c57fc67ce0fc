import pytest

from forecourt.access import Permission, Scope, fetch, require
from forecourt.kit.errors import Forbidden, NotFound
from forecourt.teams.models import Team

P = Permission


@pytest.mark.parametrize(
    ("who", "permission", "scope"),
    [
        ("ada", P.TEAM_DELETE, "organisation"),
        ("oscar", P.TEAM_UPDATE, "organisation"),
        ("oscar", P.TEAM_DELETE, None),
        ("oscar", P.WALLET_MOVE, None),
        ("bea", P.WALLET_MOVE, "organisation"),
        ("bea", P.CHARGE_POINT_READ, None),
        ("bea", P.DASHBOARD_READ, None),
        ("sven", P.CHARGE_POINT_LOG_READ, "organisation"),
        ("sven", P.CHARGE_STOP, None),
        ("sue", P.TEAM_DELETE, "operator"),
    ],
)
def test_a_main_role_holds_in_the_organisation_and_a_sub_role_in_its_operator(cast, who, permission, scope):
    operator = cast.southwind if who == "sue" else cast.northwind
    expected = {
        None: frozenset(),
        "organisation": frozenset({("organisation_id", operator.organisation_id)}),
        "operator": frozenset({("operator_id", operator.pk)}),
    }[scope]
    own = frozenset({("person_id", getattr(cast, who).pk)})
    assert frozenset(cast.actor(who).scope(permission).equalities()) - own == expected


def test_an_admin_of_one_team_who_is_a_member_of_another_is_not_an_admin_of_both(cast):
    tom = cast.actor("tom")
    assert fetch(Team.objects, actor=tom, id=cast.harbour.pk, needs=P.TEAM_UPDATE) == cast.harbour
    assert fetch(Team.objects, actor=tom, id=cast.hotel.pk, needs=P.TEAM_READ) == cast.hotel
    with pytest.raises(Forbidden):
        fetch(Team.objects, actor=tom, id=cast.hotel.pk, needs=P.TEAM_UPDATE)


@pytest.mark.parametrize("team", ["gate", "garden", "depot"])
def test_a_row_out_of_reach_looks_like_one_that_does_not_exist(cast, team):
    with pytest.raises(NotFound) as outside:
        fetch(Team.objects, actor=cast.actor("tom"), id=getattr(cast, team).pk, needs=P.TEAM_UPDATE)
    with pytest.raises(NotFound) as missing:
        fetch(Team.objects, actor=cast.actor("tom"), id=10**12, needs=P.TEAM_UPDATE)
    assert outside.value.message == missing.value.message


def test_toggles_add_only_what_the_role_can_hold(cast):
    assert cast.actor("tom").scope(P.WALLET_MOVE) == Scope(team_ids=frozenset({cast.harbour.pk}))
    assert not cast.actor("dora").scope(P.WALLET_MOVE)
    assert cast.actor("dora").scope(P.WALLET_SPEND) == Scope(team_ids=frozenset({cast.harbour.pk}))


def test_a_platform_role_reaches_no_tenants_rows(cast):
    root = cast.actor("root")
    assert root.may_platform(P.PLATFORM_MANAGE)
    assert require(root, P.PLATFORM_READ) == Scope()
    with pytest.raises(NotFound):
        fetch(Team.objects, actor=root, id=cast.harbour.pk, needs=P.TEAM_READ)


def test_newest_within_merges_the_first_rows_of_each_predicate(cast):
    scope = Scope(team_ids=frozenset({cast.harbour.pk, cast.hotel.pk}), operator_ids=frozenset({cast.southwind.pk}))
    rows = Team.objects.newest_within(scope, limit=2)
    assert [team.name for team in rows] == ["Garden", "Hotel"]
    assert [team.name for team in Team.objects.newest_within(scope, limit=2, offset=2)] == ["Harbour"]


def test_building_an_actor_takes_two_queries(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        cast.actor("tom")
