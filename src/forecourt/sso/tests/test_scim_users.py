"""SCIM over HTTP: users made, adopted, changed, deactivated, deleted; and whom a directory never touches."""

import pytest
from django.test import Client

from forecourt.identity.models import Person
from forecourt.identity.tests.factories import make_person
from forecourt.kit import clock
from forecourt.sso.models import DirectoryUser
from forecourt.sso.tests.scim_client import error
from forecourt.teams.models import Team

OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}


def test_a_new_user_is_a_person_with_a_personal_team_and_no_password(scim):
    made = scim.add("Nora", preferredLanguage="da-DK")
    person = Person.objects.get(email="nora@fjord.example")
    assert (person.first_name, person.last_name, person.language, person.has_password) == ("Nora", "Fjord", "da", False)
    assert Team.objects.filter(owner=person, type=Team.Type.PERSONAL).count() == 1
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{made['id']}")


def test_what_making_a_user_asks_of_the_database(scim, django_assert_num_queries):
    """Token, transaction, actor, domains, twin; person, their team (3 reads and writes), membership, 2 events; user, end, groups. Beside them the limit's counter."""
    scim.add("Ole")  # notes that the token is used
    with django_assert_num_queries(15):
        scim.add("Nora")


def test_what_was_sent_is_read_again_with_its_version(scim):
    made = scim.add("Nora", title="Engineer")
    answer = scim.call("GET", f"/Users/{made['id']}")
    assert (answer.json(), answer["ETag"], answer["Content-Type"]) == (made, made["meta"]["version"], "application/scim+json")
    assert scim.call("GET", f"/Users/{made['id']}", If_None_Match=answer["ETag"]).status_code == 304


def test_somebody_with_the_address_is_adopted(scim):
    there = make_person("Nora", email="nora@fjord.example")
    scim.add("Nora")
    assert DirectoryUser.objects.get().person == there
    assert error(scim.call("POST", "/Users", {"userName": "other", "emails": [{"value": "NORA@fjord.example"}]})) == (409, "uniqueness")


@pytest.mark.parametrize("address", ["nora@elsewhere.example", "nora@sub.fjord.example", "nora", "nora@fjord.example.evil.example"])
def test_people_of_other_domains_are_not_made(scim, address):
    assert error(scim.call("POST", "/Users", {"userName": address})) == (403, None)
    assert not Person.objects.filter(email=address).exists()


def test_the_installations_own_people_are_not_touched(scim):
    make_person("Root2", email="root@fjord.example", platform_role="administrator")
    assert error(scim.call("POST", "/Users", {"userName": "root@fjord.example", "active": False})) == (403, None)
    assert Person.objects.get(email="root@fjord.example").is_active


def test_a_person_who_left_the_domain_is_neither_changed_nor_kept_out(scim):
    made = scim.add("Nora")
    Person.objects.filter(email="nora@fjord.example").update(email="nora@home.example")
    assert error(scim.change(f"/Users/{made['id']}", OFF)) == (403, None)
    assert scim.call("DELETE", f"/Users/{made['id']}").status_code == 204
    assert Person.objects.get(email="nora@home.example").is_active


@pytest.mark.parametrize(
    "operation",
    [
        OFF,
        {"op": "Replace", "path": "active", "value": "False"},  # Entra ID
        {"op": "replace", "value": {"active": False}},  # Okta
        {"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:active": "false"}},
    ],
)
def test_deactivating_signs_out_at_once_and_keeps_out_until_active_again(scim, operation):
    made = scim.add("Nora")
    person = Person.objects.get(email="nora@fjord.example")
    person.set_password("correct horse battery")
    person.save()
    browser = Client()
    browser.force_login(person)
    assert scim.change(f"/Users/{made['id']}", operation).json()["active"] is False
    assert browser.get("/my-account").status_code in (302, 404)
    assert not signs_in("nora@fjord.example")
    scim.change(f"/Users/{made['id']}", ON)
    assert signs_in("nora@fjord.example")


def signs_in(email: str) -> bool:
    browser = Client()
    browser.post("/accounts/login/", {"login": email, "password": "correct horse battery"})
    return "_auth_user_id" in browser.session


def test_deleting_keeps_out_and_making_again_lets_in_under_the_same_id(scim):
    made = scim.add("Nora")
    assert scim.call("DELETE", f"/Users/{made['id']}").status_code == 204
    assert error(scim.call("GET", f"/Users/{made['id']}")) == (404, None)
    person = Person.objects.get(email="nora@fjord.example")
    assert (person.is_active, person.deleted_at, Team.objects.filter(owner=person).count()) == (False, None, 1)
    assert scim.add("Nora")["id"] == made["id"]
    assert Person.objects.get(pk=person.pk).is_active


def test_a_directory_does_not_open_what_the_platform_locked(scim, cast):
    from forecourt.identity import operations as identity

    made = scim.add("Nora")
    person = Person.objects.get(email="nora@fjord.example")
    identity.lock_sign_in(actor=cast.actor("root"), person=person, reason="Stolen phone", at=clock.now())
    scim.change(f"/Users/{made['id']}", OFF)
    scim.change(f"/Users/{made['id']}", ON)
    assert not Person.objects.get(pk=person.pk).is_active


def test_the_platform_does_not_open_what_a_directory_keeps_shut(scim, cast):
    from forecourt.identity import operations as identity

    made = scim.add("Nora", active=False)
    person = Person.objects.get(email="nora@fjord.example")
    with pytest.raises(identity.KeptOut):
        identity.unlock_sign_in(actor=cast.actor("root"), person=person, reason="She asked", at=clock.now())
    assert made["active"] is False
    assert not Person.objects.get(pk=person.pk).is_active


def test_put_replaces_everything_but_being_active(scim):
    made = scim.add("Nora", title="Engineer", active=False)
    answer = scim.call(
        "PUT", f"/Users/{made['id']}", {"userName": "nora@fjord.example", "name": {"givenName": "Nora", "familyName": "Berg"}}
    )
    told = answer.json()
    assert ("title" in told, "emails" in told, told["active"]) == (False, False, False)
    assert Person.objects.get(email="nora@fjord.example").last_name == "Berg"


def test_an_address_moves_within_the_domains_only(scim):
    made = scim.add("Nora")
    work = {"op": "replace", "path": 'emails[type eq "work"].value'}
    assert error(scim.change(f"/Users/{made['id']}", work | {"value": "nora@home.example"})) == (403, None)
    assert scim.change(f"/Users/{made['id']}", work | {"value": "nora.berg@fjord.example"}).status_code == 200
    assert not Person.objects.filter(email__in=("nora@fjord.example", "nora@home.example")).exists()
    make_person("Ole", email="ole@fjord.example")
    assert error(scim.change(f"/Users/{made['id']}", work | {"value": "ole@fjord.example"})) == (409, "uniqueness")


def test_an_old_version_changes_nothing(scim):
    made = scim.add("Nora")
    first = made["meta"]["version"]
    assert scim.change(f"/Users/{made['id']}", {"op": "add", "path": "title", "value": "CTO"}, If_Match=first).status_code == 200
    assert error(scim.call("PUT", f"/Users/{made['id']}", {"userName": "nora@fjord.example"}, If_Match=first)) == (412, None)
    assert error(scim.call("DELETE", f"/Users/{made['id']}", If_Match=first)) == (412, None)
    assert scim.call("GET", f"/Users/{made['id']}").json()["title"] == "CTO"


def test_one_bad_operation_undoes_the_others(scim):
    made = scim.add("Nora")
    answer = scim.change(
        f"/Users/{made['id']}", {"op": "add", "path": "title", "value": "CTO"}, {"op": "add", "path": "shoe", "value": "42"}
    )
    assert error(answer) == (400, "invalidPath")
    assert "title" not in scim.call("GET", f"/Users/{made['id']}").json()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "invalidValue")),
        ([], (400, "invalidSyntax")),
        ({"userName": 7.5, "name": "x"}, (400, "invalidValue")),
        ({"userName": "a@fjord.example", "active": "perhaps"}, (400, "invalidValue")),
        ({"userName": "a@fjord.example\x00"}, (400, "invalidValue")),
        ({"userName": "a" * 1001}, (400, "invalidValue")),
        ({"userName": "a b@fjord.example"}, (400, "invalidValue")),
    ],
)
def test_bad_bodies_are_refused_in_the_protocols_words(scim, body, expected):
    assert error(scim.call("POST", "/Users", body)) == expected
