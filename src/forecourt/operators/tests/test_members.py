"""Members and access of an account: invitations, answers, roles, blocking, and the last Admin."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from forecourt.access import Actor, OperatorRole
from forecourt.kit import clock
from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.operators import operations
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.tests.factories import make_invitation, make_member, make_operator


def members_of(cast, path: str = "") -> str:
    return f"/account/{cast.northwind.pk}/members{path}"


def invited(cast) -> OperatorMember:
    return OperatorMember.objects.filter(operator=cast.northwind).latest("id")


def test_inviting_by_e_mail_mails_the_link_and_shows_it_once(cast):
    ada = cast.client("ada")
    page = ada.post(members_of(cast, "/new"), {"email": "Wilma@example.com", "role": "bookkeeper"}, follow=True)
    member, link = invited(cast), page.context["link"]
    assert (member.invited_email, member.role, member.state) == ("wilma@example.com", "bookkeeper", "invited")
    assert link in OutgoingEmail.objects.get(to="wilma@example.com").text
    assert ada.get(members_of(cast)).context["link"] is None


def test_inviting_by_phone_mails_nobody_and_is_found_by_who_has_confirmed_the_number(cast):
    cast.client("ada").post(members_of(cast, "/new"), {"phone": "+45 20 30 40 50", "role": "support_agent"})
    assert invited(cast).invited_phone == "+4520304050"
    assert not OutgoingEmail.objects.exists()
    cast.tom.phone = "+4520304050"
    cast.tom.save()
    tom = cast.client("tom")
    assert "Northwind as" not in tom.get("/switch-account").content.decode()  # anybody can write a number down
    cast.tom.phone_verified_at = clock.now()
    cast.tom.save()
    assert "Northwind as" in tom.get("/switch-account").content.decode()
    tom.post(f"/account-invitations/{invited(cast).pk}/accept")
    assert OperatorMember.objects.get(person=cast.tom).state == "accepted"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "", "phone": ""}, "email"),
        ({"email": "a@example.com", "phone": "+4520304050"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"phone": "20304050"}, "phone"),
        ({"email": "bea@example.com"}, "email"),
        ({"email": "a@example.com", "role": "owner"}, "role"),
    ],
)
def test_bad_input_gets_its_message_at_the_field_and_invites_nobody(cast, given, field):
    before = OperatorMember.objects.count()
    answer = cast.client("ada").post(members_of(cast, "/new"), {"role": "support_agent"} | given)
    assert answer.context["form"].errors[field]
    assert (OperatorMember.objects.count(), OutgoingEmail.objects.count()) == (before, 0)


def test_the_letter_is_in_the_invitees_language_and_their_bell_rings(cast):
    cast.tom.language, cast.tom.email_verified_at = "da", clock.now()
    cast.tom.save()
    cast.client("ada").post(members_of(cast, "/new"), {"email": "tom@example.com", "role": "support_agent"})
    assert OutgoingEmail.objects.get(to="tom@example.com").subject == "Du er inviteret til Northwind"
    assert Notification.objects.get(person_id=cast.tom.pk).url == "/switch-account"


def test_who_declines_is_shown_so_and_can_be_asked_again(cast):
    cast.tom.email_verified_at = clock.now()
    cast.tom.save()
    member = make_invitation(cast.northwind, "tom@example.com")
    cast.client("tom").post(f"/account-invitations/{member.pk}/reject")
    member.refresh_from_db()
    assert (member.state, member.invitation_hash) == ("rejected", None)
    page = cast.client("ada").post(members_of(cast, f"/{member.pk}/resend"), follow=True)
    member.refresh_from_db()
    assert member.state == "invited"
    assert page.context["link"]


def test_an_invitation_that_nobody_answers_expires(cast):
    member = make_invitation(cast.northwind, "tom@example.com")
    later = clock.now() + timedelta(days=15)
    assert operations.expire_invitations(actor=Actor.system("test"), at=later) == 1
    assert operations.expire_invitations(actor=Actor.system("test"), at=later) == 0
    with pytest.raises(operations.InvitationOver):
        operations.accept_invitation(actor=cast.actor("tom"), member=member, person=cast.tom, at=later)


def test_a_blocked_member_is_out_at_once_and_back_with_the_same_role(cast):
    member = OperatorMember.objects.get(person=cast.bea)
    ada, bea = cast.client("ada"), cast.client("bea")
    ada.post(members_of(cast, f"/{member.pk}/block"))
    assert bea.get("/teams/").status_code == 403
    ada.post(members_of(cast, f"/{member.pk}/unblock"))
    assert bea.get("/teams/").status_code == 200


def test_who_is_blocked_does_not_come_in_by_another_invitation(cast):
    operations.block_member(actor=cast.actor("ada"), member=OperatorMember.objects.get(person=cast.bea), at=clock.now())
    member = make_invitation(cast.northwind, "other@example.com")
    with pytest.raises(operations.InvitationOver):
        operations.accept_invitation(actor=cast.actor("bea"), member=member, person=cast.bea, at=clock.now())


@pytest.mark.parametrize(("path", "given"), [("", {"role": "support_agent"}), ("/block", {}), ("/remove", {})])
def test_the_last_admin_stays(cast, path, given):
    member = OperatorMember.objects.get(person=cast.ada)
    cast.client("ada").post(members_of(cast, f"/{member.pk}{path}"), given)
    member.refresh_from_db()
    assert (member.role, member.state) == ("admin", "accepted")


def test_two_admins_who_remove_each_other_at_once_leave_one(own_database):
    operator = make_operator("Solo")
    make_member("One", OperatorRole.ADMIN, operator), make_member("Two", OperatorRole.ADMIN, operator)
    threads = [threading.Thread(target=_remove, args=(member,)) for member in OperatorMember.objects.filter(operator=operator)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OperatorMember.objects.filter(operator=operator, role="admin", state="accepted").count() == 1


def _remove(member: OperatorMember) -> None:
    try:
        operations.remove_member(actor=Actor.system("test"), member=member, at=clock.now())
    except operations.LastAdmin:
        pass
    finally:
        connection.close()


def test_a_member_of_another_account_is_not_found_under_this_one(cast):
    member = OperatorMember.objects.get(person=cast.sue)
    assert cast.client("ada").post(members_of(cast, f"/{member.pk}/remove")).status_code == 404
    assert OperatorMember.objects.filter(pk=member.pk).exists()
    assert Operator.objects.filter(pk=cast.southwind.pk).exists()
