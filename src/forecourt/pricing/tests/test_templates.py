"""Team settings of an operator: the pages, and the default prices they bring."""

from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import Team, TeamRun, TeamTemplate
from forecourt.teams.tests.factories import make_template


def path(cast, *parts: object) -> str:
    return "/".join(str(part) for part in ("/account", cast.northwind.pk, "team-settings", *parts))


def test_a_template_is_made_with_what_it_takes_and_its_default_price(cast):
    group = make_price_group("Standard", cast.northwind)
    values = {
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
    response = client.post(path(cast, template.pk), {"name": "House rules", "applies_to": "professional", "apply": ""})
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
