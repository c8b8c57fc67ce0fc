"""Settings, import, feature groups and the freeze banner, through HTTP."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.operators.tests.factories import make_theme
from forecourt.teams.models import FeatureGroup, FleetGrant, Team, TeamRun
from forecourt.teams.tests.factories import make_feature_group, make_run

SETTINGS = {"payment_method": "source"}
CSV = "name,type,contact_email,address1,zip_code,city\nPier,private,pier@example.com,Kaj 1,2100,København\n"


def test_settings_are_saved_by_who_may(cast):
    values = SETTINGS | {"support_phone": "+45 33 12 34 56", "generates_sites": "on", "payment_method": "operator_transaction"}
    assert cast.client("ada").post(f"/teams/{cast.harbour.pk}/settings", values).status_code == 303
    cast.harbour.refresh_from_db()
    assert (cast.harbour.support_phone, cast.harbour.generates_sites, cast.harbour.payment_method) == (
        "+4533123456",
        True,
        "operator_transaction",
    )


def test_a_team_chooses_a_theme_of_its_operator_or_the_main_account(cast):
    own, shared, foreign = (make_theme(account.name, account) for account in (cast.southwind, cast.northwind, cast.eastgate))
    url, sue = f"/teams/{cast.garden.pk}/settings", cast.client("sue")
    page = sue.get(url).content.decode()
    assert [f'value="{theme.pk}"' in page for theme in (own, shared, foreign)] == [True, True, False]
    for theme, status in ((own, 303), (foreign, 422), (shared, 303)):
        assert sue.post(url, SETTINGS | {"theme_id": theme.pk}).status_code == status
    cast.garden.refresh_from_db()
    assert cast.garden.theme_id == shared.pk
    assert sue.post(url, SETTINGS | {"theme_id": ""}).status_code == 303
    cast.garden.refresh_from_db()
    assert cast.garden.theme_id is None


def test_a_teams_admin_does_not_choose_how_it_pays(cast):
    assert cast.client("tom").post(f"/teams/{cast.harbour.pk}/settings", {"payment_method": "operator_transaction"}).status_code == 303
    cast.harbour.refresh_from_db()
    assert cast.harbour.payment_method == "source"


@pytest.mark.parametrize(("values", "field"), [({"support_phone": "12"}, "support_phone"), ({"legal_email": "x"}, "legal_email")])
def test_wrong_settings_are_told_at_the_field(cast, values, field):
    response = cast.client("ada").post(f"/teams/{cast.harbour.pk}/settings", SETTINGS | values)
    assert (response.status_code, f'id="id_{field}-error"' in response.content.decode()) == (422, True)


def test_a_letter_and_the_bell_lead_into_the_teams_account(cast):
    cast.client("ada").post(f"/teams/{cast.harbour.pk}/freeze", {"reason": "Unpaid invoice"})
    page = f"/teams/{cast.harbour.pk}?account={cast.northwind.pk}"
    assert f"{settings.PUBLIC_URL}{page}" in OutgoingEmail.objects.get(kind="team_frozen").text
    assert Notification.objects.get(person_id=cast.harbour.owner_id).url == page


def test_a_professional_team_is_converted_and_blocked(cast):
    client = cast.client("ada")
    assert client.post(f"/teams/{cast.harbour.pk}/convert").status_code == 303
    assert client.post(f"/teams/{cast.harbour.pk}/block").status_code == 303
    cast.harbour.refresh_from_db()
    assert (cast.harbour.type, bool(cast.harbour.blocked_at)) == ("operator", True)


def test_freezing_needs_a_reason_tells_the_owner_and_shows_on_every_page(cast):
    client = cast.client("ada")
    assert client.post(f"/teams/{cast.harbour.pk}/freeze", {"reason": ""}).status_code == 422
    client.post(f"/teams/{cast.harbour.pk}/freeze", {"reason": "Unpaid invoice"})
    assert OutgoingEmail.objects.filter(kind="team_frozen", to=cast.harbour.owner.email).count() == 1
    for path in ("", "/settings", "/members", "/nested"):
        assert "Unpaid invoice" in client.get(f"/teams/{cast.harbour.pk}{path}").content.decode(), path


def test_an_import_is_tried_then_begun(cast):
    client, before = cast.client("ada"), Team.objects.count()
    tried = client.post("/teams/import", {"operator": cast.northwind.pk, "file": SimpleUploadedFile("t.csv", CSV.encode()), "dry-run": ""})
    assert (tried.status_code, Team.objects.count(), TeamRun.objects.count()) == (200, before, 0)
    begun = client.post("/teams/import", {"operator": cast.northwind.pk, "file": SimpleUploadedFile("t.csv", CSV.encode()), "import": ""})
    assert begun.headers["Location"] == f"/team-runs/{TeamRun.objects.get().pk}"


def test_a_report_can_be_downloaded(cast):
    run = make_run(cast.northwind, problems=[[3, "city", "Fill in this field."]], total=1, position=1)
    response = cast.client("ada").get(f"/team-runs/{run.pk}?format=csv")
    assert "3,city,Fill in this field." in b"".join(response).decode()


def test_a_feature_group_is_made_with_its_teams(cast):
    features = {
        "members": "on",
        "charge_points": "on",
        "sites": "off",
        "charges": "on",
        "charge_keys": "hidden",
        "wallet": "on",
        "price_groups": "on",
    }
    path = f"/account/{cast.northwind.pk}/feature-groups"
    assert cast.client("ada").post(f"{path}/new", {"name": "Small", **features, "teams": [cast.harbour.pk]}).status_code == 303
    group = FeatureGroup.objects.get()
    assert dict(group.settings.values_list("feature", "value")) == {"sites": "off", "charge_keys": "hidden"}
    assert "Small" in cast.client("bea").get(path).content.decode()


def test_what_is_off_is_shown_closed_and_what_is_hidden_is_not_shown(cast):
    Team.objects.filter(pk=cast.harbour.pk).update(feature_group=make_feature_group(cast.northwind, wallet="off", members="hidden"))
    page = cast.client("tom").get(f"/teams/{cast.harbour.pk}").content.decode()
    assert "switched this off" in page
    assert "Nested teams" not in page
    assert cast.client("tom").get(f"/teams/{cast.harbour.pk}/wallet").status_code == 404
    assert cast.client("tom").get(f"/teams/{cast.harbour.pk}/members").status_code == 404
    assert cast.client("ada").get(f"/teams/{cast.harbour.pk}/members").status_code == 200


def test_the_platform_grants_fleet_teams(cast):
    assert cast.client("ada").get("/teams/new").content.decode().count('value="fleet"') == 1  # the category
    page = f"/operators/{cast.northwind.pk}"
    assert f'href="{page}/fleet"' in cast.client("root").get(page).content.decode()
    assert cast.client("root").post(f"{page}/fleet").status_code == 303
    assert FleetGrant.objects.filter(operator=cast.northwind).exists()
    assert cast.client("ada").get("/teams/new").content.decode().count('value="fleet"') == 2
