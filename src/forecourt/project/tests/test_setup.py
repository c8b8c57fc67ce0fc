import pytest

from forecourt.identity.models import Person
from forecourt.operators.models import Operator
from forecourt.places.models import Country, Currency
from forecourt.project.setup import setup_link, setup_token

FORM = {
    "company_name": "Charging House ApS", "vat_number": "", "currency": "", "address1": "Kajen 1", "zip_code": "1050", "city": "Copenhagen", "first_name": "Paula", "last_name": "Platform",
    "email": "paula@example.com", "password": "a good long secret",
}  # fmt: skip


@pytest.fixture
def form(db):
    return FORM | {"country": Country.objects.get(alpha2="DK").pk}


def test_an_empty_installation_is_set_up_by_its_link_once(client, form):
    link = setup_link("http://testserver")
    assert client.post(link, form).status_code == 303
    operator, paula = Operator.objects.get(), Person.objects.get()
    assert (operator.is_installation, operator.currency.identifier, operator.name) == (True, "DKK", "Charging House ApS")
    assert (operator.address1, operator.zip_code, operator.city) == ("Kajen 1", "1050", "Copenhagen")
    assert (paula.platform_role, paula.check_password(FORM["password"]), paula.owned_teams.get().type) == (
        "administrator",
        True,
        "personal",
    )
    assert setup_link("http://testserver") is None
    assert client.get(link).status_code == 404


def test_the_currency_may_be_another_than_the_countrys(client, form):
    assert client.post(setup_link("http://testserver"), form | {"currency": Currency.objects.get(identifier="EUR").pk}).status_code == 303
    assert Operator.objects.get().currency.identifier == "EUR"


def test_a_wrong_link_leads_nowhere(client, form):
    assert client.post(f"/setup/{'0' * 40}", form).status_code == 404
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("password", "short", "too short"), ("email", "no address", "valid email"), ("vat_number", "DK123", "valid VAT number"), ("company_name", "", "required"),
     ("city", "", "required"), ("currency", "0", "valid choice")],
)  # fmt: skip
def test_bad_input_gets_its_message_at_the_field_and_stores_nothing(client, form, field, value, message):
    answer = client.post(f"/setup/{setup_token()}", form | {field: value})
    assert answer.status_code == 200
    assert message in " ".join(answer.context["form"].errors[field])
    assert not Operator.objects.exists()
    assert not Person.objects.exists()
