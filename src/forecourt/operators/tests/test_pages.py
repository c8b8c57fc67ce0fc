import pytest

from forecourt.identity.models import Person
from forecourt.identity.tests.factories import PASSWORD
from forecourt.notifications.models import OutgoingEmail
from forecourt.operators.models import Operator, OperatorMember
from forecourt.places.models import Country

NAMES = ["ada", "oscar", "bea", "sven", "sue", "tom", "eve"]


def _form(**changes):
    return {
        "name": "Westwind",
        "country": Country.objects.get(alpha2="SE").pk,
        "vat_number": "",
        "admin_email": "wilma@example.com",
    } | changes


@pytest.mark.parametrize(("who", "status"), [("root", 200), *((name, 403) for name in NAMES), (None, 302)])
@pytest.mark.parametrize("path", ["/operators/", "/operators/new", "/operators/{id}"])
def test_only_the_platforms_people_see_every_operator(cast, who, status, path):
    assert cast.client(who).get(path.format(id=cast.eastgate.pk)).status_code == status


@pytest.mark.parametrize("who", [*NAMES, None])
def test_only_an_administrator_opens_an_account(cast, who):
    before = Operator.objects.count()
    assert cast.client(who).post("/operators/new", _form()).status_code in (302, 403)
    assert Operator.objects.count() == before


def _opened(cast) -> tuple[Operator, str]:
    root = cast.client("root")
    answer = root.post("/operators/new", _form(), follow=True)
    link = answer.context["link"]
    assert link not in root.get(answer.request["PATH_INFO"]).content.decode()  # shown once
    return Operator.objects.get(name="Westwind"), link.removeprefix("http://localhost:8080")


def test_a_new_operators_first_admin_comes_in_by_the_link_that_is_shown_and_mailed(cast, client):
    operator, link = _opened(cast)
    assert (operator.currency.identifier, operator.is_main, operator.time_zone) == ("SEK", True, "Europe/Stockholm")
    assert link in OutgoingEmail.objects.get(to="wilma@example.com").text
    names = {"first_name": "Wilma", "last_name": "West", "password": PASSWORD}
    assert client.post(link, names).status_code == 303
    wilma = Person.objects.get(email="wilma@example.com")
    member = OperatorMember.objects.get(person=wilma)
    assert (member.role, member.state, member.operator_id) == ("admin", "accepted", operator.pk)
    assert wilma.email_verified_at is not None
    assert client.get(link).status_code == 404  # once


def test_somebody_with_an_account_signs_in_first_and_accepts_with_one_click(cast, client):
    root = cast.client("root")
    link = (
        root.post("/operators/new", _form(admin_email="eve@example.com"), follow=True).context["link"].removeprefix("http://localhost:8080")
    )
    assert client.get(link)["Location"].startswith("/accounts/login/")
    assert cast.client("eve").post(link).status_code == 303
    assert OperatorMember.objects.filter(person=cast.eve, state="accepted").count() == 2


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "required"),
        ("vat_number", "SE1", "valid VAT"),
        ("admin_email", "wilma", "valid email"),
        ("name", "Eastgate", "already an operator"),
    ],
)
def test_bad_input_gets_its_message_at_the_field_and_opens_nothing(cast, field, value, message):
    before = Operator.objects.count()
    answer = cast.client("root").post("/operators/new", _form(**{field: value}))
    assert message in " ".join(answer.context["form"].errors[field])
    assert Operator.objects.count() == before
