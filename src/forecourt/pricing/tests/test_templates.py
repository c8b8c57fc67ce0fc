"""Team settings of an operator: the pages, and the default prices they bring."""

import pytest

from forecourt.places.models import Country
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import Team, TeamRun, TeamTemplate
from forecourt.teams.tests.factories import make_template

INHERITS = {"pays_in_country_ids_mode": "above", "pays_at_operator_ids_mode": "above"}


def path(cast, *parts: object) -> str:
    return "/".join(str(part) for part in ("/account", cast.northwind.pk, "team-settings", *parts))


def test_a_template_is_made_with_what_it_takes_and_its_default_price(cast):
    group = make_price_group("Standard", cast.northwind)
    values = INHERITS | {
        "name": "House rules",
        "applies_to": "private",
        "payment_method": "operator_transaction",
        "may_withdraw": "no",
        "price_group": group.pk,
    }
    assert cast.client("ada").post(path(cast, "new"), values).status_code == 303
    template = TeamTemplate.objects.get()
    assert (template.applies_to, template.payment_method, template.may_withdraw, template.pays_in_country_ids) == (
        "private",
        "operator_transaction",
        False,
        None,
    )
    assert template.pricing.price_group == group


def test_how_teams_pay_is_asked_only_where_the_template_decides_it(cast):
    client = cast.client("ada")
    assert "payment_method" not in client.get(path(cast, "new")).content.decode()
    assert "payment_method" in client.get(path(cast, "new") + "?applies_to=private").content.decode()


def test_save_and_apply_says_how_many_then_begins(cast):
    template, client = make_template(cast.northwind, applies_to="professional"), cast.client("ada")
    response = client.post(path(cast, template.pk), INHERITS | {"name": "House rules", "applies_to": "professional", "apply": ""})
    assert response.headers["Location"] == path(cast, template.pk, "apply")
    assert "2 teams with 5 members" in client.get(path(cast, template.pk, "apply")).content.decode()
    assert client.post(path(cast, template.pk, "apply"), {"lower": "apply"}).status_code == 303
    assert TeamRun.objects.get().content["teams"] == sorted([cast.harbour.pk, cast.hotel.pk])


def test_a_wrong_name_is_told_and_nothing_is_stored(cast):
    response = cast.client("ada").post(path(cast, "new"), {"name": ""})
    assert (response.status_code, TeamTemplate.objects.exists()) == (422, False)


def test_deleting_leaves_teams_without_it(cast):
    template = make_template(cast.northwind)
    Team.objects.filter(pk=cast.harbour.pk).update(template=template)
    assert cast.client("ada").post(path(cast, template.pk, "delete")).status_code == 303
    cast.harbour.refresh_from_db()
    assert cast.harbour.template is None
    assert "No team settings" in cast.client("ada").get(path(cast)).content.decode()


def test_a_template_says_nowhere_and_what_differs_in_a_country(cast):
    denmark = Country.objects.get(alpha2="DK")
    there = {"country_0": denmark.pk, "country_0_power_bank": "no", "country_0_power_bank_operator_percent": "12.5"}
    values = INHERITS | {"name": "House rules", "pays_in_country_ids_mode": "only", "power_bank": "yes", **there}
    assert cast.client("ada").post(path(cast, "new"), values).status_code == 303
    template = TeamTemplate.objects.get()
    assert (template.pays_in_country_ids, template.pays_at_operator_ids, template.power_bank) == ([], None, True)
    assert template.country_settings == {str(denmark.pk): {"power_bank": False, "power_bank_operator_percent": "12.5"}}
    page = cast.client("ada").get(path(cast, template.pk)).content.decode()
    assert 'value="12.5"' in page
    assert f'<option value="{denmark.pk}" selected>' in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"power_bank_operator_percent": "101"}, "power_bank_operator_percent"),
        ({"country_0_power_bank": "no"}, "country_0"),
        ({"country_0": "1", "country_0_power_bank": "no", "country_1": "1"}, "country_1"),
    ],
)
def test_what_is_wrong_about_countries_and_power_bank_stands_at_its_field(cast, values, field):
    response = cast.client("ada").post(path(cast, "new"), INHERITS | {"name": "House rules", **values})
    assert (response.status_code, TeamTemplate.objects.exists()) == (422, False)
    assert field in response.content.decode().partition("is-invalid")[2]
