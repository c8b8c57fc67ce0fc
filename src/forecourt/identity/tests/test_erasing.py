"""Asking for deletion: what stands in the way, time to think again, and the job."""

from datetime import timedelta

import pytest
from django.test import Client

from forecourt.audit.tests.factories import seal_all
from forecourt.charging.tests.factories import make_charge
from forecourt.identity import jobs, operations, personal
from forecourt.identity.models import Person
from forecourt.identity.tests.factories import PASSWORD, make_person
from forecourt.identity.tests.inbox import last_message
from forecourt.kit import clock
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.tests.factories import make_charge_point
from forecourt.teams.models import Team
from forecourt.teams.tests.factories import make_personal_team, make_team

SURE = {"word": "delete", "password": PASSWORD}


@pytest.fixture
def leaving(cast):
    """Somebody with nothing but a personal team, who has just shown who they are."""
    make_personal_team(make_person("Lena"))
    client = Client()
    client.post("/accounts/login/", {"login": "lena@example.com", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def lena() -> Person:
    return Person.objects.get(first_name="Lena")


def test_a_request_signs_out_everywhere_and_waits_two_weeks(leaving):
    assert leaving.post("/me/deletion", SURE).status_code == 303
    person = lena()
    assert person.erasure_asked_at is not None
    assert person.erasure_due_at == person.erasure_asked_at + timedelta(days=14)
    assert leaving.get("/me").status_code == 302
    assert "will be deleted on" in last_message("lena@example.com").text
    jobs.erase_due(timestamp=0)
    assert lena().erased_at is None


def test_signing_in_keeps_the_account(leaving):
    leaving.post("/me/deletion", SURE)
    client = Client()
    page = client.post("/accounts/login/", {"login": "lena@example.com", "password": PASSWORD}, follow=True)
    assert "Your account is not deleted." in page.content.decode()
    assert lena().erasure_due_at is None
    assert last_message("lena@example.com").subject == "Your account stays"


def test_when_it_is_due_a_job_erases(leaving):
    leaving.post("/me/deletion", SURE)
    id = lena().pk
    Person.objects.filter(pk=id).update(erasure_asked_at=clock.now() - timedelta(days=15), erasure_due_at=clock.now() - timedelta(days=1))
    jobs.erase_due(timestamp=0)
    person = Person.objects.get(pk=id)
    assert (person.first_name, person.email, person.erased_at is not None, person.has_password) == (None, None, True, False)
    assert Client().post("/accounts/login/", {"login": "lena@example.com", "password": PASSWORD}).status_code == 200


def test_what_came_up_meanwhile_is_told_and_looked_at_again(leaving, cast):
    leaving.post("/me/deletion", SURE)
    make_team("Late", cast.northwind, owner=lena())
    Person.objects.filter(first_name="Lena").update(erasure_asked_at=clock.now() - timedelta(days=15), erasure_due_at=clock.now())
    jobs.erase_due(timestamp=0)
    due = lena().erasure_due_at
    assert due is not None
    assert due > clock.now() + timedelta(hours=23)
    assert "You own Late." in last_message("lena@example.com").text


@pytest.mark.parametrize(("field", "value"), [("word", "yes"), ("password", "not hers")])
def test_it_takes_the_word_and_the_password(leaving, field, value):
    assert leaving.post("/me/deletion", SURE | {field: value}).status_code == 422
    assert lena().erasure_due_at is None


def test_money_in_the_wallet_stands_in_the_way(leaving):
    give_funds(make_wallet(Team.objects.get(owner=lena())), 100)
    assert ["wallet is not empty" in reason for reason in operations.objections(lena().pk)] == [True]
    assert leaving.post("/me/deletion", SURE).status_code == 200
    assert lena().erasure_due_at is None


def test_a_charge_that_runs_stands_in_the_way(leaving, cast):
    make_charge(make_charge_point("One", cast.harbour), payer=Team.objects.get(owner=lena()), person=lena(), transaction_id="7")
    assert any("charge of yours" in reason for reason in operations.objections(lena().pk))


def test_the_last_admin_and_the_last_administrator_stay(cast):
    assert operations.objections(cast.eve.pk) == ["You are the last Admin of Eastgate. Make somebody else Admin first."]
    assert operations.objections(cast.root.pk) == ["You are the last administrator of this installation. Make somebody else one first."]


def test_an_address_they_had_before_is_theirs_unless_somebody_else_has_it_by_now(leaving, cast):
    person = lena()
    operations.change_email(actor=cast.actor("ada"), person=person, email="lena@new.example", at=clock.now())
    seal_all()
    assert personal.addresses_of(person.pk) == ["lena@new.example", "lena@example.com"]
    assert personal.words_of(person.pk) == ["Lena Test", "lena@new.example", "lena@example.com"]
    make_person("Other", email="lena@example.com")
    assert personal.addresses_of(person.pk) == ["lena@new.example"]
    assert personal.words_of(person.pk) == ["Lena Test", "lena@new.example"]
