"""The pages, as a browser gets them."""

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forecourt.kit.secrets import keyed_hash
from forecourt.network import operations
from forecourt.network.intents import CommandAnswer, LinkIntent, StatusIntent
from forecourt.network.models import ChargeKey, ChargePoint, Command, Site, Station
from forecourt.network.tests.factories import AT, make_charge_point, make_key, make_model, make_site, make_station


@pytest.fixture
def ada(cast):
    return cast.client("ada")


@pytest.fixture
def site(cast):
    return make_site("Havnegade", cast.harbour, city="Copenhagen", latitude="55.6786", longitude="12.5886")


@pytest.fixture
def charge_point(cast, site):
    return make_charge_point("Quay 1", cast.harbour, site=site, station=make_station("CP-1", cast.harbour, serial_number="SN77"))


def text(response):
    return response.content.decode() if not response.streaming else b"".join(response.streaming_content).decode()


def test_the_list_filters_by_state_text_site_and_team(cast, ada, charge_point):
    make_charge_point("Hotel 1", cast.hotel)
    queries = {
        "": True,
        "?state=disconnected": True,
        "?state=passive": False,
        "?q=sn77": True,
        "?q=cp-1": True,
        f"?site={charge_point.site_id}": True,
        f"?team={cast.hotel.pk}": False,
        "?sort=-name": True,
        "?sort=nonsense&state=x&site=x&page=x": True,
    }
    for query, expected in queries.items():
        response = ada.get(reverse("charge-points") + query)
        assert response.status_code == 200
        assert ("Quay 1" in text(response)) is expected, query


def test_htmx_gets_the_rows_alone_and_nothing_new_is_a_304(ada, charge_point):
    response = ada.get(reverse("charge-points"), headers={"HX-Request": "true"})
    assert "<html" not in text(response)
    again = ada.get(reverse("charge-points"), headers={"HX-Request": "true", "If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_the_csv_has_every_row_and_guards_formulas(cast, ada):
    make_charge_point("=cmd()", cast.harbour)
    assert "'=cmd()" in text(ada.get(reverse("charge-points") + "?format=csv"))


@pytest.mark.parametrize("name", ["charge-points", "charge-points-map", "sites", "sites-map", "charge-keys"])
def test_lists_ask_the_same_number_of_questions_however_long_they_are(
    cast, ada, name, django_assert_num_queries, django_assert_max_num_queries
):
    def fill(many):
        for number in range(many, 2 * many):
            place = make_site(f"Site {number}", cast.harbour, latitude="55", longitude="12")
            make_charge_point(f"CP {number}", cast.harbour, site=place, station=make_station(f"S-{number}", cast.harbour))
            make_key(f"{number:08}", cast.harbour)

    fill(1)
    ada.get(reverse(name))
    with django_assert_max_num_queries(16) as few:
        assert ada.get(reverse(name)).status_code == 200
    fill(8)
    with django_assert_num_queries(len(few.captured_queries)):
        assert "CP 9" in text(ada.get(reverse(name))) or name != "charge-points"


def test_the_map_has_each_place_with_its_state(ada, charge_point):
    page = text(ada.get(reverse("charge-points-map")))
    assert '"latitude": 55.6786' in page
    assert '"tone": "bad"' in page


def test_the_overview_shows_the_live_state_the_station_and_the_progress_of_commands(ada, charge_point):
    operations.link_stations([LinkIntent(charge_point.station_id, 7, 1, AT)])
    operations.record_statuses([StatusIntent(charge_point.station_id, 1, "Charging", "NoError", AT)], recorded_at=AT)
    page = reverse("charge-point", args=[charge_point.pk])
    assert ada.post(reverse("charge-point-command", args=[charge_point.pk, "unlock"])).status_code == 303
    assert all(word in text(ada.get(page)) for word in ("Charging", "CP-1", "SN77", "Unlock cable", "Requested"))
    (due,) = operations.take_commands(station_ids=[charge_point.station_id], gateway_id=7, at=Command.objects.get().requested_at)
    assert "Sent" in text(ada.get(page, headers={"HX-Request": "true"}))
    operations.answer_commands([CommandAnswer(due.id, "accepted", {"status": "Unlocked"}, AT)])
    part = text(ada.get(page, headers={"HX-Request": "true"}))
    assert "Accepted" in part
    assert "Unlocked" in part
    assert "<html" not in part


@pytest.mark.parametrize("tab", ["charge-point", "charge-point-commands", "charge-point-configuration", "charge-point-history"])
def test_every_tab_opens_for_a_charge_point_with_and_without_a_station(cast, ada, charge_point, tab):
    for one in (charge_point, make_charge_point("Alone", cast.harbour)):
        response = ada.get(reverse(tab, args=[one.pk]))
        assert response.status_code == 200
        assert f'href="{reverse(tab, args=[one.pk])}" aria-current="page"' in text(response)


def test_the_history_shows_causes_uptime_and_integrations(ada, charge_point):
    operations.link_stations([LinkIntent(charge_point.station_id, 7, 1, AT)])
    operations.record_statuses([StatusIntent(charge_point.station_id, 1, "Faulted", "GroundFailure", AT)], recorded_at=AT)
    page = text(ada.get(reverse("charge-point-history", args=[charge_point.pk])))
    assert all(word in page for word in ("GroundFailure", "0.00 %", "CP-1"))


def test_adding_a_charge_point_and_being_told_what_is_wrong(cast, ada, site):
    url = reverse("charge-point-new")
    given = {"team": cast.harbour.pk, "name": "Quay 9", "visibility": "public", "show_on_map": "on", "is_active": "on"}
    refused = ada.post(url, given)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"site", "model", "type", "max_kw"})
    assert not ChargePoint.objects.exists()
    named = {"site": site.pk, "model": make_model().pk}
    response = ada.post(url, given | named | {"type": "dc", "max_kw": "150", "latitude": "55.1", "longitude": "12.1"})
    made = ChargePoint.objects.get()
    assert response.headers["Location"] == reverse("charge-point", args=[made.pk])
    assert (made.max_w, made.type, made.site, made.team) == (150_000, "dc", site, cast.harbour)


def test_a_team_that_is_not_mine_is_no_choice(cast, site):
    named = {"team": cast.hotel.pk, "site": site.pk, "model": make_model().pk}
    given = named | {"name": "Quay 9", "visibility": "public", "type": "ac", "max_kw": "11"}
    assert cast.client("tom").post(reverse("charge-point-new"), given).status_code == 422
    assert not ChargePoint.objects.exists()


def test_editing_a_charge_point_shows_and_keeps_what_it_has(ada, charge_point):
    url = reverse("charge-point-edit", args=[charge_point.pk])
    form = ada.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value not in (None, False)} | {"name": "Quay 1b"}
    given |= {"site": charge_point.site_id}
    assert ada.post(url, given).status_code == 303
    before, after = charge_point, ChargePoint.objects.get(pk=charge_point.pk)
    assert after.name == "Quay 1b"
    for kept in ("site_id", "max_w", "type", "visibility", "show_on_map", "active_at", "time_zone"):
        assert getattr(after, kept) == getattr(before, kept), kept
    assert after.connectors.count() == 1


def test_connecting_a_station_in_three_steps(cast, ada):
    charge_point = make_charge_point("Quay 1", cast.harbour)
    assert "Quay 1" in text(ada.get(reverse("connect")))
    url = reverse("charge-point-connect", args=[charge_point.pk])
    assert f"FCT-{charge_point.pk}" in text(ada.get(url))
    response = ada.post(url, {"identity": "EVB-1", "protocol": "ocpp1.6", "number": 1})
    last = response.headers["Location"]
    first_look = ada.get(last)
    secret = first_look.context["secret"]
    assert len(secret) == 20
    assert secret in text(first_look)
    assert "/EVB-1" in text(first_look)
    assert secret not in text(ada.get(last))
    assert "Waiting" in text(ada.get(last, headers={"HX-Request": "true"}))
    operations.link_stations([LinkIntent(Station.objects.get().pk, 7, 1, AT)])
    assert "Connected" in text(ada.get(last, headers={"HX-Request": "true"}))


def test_a_taken_number_leaves_no_station_behind(cast, ada, charge_point):
    other = make_charge_point("Quay 2", cast.harbour)
    url = reverse("charge-point-connect", args=[other.pk])
    assert ada.post(url, {"station": charge_point.station_id, "protocol": "ocpp1.6", "number": 1}).status_code == 422
    assert ada.post(url, {"identity": "CP-1", "protocol": "ocpp1.6", "number": 1}).status_code == 422
    assert Station.objects.count() == 1
    assert ada.post(url, {"station": charge_point.station_id, "protocol": "ocpp1.6", "number": 2}).status_code == 303


def test_a_key_of_the_configuration_is_changed_by_a_command(ada, charge_point):
    url = reverse("charge-point-configuration", args=[charge_point.pk])
    assert ada.post(url, {"key": "HeartbeatInterval", "value": "300"}).status_code == 303
    assert Command.objects.get().payload == {"key": "HeartbeatInterval", "value": "300"}
    assert ada.post(url, {"key": "", "value": "x"}).status_code == 422
    assert ada.post(reverse("charge-point-read-configuration", args=[charge_point.pk])).status_code == 303
    assert Command.objects.filter(action="get_configuration").count() == 1


def test_an_unknown_command_is_not_found(ada, charge_point):
    assert ada.post(reverse("charge-point-command", args=[charge_point.pk, "explode"])).status_code == 404


def test_a_command_without_a_station_is_refused_and_sent_nowhere(cast, ada):
    alone = make_charge_point("Alone", cast.harbour)
    assert ada.post(reverse("charge-point-command", args=[alone.pk, "reset"]), {"type": "soft"}).status_code == 409
    assert not Command.objects.exists()


def test_an_import_is_tried_then_done(cast, ada):
    def give(**more):
        file = SimpleUploadedFile("points.csv", b"name,model\nQuay 1,zaptec-pro\nQuay 2,nonsense\n")
        return ada.post(reverse("charge-point-import"), {"team": cast.harbour.pk, "file": file, **more})

    tried = text(give(**{"dry-run": ""}))
    assert "nonsense" in tried
    assert not ChargePoint.objects.exists()
    give(**{"import": ""})
    assert ChargePoint.objects.get().name == "Quay 1"


def test_an_import_hands_out_the_passwords_of_new_stations_once(cast, ada):
    file = SimpleUploadedFile("points.csv", b"name,model,identity\nQuay 1,zaptec-pro,BOX-1\n")
    done = text(ada.post(reverse("charge-point-import"), {"team": cast.harbour.pk, "file": file, "import": ""}))
    assert "1 station was added" in done
    download = ada.post(reverse("charge-point-import-passwords"))
    (line,) = b"".join(download.streaming_content).decode().splitlines()[1:]
    identity, password, url = line.split(",")
    assert (identity, url) == ("BOX-1", f"{settings.OCPP_PUBLIC_URL}/BOX-1")
    assert Station.objects.get().password_hash == keyed_hash(password, purpose="station-password")
    assert ada.post(reverse("charge-point-import-passwords")).status_code == 303


def test_stations_are_listed_narrowed_and_exported(cast, ada):
    used, _spare, _theirs = (
        make_station("CP-1", cast.harbour, reported_model="Kaj 22"),
        make_station("CP-2", cast.harbour),
        make_station("CP-3", cast.gate),
    )
    make_charge_point("Quay 1", cast.harbour, station=used)
    operations.link_stations([LinkIntent(used.pk, 7, 1, AT)])

    def listed(**narrowing):
        shown = text(ada.get(reverse("stations"), narrowing))
        return [identity for identity in ("CP-1", "CP-2", "CP-3") if f">{identity}</a>" in shown]

    assert listed() == ["CP-1", "CP-2"]
    assert listed(used="no") == listed(state="pending") == ["CP-2"]
    assert listed(state="connected") == listed(q="kaj") == ["CP-1"]
    assert listed(state="disconnected") == []
    export = b"".join(ada.get(reverse("stations"), {"format": "csv"}).streaming_content).decode().splitlines()
    assert [line.split(",")[1:4] for line in export[1:]] == [["CP-2", "pending", ""], ["CP-1", "connected", "1: Quay 1"]]


def test_a_station_is_renamed_given_a_password_and_deleted(cast, ada):
    station = make_station("CP-1", cast.harbour)
    point = make_charge_point("Quay 1", cast.harbour, station=station)
    page = reverse("station", args=[station.pk])
    assert "Quay 1" in text(ada.get(page))
    rename = reverse("station-rename", args=[station.pk])
    assert ada.post(rename, {"identity": "C P"}).status_code == 422
    assert ada.post(rename, {"identity": "CP-7"}).headers["Location"] == page
    ada.post(reverse("station-password", args=[station.pk]))
    station.refresh_from_db()
    shown = text(ada.get(page))
    _url, secret = re.findall(r'data-copy="([^"]+)"', shown)
    assert station.password_hash == keyed_hash(secret, purpose="station-password")
    assert secret not in text(ada.get(page)), "it is shown once"
    assert ada.post(reverse("station-delete", args=[station.pk])).headers["Location"] == reverse("stations")
    point.refresh_from_db()
    assert (point.station_id, point.deleted_at, point.state) == (None, None, "passive")
    assert Station.objects.get().deleted_at is not None


def test_sites_are_added_shown_and_changed(cast, ada):
    given = {"team": cast.harbour.pk, "name": "Havnegade", "visibility": "public", "city": "Copenhagen", "time_zone": ""}
    response = ada.post(reverse("site-new"), given)
    site = Site.objects.get()
    assert response.headers["Location"] == reverse("site", args=[site.pk])
    assert site.time_zone == cast.harbour.time_zone
    make_charge_point("Quay 1", cast.harbour, site=site)
    assert "Quay 1" in text(ada.get(reverse("site", args=[site.pk])))
    assert ada.post(reverse("site-edit", args=[site.pk]), {"name": "Kaj", "visibility": "private"}).status_code == 303
    assert ada.post(reverse("site-edit", args=[site.pk]), {"name": "", "visibility": "private"}).status_code == 422
    site.refresh_from_db()
    assert (site.name, site.visibility) == ("Kaj", "private")


def test_charge_keys_are_added_moved_blocked_and_exported(cast, ada):
    given = {"team": cast.harbour.pk, "type": "rfid", "identifier": "04a1b2c3", "name": "Anna", "is_for_network": "on"}
    assert ada.post(reverse("charge-key-new"), given).status_code == 303
    key = ChargeKey.objects.get()
    assert (key.is_for_network, key.is_for_roaming) == (True, False)
    assert ada.post(reverse("charge-key-new"), given).status_code == 422
    assert ada.post(reverse("charge-key-edit", args=[key.pk]), {"team": cast.hotel.pk, "name": "Anna"}).status_code == 303
    assert ada.post(reverse("charge-key-block", args=[key.pk])).status_code == 303
    key.refresh_from_db()
    assert (key.team, key.blocked_at is None) == (cast.hotel, False)
    assert "04A1B2C3" in text(ada.get(reverse("charge-keys") + "?state=blocked"))
    assert "04A1B2C3" not in text(ada.get(reverse("charge-keys") + "?state=active"))
    assert "04A1B2C3,rfid,Anna,Hotel" in text(ada.get(reverse("charge-keys") + "?format=csv"))


def test_what_may_not_be_done_is_drawn_disabled_with_its_reason(cast, charge_point):
    page = text(cast.client("sven").get(reverse("charge-point", args=[charge_point.pk])))
    assert 'aria-disabled="true" title="Your role does not include “Charge point: delete” here."' in page
    assert reverse("charge-point-delete", args=[charge_point.pk]) not in page


@pytest.mark.parametrize("missing", ["site", "model", "name", "visibility", "type", "max_kw"])
def test_the_form_asks_for_what_the_api_asks_for(cast, site, missing):
    named = {"team": cast.harbour.pk, "site": site.pk, "model": make_model().pk}
    given = named | {"name": "Quay 9", "visibility": "public", "type": "ac", "max_kw": "11"}
    answer = cast.client("ada").post("/charge-points/new", given | {missing: ""})
    assert (answer.status_code, list(answer.context["form"].errors), ChargePoint.objects.count()) == (422, [missing], 0)
