"""Who may, through HTTP: the status, and that a refused request changed nothing."""

import pytest
from django.urls import reverse

from forecourt.network.models import ChargeKey, ChargePoint, Command, Site, Station
from forecourt.network.tests.factories import make_charge_point, make_key, make_site, make_station

WHO = ("ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve", "root")
# Harbour's own: Tom is its admin, Dora a member. Sue works for the Sub-account, Eve and Root for nobody here. Without a row in question,
# Dora may add to her personal team, and everybody may look for keys of their own.
READS_POINT = (200, 200, 404, 200, 404, 200, 200, 404, 404)
ASKS_POINT = (200, 200, 404, 403, 404, 200, 403, 404, 404)
READS_KEYS = (200, 200, 404, 200, 404, 200, 404, 404, 404)  # of the configuration, as of the log
CHANGES_KEYS = (303, 303, 404, 403, 404, 303, 404, 404, 404)
CHANGES_POINT = (303, 303, 404, 403, 404, 303, 403, 404, 404)
DELETES_POINT = (303, 403, 404, 403, 404, 403, 403, 404, 404)
CHANGES_KEY = (303, 303, 403, 403, 404, 303, 404, 404, 404)
DELETES_KEY = (303, 403, 403, 403, 404, 303, 404, 404, 404)


@pytest.fixture
def world(cast):
    site = make_site("Havnegade", cast.harbour)
    charge_point = make_charge_point("Quay 1", cast.harbour, site=site, station=make_station("CP-1", cast.harbour))
    key = make_key("04A1B2C3", cast.harbour)
    return {"charge_point": charge_point, "site": site, "key": key, "alone": make_charge_point("Alone", cast.harbour)}


def picture():
    """Everything that a refused request might have changed, columns that no form shows included."""
    return [list(model.objects.order_by("pk").values()) for model in (ChargePoint, Site, Station, ChargeKey, Command)]


def table(*rows):
    return [
        pytest.param(name, what, method, given, who, status, id=f"{method} {name} by {who}")
        for name, what, method, given, statuses in rows
        for who, status in zip(WHO, statuses, strict=True)
    ]


SITE = {"name": "Kaj", "visibility": "public"}
POINT = {"name": "Quay", "visibility": "public", "type": "ac", "max_kw": "11"}


@pytest.mark.parametrize(
    ("name", "what", "method", "given", "who", "status"),
    table(
        ("charge-point", "charge_point", "get", {}, READS_POINT),
        ("charge-point-commands", "charge_point", "get", {}, ASKS_POINT),
        ("charge-point-configuration", "charge_point", "get", {}, READS_KEYS),
        ("charge-point-history", "charge_point", "get", {}, READS_POINT),
        ("charge-point-edit", "charge_point", "post", POINT, CHANGES_POINT),
        ("charge-point-maintenance", "charge_point", "post", {}, CHANGES_POINT),
        ("charge-point-exempt", "charge_point", "post", {}, CHANGES_POINT),
        ("charge-point-disconnect", "charge_point", "post", {}, CHANGES_POINT),
        ("charge-point-connect", "alone", "post", {"identity": "NEW", "protocol": "ocpp1.6", "number": 1}, CHANGES_POINT),
        ("charge-point-configuration", "charge_point", "post", {"key": "A", "value": "1"}, CHANGES_KEYS),
        ("charge-point-read-configuration", "charge_point", "post", {}, CHANGES_POINT),
        ("charge-point-delete", "charge_point", "post", {}, DELETES_POINT),
        ("site", "site", "get", {}, READS_POINT),
        ("site-edit", "site", "post", SITE, CHANGES_POINT),
        ("site-delete", "site", "post", {}, DELETES_POINT),
        ("charge-key-edit", "key", "get", {}, tuple(200 if status == 303 else status for status in CHANGES_KEY)),
        ("charge-key-block", "key", "post", {}, CHANGES_KEY),
        ("charge-key-delete", "key", "post", {}, DELETES_KEY),
    ),
)
def test_who_may_with_one_row(cast, world, name, what, method, given, who, status):
    before = picture()
    response = getattr(cast.client(who), method)(reverse(name, args=[world[what].pk]), given)
    assert response.status_code == status
    assert (picture() == before) is (status != 303)


ASKED = {
    "reset": {"type": "hard"},
    "unlock": {},
    "clear-cache": {},
    "message": {"message": "Heartbeat"},
    "availability": {"is_available": "no"},
    "data": {"vendor_id": "Fjordlys"},
}


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize(("who", "status"), zip(WHO, CHANGES_POINT, strict=True))
def test_who_may_ask_a_station(cast, world, what, who, status):
    response = cast.client(who).post(reverse("charge-point-command", args=[world["charge_point"].pk, what]), ASKED[what])
    assert response.status_code == status
    assert Command.objects.count() == (1 if status == 303 else 0)


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("charge-points", (200, 200, 403, 200, 200, 200, 200, 200, 403)),
        ("charge-points-map", (200, 200, 403, 200, 200, 200, 200, 200, 403)),
        ("charge-point-new", (200, 200, 403, 403, 200, 200, 200, 200, 403)),
        ("charge-point-import", (200, 200, 403, 403, 200, 200, 200, 200, 403)),
        ("connect", (200, 200, 403, 403, 200, 200, 200, 200, 403)),
        ("sites", (200, 200, 403, 200, 200, 200, 200, 200, 403)),
        ("sites-map", (200, 200, 403, 200, 200, 200, 200, 200, 403)),
        ("site-new", (200, 200, 403, 403, 200, 200, 200, 200, 403)),
        ("charge-keys", (200,) * 9),
        ("charge-key-new", (200, 200, 403, 403, 200, 200, 200, 200, 403)),
    ],
)
def test_who_may_open_a_page_without_a_row(cast, world, name, statuses):
    assert tuple(cast.client(who).get(reverse(name)).status_code for who in WHO) == statuses


@pytest.mark.parametrize("name", ["charge-points", "sites", "charge-keys"])
def test_a_list_never_shows_what_belongs_to_others(cast, world, name):
    for who in ("eve", "sue"):
        page = cast.client(who).get(reverse(name)).content.decode()
        assert not any(word in page for word in ("Quay 1", "Havnegade", "04A1B2C3", "CP-1"))


@pytest.mark.parametrize(
    ("who", "team", "status"),
    [
        ("ada", "hotel", 303),
        ("ada", "garden", 303),
        ("ada", "gate", 422),
        ("oscar", "hotel", 303),
        ("tom", "hotel", 422),
        ("dora", "hotel", 403),
        ("sue", "garden", 404),
        ("eve", "gate", 404),
    ],
)
def test_a_transfer_needs_rights_on_both_sides(cast, world, who, team, status):
    url = reverse("charge-point-transfer", args=[world["charge_point"].pk])
    assert cast.client(who).post(url, {"team": getattr(cast, team).pk}).status_code == status
    moved = ChargePoint.objects.get(pk=world["charge_point"].pk).team_id != cast.harbour.pk
    assert moved is (status == 303)


def test_nobody_is_sent_to_sign_in(cast, world):
    response = cast.client(None).get(reverse("charge-point", args=[world["charge_point"].pk]))
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]
