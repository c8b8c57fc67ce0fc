import pytest
from django.test import Client

from forecourt.access import TeamRole
from forecourt.identity.models import OneTimeCode, Person
from forecourt.identity.tests.factories import PASSWORD
from forecourt.identity.tests.inbox import code_in, last_message
from forecourt.kit import clock
from forecourt.notifications.models import OutgoingEmail
from forecourt.operators.models import Theme
from forecourt.operators.tests.factories import make_theme
from forecourt.places.models import Country
from forecourt.teams import operations as teams
from forecourt.teams.models import Team, TeamMember

NOW = clock.now


@pytest.fixture
def filled(cast, settings):
    settings.TERMS_URL = "https://example.com/terms"
    country = Country.objects.get(alpha2="DK").pk
    return {
        "first_name": "Nora", "last_name": "Ny", "address": "nora@example.com", "password": "correct horse staple", "country_id": country,
        "has_read_terms": "on",
    }  # fmt: skip


def test_a_code_makes_the_person_their_team_and_the_session(client, filled):
    assert client.post("/accounts/signup/", filled).status_code == 303
    assert not Person.objects.filter(email="nora@example.com").exists()
    answer = client.post("/accounts/signup/code/", {"code": code_in(last_message("nora@example.com"))})
    assert (answer.status_code, answer["Location"]) == (302, "/me")
    nora = Person.objects.get(email="nora@example.com")
    assert nora.check_password("correct horse staple")
    assert None not in (nora.email_verified_at, nora.terms_read_at)
    assert Team.objects.filter(owner=nora, type="personal").count() == 1
    assert client.get("/me").status_code == 200


def test_without_terms_nobody_is_asked_and_nothing_says_that_they_read_them(client, filled, settings):
    settings.TERMS_URL = ""
    assert "has_read_terms" not in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", filled)
    client.post("/accounts/signup/code/", {"code": code_in(last_message("nora@example.com"))})
    assert Person.objects.get(email="nora@example.com").terms_read_at is None


def test_who_is_invited_reads_the_terms_of_that_account(cast, client, settings):
    settings.TERMS_URL = "https://example.com/terms"
    theme = make_theme("North", cast.northwind, is_default=True)
    Theme.objects.filter(pk=theme.pk).update(terms_url="https://northwind.example/terms")
    given = {"actor": cast.actor("ada"), "team": cast.harbour, "role": TeamRole.MEMBER, "at": NOW()}
    _member, link = teams.invite_member(email="nils@example.com", **given)
    path = "/" + link.split("/", 3)[3]
    assert 'href="https://northwind.example/terms"' in client.get(path).content.decode()
    filled = {"first_name": "Nils", "last_name": "Ny", "password": "correct horse staple"}
    assert client.post(path, filled).status_code == 422
    assert client.post(path, filled | {"has_read_terms": "on"}).status_code == 303
    assert Person.objects.get(email="nils@example.com").terms_read_at


def test_a_taken_address_looks_the_same_and_its_owner_is_told(client, filled):
    taken, free = (Client().post("/accounts/signup/", filled | {"address": address}) for address in ("ada@example.com", "nora@example.com"))
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert last_message("ada@example.com").subject == "You have an account already"
    assert not OutgoingEmail.objects.filter(to="ada@example.com", kind="code").exists()


def test_nothing_but_the_code_is_stored_and_nothing_readable(client, filled):
    client.post("/accounts/signup/", filled)
    payload = bytes(OneTimeCode.objects.get().payload)
    assert b"nora" not in payload.lower()


@pytest.mark.parametrize(
    ("field", "value"), [("password", "short"), ("address", "nobody"), ("has_read_terms", ""), ("country_id", "0"), ("first_name", "")]
)
def test_what_is_wrong_is_said_at_its_field(client, filled, field, value):
    answer = client.post("/accounts/signup/", filled | {field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not OneTimeCode.objects.exists()


def test_a_closed_installation_takes_nobody(client, filled, settings):
    settings.SIGN_UP_IS_OPEN = False
    assert "Accounts come from invitations" in client.get("/accounts/signup/").content.decode()
    assert client.post("/accounts/signup/", filled).status_code == 403
    assert "Create an account" not in client.get("/accounts/login/").content.decode()


def test_the_door_closes_after_ten_and_only_for_that_address(filled):
    answers = [Client().post("/accounts/signup/", filled | {"address": f"n{n}@example.com"}).status_code for n in range(11)]
    assert answers == [303] * 10 + [429]
    assert Client(REMOTE_ADDR="192.0.2.9").post("/accounts/signup/", filled).status_code == 303


def test_a_wrong_code_says_so_and_the_sixth_try_is_in_vain(client, filled):
    client.post("/accounts/signup/", filled)
    code = code_in(last_message("nora@example.com"))
    for _try in range(5):
        assert client.post("/accounts/signup/code/", {"code": f"{(int(code) + 1) % 10**6:06}"}).status_code == 422
    assert client.post("/accounts/signup/code/", {"code": code}).status_code == 422
    assert not Person.objects.filter(email="nora@example.com").exists()


def invited(cast, **whom) -> str:
    _member, link = teams.invite_member(actor=cast.actor("ada"), team=cast.harbour, role=TeamRole.MEMBER, at=NOW(), **whom)
    return link.removeprefix("http://localhost:8080")


def test_an_invitation_is_declined_and_can_be_sent_again(cast):
    link = invited(cast, email="eve@example.com")
    assert cast.client("eve").post(link, {"reject": "1"}).status_code == 303
    assert TeamMember.objects.get(invited_email="eve@example.com").state == "rejected"
    assert cast.client("eve").get(link).status_code == 404


def test_an_invitation_is_not_for_whoever_else_opens_it(cast):
    link = invited(cast, email="sue@example.com")
    page = cast.client("eve").get(link)
    assert "for somebody else" in page.content.decode()
    cast.client("eve").post(link)
    assert TeamMember.objects.get(invited_email="sue@example.com").state == "invited"


def test_a_number_has_to_be_on_the_account(cast):
    link = invited(cast, phone="+4531223344")
    eve = cast.client("eve")
    assert "+45…44" in eve.get(link).content.decode()
    eve.post(link)
    assert not TeamMember.objects.filter(person=cast.eve).exists()
    Person.objects.filter(pk=cast.eve.pk).update(phone="+4531223344", phone_verified_at=NOW())
    assert eve.post(link).status_code == 303
    assert TeamMember.objects.get(person=cast.eve).state == "accepted"


def test_tokens_are_not_guessed_without_end(db):
    client = Client(REMOTE_ADDR="192.0.2.77")
    assert [client.get(f"/invitations/wrong{n}").status_code for n in range(61)] == [404] * 60 + [429]


def test_a_reset_verifies_the_address_and_ends_sessions(cast):
    from allauth.usersessions.models import UserSession

    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    client.post("/accounts/password/reset/", {"email": "ada@example.com"})
    link = next(word for word in last_message("ada@example.com").text.split() if "/password/reset/key/" in word)
    target = Client().get(link.removeprefix("http://testserver"), follow=True).redirect_chain[-1][0]
    other = Client()
    other.get(link.removeprefix("http://testserver"), follow=True)
    other.post(target, {"password1": "a brand new secret", "password2": "a brand new secret"})
    cast.ada.refresh_from_db()
    assert cast.ada.email_verified_at is not None
    assert not UserSession.objects.filter(user=cast.ada).exists()
    assert client.get("/me").status_code == 302
