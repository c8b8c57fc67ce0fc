"""Inviting by phone and account, many at once, and invitations whose time is over."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forecourt.access import Actor, TeamRole
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.teams import operations
from forecourt.teams.jobs import continue_runs, expire_invitations_to_teams
from forecourt.teams.models import TeamMember, TeamRun
from forecourt.teams.queries.members import invitations_for
from forecourt.teams.tests.factories import AT, make_member_group, make_team_invitation

SYSTEM = Actor.system("test")


def invite(cast, **whom):
    return operations.invite_member(actor=SYSTEM, team=cast.harbour, role=TeamRole.MEMBER, at=clock.now(), **whom)


def upload(cast, text, button, who="ada"):
    file = SimpleUploadedFile("people.csv", text.encode(), content_type="text/csv")
    return cast.client(who).post(f"/teams/{cast.harbour.pk}/members/upload", {"file": file, button: ""})


@pytest.mark.parametrize("whom", [{}, {"email": "a@example.com", "phone": "+4512345678"}, {"phone": "12"}, {"email": "nobody"}])
def test_exactly_one_way_to_reach_somebody_that_can_be_right(cast, whom):
    with pytest.raises(Invalid):
        invite(cast, **whom)
    assert not TeamMember.objects.filter(state="invited").exists()


def test_an_account_is_told_in_its_bell_and_by_mail(cast):
    invite(cast, person=cast.eve)
    member = TeamMember.objects.get(team=cast.harbour, person=cast.eve)
    assert (member.state, Notification.objects.filter(person_id=cast.eve.pk).count()) == ("invited", 1)
    assert OutgoingEmail.objects.get(to=cast.eve.email).kind == "team_invitation"


def test_a_phone_number_is_invited_once_and_mails_nobody(cast):
    before = OutgoingEmail.objects.count()
    first, _link = invite(cast, phone="+45 12 34 56 78")
    again, _link = invite(cast, phone="+4512345678")
    assert (first.pk, again.invited_phone, OutgoingEmail.objects.count()) == (again.pk, "+4512345678", before)


def test_an_invitation_carries_its_group(cast):
    group = make_member_group("Staff", cast.harbour, role=TeamRole.ADMIN, can_configure_charge_points=True)
    member, _link = invite(cast, email="nora@example.com", group=group)
    assert (member.role, member.can_configure_charge_points, member.group) == ("admin", True, group)


def test_what_is_over_expires_and_is_sent_again(cast):
    member, _link = invite(cast, email="nora@example.com")
    TeamMember.objects.filter(pk=member.pk).update(expires_at=clock.now() - timedelta(minutes=1))
    expire_invitations_to_teams(0)
    member.refresh_from_db()
    assert (member.state, member.invitation_hash) == ("expired", None)
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/members/{member.pk}/resend")
    member.refresh_from_db()
    assert member.state == "invited"


MANY = "email;phone;group;note\nanna@example.com;;Staff;May\nwrong;;;\n;+4512345678;;\nbo@example.com;;Nothing;\ndora@example.com;;;\n"


def test_a_dry_run_reports_every_row_and_invites_nobody(cast):
    make_member_group("Staff", cast.harbour)
    report = upload(cast, MANY, "dry-run").context["report"]
    assert (report.created, report.failed) == (2, 3)
    assert [(line, column) for line, column, _says in report.problems] == [(3, "email"), (5, "group"), (6, "")]
    assert not TeamMember.objects.filter(state="invited").exists()


def test_a_run_invites_each_row_once_and_tells_who_asked(cast):
    make_member_group("Staff", cast.harbour)
    page = upload(cast, MANY, "start")["Location"]
    continue_runs(0)
    continue_runs(0)
    run = TeamRun.objects.get()
    assert (run.done, run.position, len(run.problems), run.finished_at is not None) == (2, 5, 3, True)
    assert "rows" not in run.content  # addresses are not kept
    assert set(TeamMember.objects.filter(state="invited").values_list("role", flat=True)) == {"member"}
    assert Notification.objects.get(person_id=cast.ada.pk).url == f"{page}?account={cast.northwind.pk}"
    assert "anna@example.com" not in cast.client("ada").get(page).content.decode()


def test_a_file_that_cannot_be_read_says_so_at_the_field(cast):
    assert upload(cast, "colour\nred\n", "dry-run").context["form"].errors["file"]
    assert upload(cast, "", "dry-run").status_code == 422


def test_the_template_file_is_what_the_upload_reads(cast):
    ada = cast.client("ada")
    answer = ada.get(f"/teams/{cast.harbour.pk}/members/upload?format=csv")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    make_member_group("Staff", cast.harbour)
    assert upload(cast, text, "dry-run").context["report"].created == 2


# Open invitations are found without their link (spec §2.3).


@pytest.mark.parametrize("path", ["/switch-account", "/me"])
def test_an_open_invitation_to_a_confirmed_address_is_listed_and_answered(cast, path):
    Person.objects.filter(pk=cast.dora.pk).update(email_verified_at=AT)
    member = make_team_invitation(cast.dora.email.upper(), cast.hotel, at=clock.now())
    dora = cast.client("dora")
    assert f"/team-invitations/{member.pk}/accept" in dora.get(path).content.decode()
    assert dora.post(f"/team-invitations/{member.pk}/accept").headers["Location"].endswith(f"/teams/{cast.hotel.pk}")
    member.refresh_from_db()
    assert (member.person, member.state) == (cast.dora, "accepted")
    assert f"/team-invitations/{member.pk}/" not in dora.get(path).content.decode()


def test_a_declined_invitation_is_gone(cast):
    Person.objects.filter(pk=cast.dora.pk).update(email_verified_at=AT)
    member = make_team_invitation(cast.dora.email, cast.hotel, at=clock.now())
    assert cast.client("dora").post(f"/team-invitations/{member.pk}/reject").status_code == 303
    member.refresh_from_db()
    assert member.state == "rejected"


@pytest.mark.parametrize("how", ["not confirmed", "another's", "expired", "withdrawn"])
def test_no_other_invitation_is_listed_or_answered(cast, how):
    Person.objects.filter(pk=cast.dora.pk).update(email_verified_at=None if how == "not confirmed" else AT)
    address = "else@example.com" if how == "another's" else cast.dora.email
    member = make_team_invitation(address, cast.hotel, at=clock.now() - timedelta(days=15 if how == "expired" else 0))
    if how == "withdrawn":
        operations.remove_member(actor=cast.actor("ada"), member=member, at=AT)
    dora = cast.client("dora")
    assert "/team-invitations/" not in dora.get("/switch-account").content.decode()
    assert dora.post(f"/team-invitations/{member.pk}/accept").status_code == 404


def test_an_invitation_by_phone_is_told_to_who_has_confirmed_the_number_and_found_by_them(cast):
    Person.objects.filter(pk=cast.dora.pk).update(phone="+4520202020", phone_verified_at=AT)
    invite = {"actor": cast.actor("ada"), "team": cast.hotel, "role": TeamRole.MEMBER, "at": clock.now()}
    member, _link = operations.invite_member(phone="+4520202020", **invite)
    operations.invite_member(phone="+4530303030", **invite)
    assert [line.text for line in Notification.objects.filter(person_id=cast.dora.pk)] == ["You are invited to Hotel"]
    assert invitations_for(Person.objects.get(pk=cast.dora.pk), at=clock.now()) == [member]


def test_invitations_sent_again_for_many_leave_those_by_phone(cast):
    invite = {"actor": cast.actor("ada"), "team": cast.hotel, "role": TeamRole.MEMBER, "at": clock.now()}
    by_phone = operations.invite_member(phone="+4530303030", **invite)[0]
    by_mail = operations.invite_member(email="new@example.com", **invite)[0]
    before = {member.pk: TeamMember.objects.get(pk=member.pk).invitation_hash for member in (by_phone, by_mail)}
    asked = {"doing": "resend", "member": [by_phone.pk, by_mail.pk]}
    page = cast.client("ada").post(f"/teams/{cast.hotel.pk}/members/chosen", asked, follow=True).content.decode()
    assert "Invitations by phone keep their link" in page
    after = {member.pk: TeamMember.objects.get(pk=member.pk).invitation_hash for member in (by_phone, by_mail)}
    assert [before[pk] == after[pk] for pk in (by_phone.pk, by_mail.pk)] == [True, False]
