"""Joining by the team's code, through HTTP."""

import pytest
from django.db.models import F

from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.tests.factories import make_member_group, make_team_member


def asked(cast, who="eve", team=None):
    team = team or cast.harbour
    return cast.client(who).post(f"/join/{team.join_code}")


def state(cast, who="eve"):
    member = TeamMember.objects.filter(team=cast.harbour, person=getattr(cast, who), deleted_at=None).first()
    return member.state if member else None


def test_a_request_is_told_to_who_manages_members_and_accepted(cast):
    assert asked(cast).status_code == 303
    assert state(cast) == "requested"
    hanna = cast.harbour.owner
    assert OutgoingEmail.objects.filter(to=hanna.email, kind="join_request").count() == 1
    assert Notification.objects.filter(person_id=hanna.pk).count() == 1
    member = TeamMember.objects.get(team=cast.harbour, person=cast.eve)
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/members/{member.pk}/accept")
    assert (state(cast), Notification.objects.filter(person_id=cast.eve.pk).count()) == ("accepted", 1)


def test_asking_twice_is_one_request_and_one_letter(cast):
    asked(cast)
    asked(cast)
    assert TeamMember.objects.filter(team=cast.harbour, person=cast.eve).count() == 1
    assert OutgoingEmail.objects.filter(kind="join_request").count() == 1


def test_a_declined_request_is_told_and_may_be_made_again(cast):
    asked(cast)
    member = TeamMember.objects.get(team=cast.harbour, person=cast.eve)
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/members/{member.pk}/reject")
    assert (state(cast), OutgoingEmail.objects.filter(to=cast.eve.email).count()) == ("rejected", 1)
    asked(cast)
    assert state(cast) == "requested"


def test_a_team_that_lets_everybody_in_gives_its_default_group(cast):
    make_member_group("Guests", cast.harbour, is_default=True, can_pay_with_team_wallet=True)
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/join-code", {"accepts_joins_at_once": "on"})
    asked(cast)
    member = TeamMember.objects.get(team=cast.harbour, person=cast.eve)
    assert (member.state, member.role, member.can_pay_with_team_wallet, member.group.name) == ("accepted", "member", True, "Guests")


@pytest.mark.parametrize("column", ["frozen_at", "deleted_at", "blocked_at"])
def test_a_team_that_takes_nobody_looks_like_a_wrong_code(cast, column):
    Team.objects.filter(pk=cast.harbour.pk).update(**{column: F("created_at")}, frozen_reason="")
    assert asked(cast).status_code == cast.client("eve").post("/join/WRONGONE").status_code == 404
    assert state(cast) is None


def test_a_personal_teams_code_opens_nothing(cast):
    personal = Team.objects.get(owner=cast.dora, type="personal")
    assert asked(cast, team=personal).status_code == 404


def test_who_is_blocked_cannot_ask_and_learns_nothing_more(cast):
    member = make_team_member(cast.eve, cast.harbour)
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/members/{member.pk}/block")
    asked(cast)
    assert state(cast) == "blocked"


def test_the_page_tells_the_teams_name_and_nothing_else(cast):
    page = cast.client("eve").get(f"/join/{cast.harbour.join_code.lower()}").content.decode()
    assert "Harbour" in page
    assert not any(word in page for word in ("Northwind", cast.harbour.contact_email, "Hanna"))


def test_codes_tried_are_counted_and_stopped(cast):
    eve = cast.client("eve")
    answers = [eve.get(f"/join/TRY{number}").status_code for number in range(22)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert eve.get(f"/join/{cast.harbour.join_code}").status_code == 429


def test_a_new_code_ends_the_old_one(cast):
    before = cast.harbour.join_code
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/join-code/new")
    cast.harbour.refresh_from_db()
    assert len(cast.harbour.join_code) == 8
    assert cast.client("eve").get(f"/join/{before}").status_code == 404


def test_the_typed_code_leads_to_the_team(cast):
    code = f" {cast.harbour.join_code[:4].lower()}-{cast.harbour.join_code[4:]} "
    assert cast.client("eve").get("/join", {"code": code})["Location"] == f"/join/{cast.harbour.join_code}"


def test_the_qr_code_is_a_picture_of_the_link(cast):
    answer = cast.client("ada").get(f"/teams/{cast.harbour.pk}/join-code.svg")
    assert (answer["Content-Type"], answer.content[:4]) == ("image/svg+xml", b"<svg")


def test_a_member_leaves_and_the_owner_stays(cast):
    cast.client("dora").post(f"/teams/{cast.harbour.pk}/leave")
    client = cast.client(None)
    client.force_login(cast.harbour.owner)
    client.post(f"/teams/{cast.harbour.pk}/leave")
    left = TeamMember.objects.filter(team=cast.harbour, deleted_at__isnull=False).values_list("person", flat=True)
    assert list(left) == [cast.dora.pk]
