"""The last changes of a member, on the pages of accounts and teams, for whoever reads the audit log."""

from datetime import UTC, datetime

import pytest

from forecourt.access import OperatorRole, TeamRole
from forecourt.audit.tests.factories import seal_all
from forecourt.operators import operations
from forecourt.operators.history import SHOWN, history_of
from forecourt.operators.models import OperatorMember
from forecourt.teams import operations as teams
from forecourt.teams.models import TeamMember

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sven(cast) -> OperatorMember:
    return OperatorMember.objects.get(person=cast.sven)


def tom(cast) -> TeamMember:
    return TeamMember.objects.get(person=cast.tom, team=cast.harbour)


def test_a_members_history_in_an_account(cast):
    operations.change_role(actor=cast.actor("ada"), member=sven(cast), role=OperatorRole.BOOKKEEPER, at=AT)
    seal_all()
    address = f"/account/{cast.northwind.pk}/members/{sven(cast).pk}/history"
    assert address in cast.client("oscar").get(f"/account/{cast.northwind.pk}/members").content.decode()
    page = cast.client("ada").get(address)
    newest = page.context["changes"][0]
    assert (newest.action, newest.who, newest.fields) == ("updated", "Ada Test", "Role")
    assert f"/audit/?type=OperatorUser&amp;item={sven(cast).pk}" in page.content.decode()
    assert f"/audit/?kind=person&amp;actor={cast.sven.pk}" in page.content.decode()


def test_a_members_history_in_a_team(cast):
    teams.edit_member(actor=cast.actor("ada"), member=tom(cast), role=TeamRole.ADMIN, note="Our electrician", at=AT)
    seal_all()
    page = cast.client("oscar").get(f"/teams/{cast.harbour.pk}/members/{tom(cast).pk}").content.decode()
    assert f"/audit/?type=TeamMember&amp;item={tom(cast).pk}" in page
    assert "Ada Test" in page


@pytest.mark.parametrize("who", ["bea", "sven", "tom"])
def test_who_may_not_read_the_log_sees_no_history(cast, who):
    TeamMember.objects.filter(pk=tom(cast).pk).update(can_manage_team_members=True)
    page = cast.client(who).get(f"/teams/{cast.harbour.pk}/members/{tom(cast).pk}")
    assert (page.status_code, "/audit/" in page.content.decode()) == (200, False)


def test_no_more_than_the_last_twenty(cast):
    for number in range(SHOWN + 2):
        teams.edit_member(actor=cast.actor("ada"), member=tom(cast), note=f"Note {number}", at=AT)
    seal_all()
    assert len(history_of(cast.actor("ada"), entity="TeamMember", id=tom(cast).pk)) == SHOWN


def test_a_stranger_reads_nothing_of_it(cast):
    operations.change_role(actor=cast.actor("ada"), member=sven(cast), role=OperatorRole.BOOKKEEPER, at=AT)
    seal_all()
    assert history_of(cast.actor("eve"), entity="OperatorUser", id=sven(cast).pk) == []


def test_from_another_account_the_link_opens_the_right_one(cast):
    client = cast.client("ada")
    OperatorMember.objects.create(
        organisation_id=cast.eastgate.organisation_id, operator=cast.eastgate, person=cast.ada, role=OperatorRole.ADMIN, state="accepted"
    )
    client.post("/switch-account", {"operator": cast.eastgate.pk})
    page = client.get(f"/account/{cast.northwind.pk}/members/{sven(cast).pk}/history").content.decode()
    assert f"item={sven(cast).pk}&amp;account={cast.northwind.pk}" in page
