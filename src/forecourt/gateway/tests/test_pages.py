"""The OCPP log and the refused connections, through HTTP: who may, and what they see."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from forecourt.gateway import logs, pages
from forecourt.gateway.models import RefusedConnection, StationEvent
from forecourt.integrations.tests.factories import api_client
from forecourt.kit import registries
from forecourt.network.models import ChargePoint
from forecourt.network.tests.factories import make_charge_point, make_key, make_station

pytestmark = pytest.mark.django_db
AT_MS = int(datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def charge_point(cast) -> ChargePoint:
    return make_charge_point("Quay", cast.harbour, station=make_station("CP1", cast.harbour), number=1)


def write_log(station_id: int, count: int = 1, action: str = "MeterValues") -> None:
    with connection.cursor() as cursor, cursor.copy(logs.COPY) as copy:
        for number in range(count):
            copy.write(
                logs.line(AT_MS + number, station_id, "in", 2, f"m{number}", action, b'[2,"m","%b",{"value":"<1>"}]' % action.encode())
            )


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 200), ("oscar", 200), ("sven", 200), ("bea", 404), ("tom", 200), ("eve", 404), ("sue", 404)]
)
def test_who_may_read_the_log_of_a_charge_point(cast, charge_point, who: str, status: int) -> None:
    assert client_of(getattr(cast, who)).get(f"/charge-points/{charge_point.pk}/log").status_code == status


@pytest.mark.parametrize(("who", "status"), [("root", 200), ("ada", 403), ("tom", 403), ("eve", 403)])
def test_who_may_see_refused_connections(cast, who: str, status: int) -> None:
    assert client_of(getattr(cast, who)).get("/platform/refused-connections").status_code == status


def test_the_log_shows_frames_pretty_printed_and_escaped(cast, charge_point) -> None:
    write_log(charge_point.station_id)
    text = client_of(cast.ada).get(f"/charge-points/{charge_point.pk}/log").content.decode()
    assert "&quot;value&quot;: &quot;&lt;1&gt;&quot;" in text


def test_the_log_is_filtered_and_paged_by_cursor(cast, charge_point) -> None:
    write_log(charge_point.station_id, 60)
    write_log(charge_point.station_id, 1, "Heartbeat")
    client, address = client_of(cast.ada), f"/charge-points/{charge_point.pk}/log"
    newest = client.get(address)
    assert len(newest.context["rows"]) == 50
    older = client.get(address, {"before": str(newest.context["older"])})
    assert (len(older.context["rows"]), older.context["older"]) == (11, None)
    assert [one["row"].action for one in client.get(address, {"action": "Heartbeat"}).context["rows"]] == ["Heartbeat"]
    assert client.get(address, {"direction": "out"}).context["rows"] == []
    assert client.get(address, {"before": "nonsense"}).status_code == 200


def test_the_page_of_a_station_shows_its_connections_and_who_tried_to_be_it(cast, charge_point) -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    StationEvent.objects.create(station_id=charge_point.station_id, kind="taken_over", detail={"address": "10.1.2.3"}, at=now)
    RefusedConnection.objects.create(
        identity="CP1", station_id=charge_point.station_id, address="10.9.9.9", reason="wrong_password", minute=now, last_at=now, count=7
    )
    text = client_of(cast.ada).get(f"/charge-points/{charge_point.pk}/log").content.decode()
    assert "Taken over by a newer connection" in text
    assert "10.9.9.9" in text


def test_refused_connections_are_searched(cast) -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for identity, reason in (("EVB-1", "wrong_password"), ("HYC-2", "throttled")):
        RefusedConnection.objects.create(identity=identity, address="10.9.9.9", reason=reason, minute=now, last_at=now)
    client = client_of(cast.root)

    def found(**query: str) -> list[str]:
        return [row.identity for row, _ in client.get("/platform/refused-connections", query).context["rows"]]

    assert sorted(found()) == ["EVB-1", "HYC-2"]
    assert (found(q="evb"), found(reason="throttled"), found(q="10.9")) == (["EVB-1"], ["HYC-2"], ["HYC-2", "EVB-1"])


def test_a_charge_point_without_station_has_an_empty_log(cast) -> None:
    charge_point = make_charge_point("Lonely", cast.harbour)
    assert "No messages" in client_of(cast.ada).get(f"/charge-points/{charge_point.pk}/log").content.decode()


def test_menu_and_tab_lead_to_the_pages() -> None:
    assert [entry.url_name for entry in pages.MENU] == ["refused-connections"]
    assert [tab.url_name for tab in pages.TABS] == ["charge-point-log"]
    assert all(isinstance(entry, registries.MenuEntry) for entry in pages.MENU)


def test_a_strangers_key_is_masked_in_the_log_and_ones_own_is_not(cast, charge_point) -> None:
    make_key("04AABBCC", cast.hotel)
    make_key("04DDEEFF9911", cast.gate)
    frames = [
        b'[2,"a","Authorize",{"idTag":"04aabbcc"}]',
        b'[2,"b","Authorize",{"idTag": "04DDEEFF9911"}]',
        b'[2,"c","X",{"idTag":"FC%s"}]' % (b"A" * 18),
        rb'[2,"d","DataTransfer",{"vendorId":"V","data":"{\"idTag\": \"04DDEEFF9911\",\"more\":\"{\\\"idToken\\\":\\\"04DDEEFF9911\\\"}\"}"}]',
    ]
    with connection.cursor() as cursor, cursor.copy(logs.COPY) as copy:
        for number, frame in enumerate(frames):
            copy.write(logs.line(AT_MS + number, charge_point.station_id, "in", 2, f"m{number}", "Authorize", frame))
    page = client_of(cast.ada).get(f"/charge-points/{charge_point.pk}/log").content.decode()
    answer = api_client(cast.northwind).call("GET", f"/charge-points/{charge_point.pk}/logs").content.decode()
    for text in (page, answer):
        assert ("04aabbcc" in text, "04DDEEFF9911" in text, "\u2022\u2022\u20229911" in text, "FC" + "A" * 18 in text) == (
            True,
            False,
            True,
            True,
        )
