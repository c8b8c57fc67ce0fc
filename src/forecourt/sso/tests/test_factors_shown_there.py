"""A second factor that the provider asked for (`amr`) satisfies the accounts of the organisation whose provider it is."""

import pytest
from django.test import Client

from forecourt.identity.models import Person
from forecourt.operators.models import Operator, OperatorMember

LED = "/second-factor"


@pytest.fixture
def works_in(sign_in):
    """Nils, known to the provider, works in an account that asks for a second factor."""

    def go(operator):
        sign_in(Client())
        person = Person.objects.get(email="nils@nordic.example")
        given = {"organisation_id": operator.organisation_id, "operator": operator, "person": person, "role": "admin", "state": "accepted"}
        OperatorMember.objects.create(**given)
        Operator.objects.filter(pk=operator.pk).update(requires_second_factor=True)
        return person

    return go


def answer_of(client, operator):
    page = client.get(f"/account/{operator.pk}/settings")
    return page.headers.get("Location", page.status_code)


@pytest.mark.parametrize(("methods", "answer"), [(["pwd", "mfa"], 200), (["pwd"], LED), (None, LED)])
def test_who_showed_one_at_the_provider_is_let_in(cast, works_in, sign_in, fake, methods, answer):
    works_in(cast.northwind)
    fake.claims = {"amr": methods}
    client = Client()
    sign_in(client)
    assert answer_of(client, cast.northwind) == answer


def test_it_opens_no_account_of_an_organisation_that_did_not_choose_the_provider(cast, works_in, sign_in, fake):
    works_in(cast.eastgate)
    fake.claims = {"amr": ["mfa"]}
    client = Client()
    sign_in(client)
    assert answer_of(client, cast.eastgate) == LED


def test_a_provider_that_asks_everybody_need_not_say_so(cast, provider, works_in, sign_in):
    works_in(cast.northwind)
    type(provider).objects.update(asks_second_factor=True)
    client = Client()
    sign_in(client)
    assert answer_of(client, cast.northwind) == 200


def test_it_counts_for_the_session_that_showed_it_alone(cast, works_in, sign_in, fake):
    works_in(cast.northwind)
    fake.claims = {"amr": ["mfa"]}
    client = Client()
    sign_in(client)
    fake.claims = {}
    sign_in(client)  # the same browser, once more without
    assert answer_of(client, cast.northwind) == LED
