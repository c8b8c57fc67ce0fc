"""The platform's page of people: what it shows, what it does, and what it keeps to itself."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from forecourt.access import PlatformRole
from forecourt.audit.tests.factories import recorded
from forecourt.identity import operations
from forecourt.identity.models import Intervention, Person
from forecourt.identity.tests.factories import PASSWORD, make_person
from forecourt.identity.tests.inbox import last_message
from forecourt.integrations.operations import issue_token
from forecourt.integrations.tests.factories import ApiClient, make_credential
from forecourt.kit import clock

REASON = "Called her on the number on file"


def sign_in(email="ada@example.com") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def do(cast, what: str, who: str = "ada", reason: str = REASON):
    return cast.client("root").post(f"/platform/people/{getattr(cast, who).pk}/{what}", {"reason": reason})


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


@pytest.mark.parametrize("words", ["ada", "ADA@example", "Ada Test", "+45 20 30 40 50", "20304050"])
def test_somebody_is_found_by_name_address_or_number(cast, words):
    Person.objects.filter(pk=cast.ada.pk).update(phone="+4520304050")
    found = cast.client("root").get("/platform/people", {"q": words}).context["rows"]
    assert [person.pk for person, _state, _count in found] == [cast.ada.pk]


@pytest.mark.parametrize("words", ["", "ad", "a d", "  "])
def test_nobody_browses_through_everybody(cast, words):
    page = cast.client("root").get("/platform/people", {"q": words})
    assert page.context["rows"] == []
    assert "at least 3 letters" in page.content.decode()


def test_a_list_costs_the_same_for_one_and_for_many(cast, django_assert_num_queries):
    client = cast.client("root")
    client.get("/platform/people")
    for number in range(5):
        make_person(f"Zed{number}")
    with django_assert_num_queries(9):
        client.get("/platform/people", {"q": "Zed0"})
    with django_assert_num_queries(9):
        client.get("/platform/people", {"q": "Zed"})


def test_a_person_shows_accounts_and_roles_and_no_tenants_data(cast):
    page = cast.client("root").get(f"/platform/people/{cast.tom.pk}").content.decode()
    assert all(words in page for words in ("Harbour", "Hotel", "tom@example.com"))
    assert f"/teams/{cast.harbour.pk}" not in page


def test_sessions_end_with_a_reason_and_a_letter(cast):
    hers = sign_in()
    assert do(cast, "sign-out").status_code == 303
    assert not is_in(hers)
    assert last_message("ada@example.com").subject == "You were signed out everywhere"
    assert is_in(sign_in())
    assert REASON in cast.client("root").get(f"/platform/people/{cast.ada.pk}").content.decode()


def test_lost_second_factors_are_removed_and_the_password_signs_in(cast):
    for type in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=cast.ada, type=type, data={})
    assert not is_in(sign_in())
    assert do(cast, "second-factors").status_code == 303
    assert not Authenticator.objects.filter(user=cast.ada).exists()
    assert "Your password is unchanged" in last_message("ada@example.com").text
    assert is_in(sign_in())


def test_who_is_locked_gets_in_nowhere_until_unlocked(cast):
    hers = sign_in()
    credential, secret = make_credential(cast.northwind, person=cast.ada)
    program = ApiClient(issue_token(client_id=credential.client_id, client_secret=secret, at=clock.now()).access_token)
    assert program.call("GET", "/auth/me").status_code == 200
    assert do(cast, "lock").status_code == 303
    assert (is_in(hers), is_in(sign_in()), program.call("GET", "/auth/me").status_code) == (False, False, 401)
    assert UserSession.objects.filter(user=cast.ada).count() == 0
    assert do(cast, "unlock").status_code == 303
    assert is_in(sign_in())
    assert program.call("GET", "/auth/me").status_code == 200


@pytest.mark.parametrize("what", ["sign-out", "second-factors", "lock"])
def test_without_a_reason_nothing_happens(cast, what):
    hers = sign_in()
    Authenticator.objects.create(user=cast.ada, type=Authenticator.Type.TOTP, data={})
    answer = do(cast, what, reason="  ")
    assert (answer.status_code, 'id="id_reason-error"' in answer.content.decode()) == (422, True)
    assert is_in(hers)
    assert (Intervention.objects.count(), Authenticator.objects.count()) == (0, 1)


def test_nobody_locks_themselves_out(cast):
    make_person("Rolf", platform_role=PlatformRole.ADMINISTRATOR)
    answer = do(cast, "lock", who="root")
    assert (answer.status_code, "You cannot lock yourself out." in answer.content.decode()) == (422, True)
    assert Person.objects.get(pk=cast.root.pk).is_active


def test_the_last_administrator_stays(cast):
    rolf = make_person("Rolf", platform_role=PlatformRole.ADMINISTRATOR)
    operations.lock_sign_in(actor=cast.actor("root"), person=rolf, reason=REASON, at=clock.now())
    with pytest.raises(operations.CannotBeLocked):
        operations.lock_sign_in(actor=cast.actor("ada"), person=cast.root, reason=REASON, at=clock.now())


def test_twice_is_once(cast):
    do(cast, "lock")
    assert do(cast, "lock").status_code == 303
    assert Intervention.objects.filter(person=cast.ada).count() == 1


def test_the_audit_log_has_it_with_the_reason(cast):
    do(cast, "second-factors")
    (event,) = recorded(entity_type="Intervention")
    assert (event.actor_id, event.person_id, event.changes["reason"]) == (cast.root.pk, cast.ada.pk, [None, REASON])


def test_a_support_agent_of_the_platform_looks_and_does_nothing(cast):
    make_person("Sille", platform_role=PlatformRole.SUPPORT)
    client = sign_in("sille@example.com")
    page = client.get(f"/platform/people/{cast.ada.pk}")
    assert (page.status_code, "Your role does not include" in page.content.decode()) == (200, True)
    assert client.post(f"/platform/people/{cast.ada.pk}/lock", {"reason": REASON}).status_code == 403
    assert Person.objects.get(pk=cast.ada.pk).is_active


def test_an_erased_person_is_not_found(cast):
    Person.objects.filter(pk=cast.ada.pk).update(deleted_at=clock.now())
    assert cast.client("root").get(f"/platform/people/{cast.ada.pk}").status_code == 404
