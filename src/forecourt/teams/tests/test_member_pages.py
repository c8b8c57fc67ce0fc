"""Members and invitations, through HTTP."""

import pytest

from forecourt.identity.models import Person
from forecourt.identity.tests.factories import PASSWORD
from forecourt.notifications.models import OutgoingEmail
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.tests.factories import make_team_member

NOBODY = (None, 302)
MANAGERS = [("ada", 303), ("oscar", 303), ("bea", 403), ("sven", 403), ("sue", 404), ("tom", 404), ("dora", 404), ("eve", 404), NOBODY]
REMOVERS = [("ada", 303), ("oscar", 403), ("bea", 403), ("sven", 403), ("sue", 404), ("tom", 404), ("dora", 404), ("eve", 404), NOBODY]
HOST = "http://localhost:8080"
NAMES = {"first_name": "Nora", "last_name": "New", "password": PASSWORD}


def members(cast):
    return f"/teams/{cast.harbour.pk}/members"


def membership(person, team):
    return TeamMember.objects.get(person=person, team=team)


def invited(cast, who="ada", **fields):
    """The link's path, as the page shows it."""
    form = {"email": "nora@example.com", "role": "member", **fields}
    return cast.client(who).post(f"{members(cast)}/new", form, follow=True).context["link"].removeprefix(HOST)


@pytest.mark.parametrize(("who", "status"), MANAGERS)
def test_who_may_add_a_member(cast, who, status):
    answer = cast.client(who).post(f"{members(cast)}/new", {"email": "nora@example.com", "role": "member"})
    assert answer.status_code == status
    assert TeamMember.objects.filter(invited_email="nora@example.com").exists() == (status == 303)


@pytest.mark.parametrize(("who", "status"), MANAGERS)
def test_who_may_change_a_member(cast, who, status):
    dora = membership(cast.dora, cast.harbour)
    assert cast.client(who).post(f"{members(cast)}/{dora.pk}/edit", {"role": "admin"}).status_code == status
    dora.refresh_from_db()
    assert dora.role == ("admin" if status == 303 else "member")


@pytest.mark.parametrize(("who", "status"), REMOVERS)
def test_who_may_remove_a_member(cast, who, status):
    dora = membership(cast.dora, cast.harbour)
    assert cast.client(who).post(f"{members(cast)}/{dora.pk}/remove").status_code == status
    dora.refresh_from_db()
    assert (dora.deleted_at is not None) == (status == 303)


@pytest.mark.parametrize(
    "what", ["/edit", "/resend", "/owner", "/remove", "/accept", "/reject", "/block", "/unblock", "/fee", "/fee/end", "/where"]
)
def test_a_member_of_another_team_is_not_found_here(cast, what):
    other = make_team_member(cast.dora, cast.gate)
    assert cast.client("ada").post(f"{members(cast)}/{other.pk}{what}", {"role": "admin"}).status_code == 404
    other.refresh_from_db()
    assert (other.role, other.deleted_at) == ("member", None)


def test_an_operators_people_put_in_at_once_who_has_an_account(cast):
    form = {"email": "Eve@example.com", "role": "admin", "can_manage_team_wallet": "on"}
    assert cast.client("ada").post(f"{members(cast)}/new", form).status_code == 303
    eve = membership(cast.eve, cast.harbour)
    assert (eve.state, eve.role, eve.can_manage_team_wallet, eve.can_pay_with_team_wallet) == ("accepted", "admin", True, False)


def test_a_teams_own_people_always_invite_so_the_page_tells_them_of_no_account(cast):
    owner = cast.harbour.owner
    client = cast.client(None)
    client.force_login(owner)
    for email in ("eve@example.com", "nobody@example.com"):
        answer = client.post(f"{members(cast)}/new", {"email": email, "role": "member"}, follow=True)
        assert "/invitations/" in answer.context["link"]
    assert TeamMember.objects.filter(team=cast.harbour, state="invited").count() == 2


def test_a_member_is_not_added_twice(cast):
    answer = cast.client("ada").post(f"{members(cast)}/new", {"email": "dora@example.com", "role": "member"})
    assert "member already" in answer.context["form"].errors["email"][0]
    assert TeamMember.objects.filter(team=cast.harbour, person=cast.dora).count() == 1


def test_somebody_new_joins_by_the_link(cast, client):
    link = invited(cast, role="admin", can_configure_charge_points="on")
    assert link in OutgoingEmail.objects.get(to="nora@example.com").text
    assert "Join the team Harbour" in client.get(link).content.decode()
    assert client.post(link, NAMES).status_code == 303
    nora = Person.objects.get(email="nora@example.com")
    member = membership(nora, cast.harbour)
    assert (member.state, member.role, member.can_configure_charge_points, member.invitation_hash) == ("accepted", "admin", True, None)
    assert nora.email_verified_at is not None
    assert Team.objects.filter(owner=nora, type="personal").count() == 1
    assert client.get(link).status_code == 404  # once


def test_who_has_an_account_signs_in_first_and_joins_with_one_click(cast, client):
    TeamMember.objects.filter(person=cast.tom, team=cast.harbour).update(can_manage_team_members=True)
    link = invited(cast, "tom", email="eve@example.com")
    assert client.get(link)["Location"].startswith("/accounts/login/")
    assert cast.client("eve").post(link).status_code == 303
    assert membership(cast.eve, cast.harbour).state == "accepted"


def test_an_invited_owner_becomes_the_owner(cast):
    form = {
        "operator": cast.northwind.pk,
        "type": "operator",
        "name": "Pier",
        "contact_email": "p@example.com",
        "owner_email": "nora@example.com",
    }
    link = cast.client("ada").post("/teams/new", form, follow=True).context["link"].removeprefix(HOST)
    cast.client(None).post(link, NAMES)
    assert Team.objects.get(name="Pier").owner == Person.objects.get(email="nora@example.com")


@pytest.mark.parametrize("how", ["expired", "withdrawn", "resent", "team deleted"])
def test_a_link_that_is_over_opens_nothing(cast, client, how):
    link, member = invited(cast), TeamMember.objects.get(invited_email="nora@example.com")
    if how == "expired":
        TeamMember.objects.filter(pk=member.pk).update(expires_at=cast.harbour.created_at)
    elif how == "team deleted":
        Team.objects.filter(pk=cast.harbour.pk).update(deleted_at=cast.harbour.created_at)
    else:
        cast.client("ada").post(f"{members(cast)}/{member.pk}/{'remove' if how == 'withdrawn' else 'resend'}")
    assert client.post(link, NAMES).status_code == 404
    assert not Person.objects.filter(email="nora@example.com").exists()


def test_a_resent_invitation_keeps_its_role_and_toggles(cast):
    invited(cast, role="admin", can_configure_charge_points="on")
    member = TeamMember.objects.get(invited_email="nora@example.com")
    cast.client("ada").post(f"{members(cast)}/{member.pk}/resend")
    member.refresh_from_db()
    assert (member.role, member.can_configure_charge_points, OutgoingEmail.objects.filter(to="nora@example.com").count()) == (
        "admin",
        True,
        2,
    )


@pytest.mark.parametrize("toggle", ["can_manage_team_wallet", "can_configure_charge_points", "can_manage_team_members"])
def test_what_a_member_can_never_have_is_greyed_and_posts_nothing(cast, toggle):
    dora, ada = membership(cast.dora, cast.harbour), cast.client("ada")
    form = ada.get(f"{members(cast)}/{dora.pk}/edit").context["form"]
    assert (form.fields[toggle].disabled, "never" in form.fields[toggle].help_text) == (True, True)
    ada.post(f"{members(cast)}/{dora.pk}/edit", {"role": "member", toggle: "on"})
    dora.refresh_from_db()
    assert getattr(dora, toggle) is False


def test_choosing_another_role_in_the_form_opens_its_toggles(cast):
    dora = membership(cast.dora, cast.harbour)
    form = cast.client("ada").get(f"{members(cast)}/{dora.pk}/edit?role=admin").context["form"]
    assert [name for name in form.toggle_names if form.fields[name].disabled] == []


def test_becoming_a_member_takes_an_admins_rights(cast):
    tom = membership(cast.tom, cast.harbour)
    cast.client("ada").post(f"{members(cast)}/{tom.pk}/edit", {"role": "member", "can_manage_team_wallet": "on"})
    tom.refresh_from_db()
    assert (tom.role, tom.can_manage_team_wallet, tom.can_configure_charge_points) == ("member", False, False)


def test_an_admin_of_the_team_cannot_give_wallet_rights_nor_take_the_team(cast):
    TeamMember.objects.filter(person=cast.tom, team=cast.harbour).update(can_manage_team_members=True)
    tom, dora = cast.client("tom"), membership(cast.dora, cast.harbour)
    tom.post(f"{members(cast)}/{dora.pk}/edit", {"role": "admin", "can_manage_team_wallet": "on"})
    dora.refresh_from_db()
    assert (dora.role, dora.can_manage_team_wallet) == ("admin", False)
    tom.post(f"{members(cast)}/{membership(cast.tom, cast.harbour).pk}/owner")
    cast.harbour.refresh_from_db()
    assert cast.harbour.owner.first_name == "Hanna"


def test_the_owner_stays_until_the_team_is_handed_over(cast):
    ada, owner = cast.client("ada"), membership(cast.harbour.owner, cast.harbour)
    ada.post(f"{members(cast)}/{owner.pk}/remove")
    ada.post(f"{members(cast)}/{membership(cast.tom, cast.harbour).pk}/owner")
    owner.refresh_from_db()
    cast.harbour.refresh_from_db()
    assert (owner.deleted_at, owner.role, cast.harbour.owner) == (None, "admin", cast.tom)
    assert membership(cast.tom, cast.harbour).role == "owner"


def test_the_list_shows_who_is_invited_and_what_has_expired(cast):
    invited(cast)
    TeamMember.objects.filter(invited_email="nora@example.com").update(expires_at=cast.harbour.created_at)
    rows = {row.name or row.email: row for row, _actions in cast.client("sven").get(members(cast)).context["rows"]}
    assert (rows["nora@example.com"].state, rows["Dora Test"].toggles) == ("expired", ("can_pay_with_team_wallet",))


def test_the_list_takes_the_same_number_of_queries_for_any_number_of_members(cast, django_assert_num_queries):
    ada = cast.client("ada")
    ada.get(members(cast))
    for person in (cast.ada, cast.bea, cast.eve, cast.sue):
        make_team_member(person, cast.harbour)
    with django_assert_num_queries(MEMBER_QUERIES):
        ada.get(members(cast))


MEMBER_QUERIES = 11  # session, person, two of memberships; the team twice, groups, count, members; the account switcher, the bell
