"""Who comes in: guarantees.md, section 1, rows on authentication, guessing and takeover."""

import time
import urllib.error
import urllib.request

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from forecourt.access import Actor
from forecourt.gateway import metrics
from forecourt.gateway.config import CONFIG
from forecourt.gateway.models import RefusedConnection, StationEvent
from forecourt.gateway.tests.stations import Running, basic, eventually
from forecourt.gateway.throttle import FAILURES_OF_PAIR
from forecourt.kit import clock
from forecourt.kit.secrets import keyed_hash
from forecourt.network import operations as network
from forecourt.network.models import Station, StationLink
from forecourt.network.tests.factories import STATION_PASSWORD


def status_of(running: Running, identity: str, headers: dict[str, str]) -> int:
    try:
        running.connect(identity, additional_headers=headers).socket.close()
    except InvalidStatus as refused:
        return refused.response.status_code
    return 101


@pytest.mark.parametrize(
    ("identity", "headers"),
    [
        ("CP1", {}),
        ("CP1", basic("CP1", "wrong")),
        ("CP1", basic("CP1", "")),
        ("CP1", basic("CP2", STATION_PASSWORD)),
        ("CP1", {"Authorization": "Bearer " + STATION_PASSWORD}),
        ("CP1", {"Authorization": "Basic ???"}),
        ("NOBODY", basic("NOBODY", STATION_PASSWORD)),
        ("cp1", basic("cp1", STATION_PASSWORD)),
    ],
)
def test_who_does_not_prove_itself_gets_401_before_the_upgrade(running: Running, identity: str, headers: dict[str, str]) -> None:
    assert status_of(running, identity, headers) == 401
    assert not StationLink.objects.filter(gateway_id__isnull=False).exists()


def test_a_station_with_its_password_comes_in_and_is_linked(running: Running) -> None:
    running.connect("CP1")
    link = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], gateway_id=running.gateway.hub.gateway_id).first())
    assert link.address == "127.0.0.1"


@pytest.mark.parametrize(("is_behind_proxy", "address"), [(True, "198.51.100.7"), (False, "127.0.0.1")])
def test_the_proxy_says_where_a_station_is(running: Running, monkeypatch: pytest.MonkeyPatch, is_behind_proxy: bool, address: str) -> None:
    monkeypatch.setattr(CONFIG, "is_behind_proxy", is_behind_proxy)
    running.connect("CP1", additional_headers={**basic("CP1", STATION_PASSWORD), "X-Forwarded-For": "203.0.113.66, 198.51.100.7"})
    link = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], gateway_id=running.gateway.hub.gateway_id).first())
    assert link.address == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("198.51.100.7:5678", "198.51.100.7"),
        ("[2001:db8::7]:5678", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("unknown", "127.0.0.1"),
        ("_hidden:1, ", "127.0.0.1"),
    ],
)
def test_what_the_proxy_says_is_taken_only_if_it_is_an_address(
    running: Running, monkeypatch: pytest.MonkeyPatch, said: str, address: str
) -> None:
    monkeypatch.setattr(CONFIG, "is_behind_proxy", True)
    running.connect("CP1", additional_headers={**basic("CP1", STATION_PASSWORD), "X-Forwarded-For": said})
    link = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], gateway_id=running.gateway.hub.gateway_id).first())
    assert link.address == address


def test_a_station_without_password_comes_in_only_where_the_setting_says_so(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status_of(running, "CP1", {}) == 401
    monkeypatch.setattr(CONFIG, "allows_unauthenticated", True)
    assert status_of(running, "CP1", {}) == 101
    assert status_of(running, "CP1", basic("CP1", "wrong")) == 401
    assert status_of(running, "NOBODY", {}) == 401


def test_guessing_is_throttled_and_the_true_station_is_never_locked_out(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecourt.gateway.door.VERDICT_AFTER_S", 0.2)
    statuses = [status_of(running, "CP1", basic("CP1", f"guess {number}")) for number in range(FAILURES_OF_PAIR + 3)]
    assert statuses == [401] * FAILURES_OF_PAIR + [429] * 3
    began = time.monotonic()
    assert status_of(running, "CP1", basic("CP1", STATION_PASSWORD)) == 101
    assert time.monotonic() - began >= 0.2, "a right guess is told as late as a wrong one"
    assert status_of(running, "CP2", basic("CP2", "wrong")) == 401, "another station behind the same address is not throttled yet"


def test_refused_connections_are_counted_in_few_rows(running: Running) -> None:
    for _ in range(3):
        status_of(running, "CP1", basic("CP1", "wrong"))
    for number in range(30):
        status_of(running, f"NOBODY{number}", {})
    wrong = eventually(lambda: RefusedConnection.objects.filter(reason="wrong_password").first())
    assert (wrong.identity, wrong.station_id, wrong.address, wrong.count) == ("CP1", running.ids["CP1"], "127.0.0.1", 3)
    eventually(lambda: sum(RefusedConnection.objects.filter(reason="no_credentials").values_list("count", flat=True)) == 30)
    assert RefusedConnection.objects.filter(reason="no_credentials").count() <= 2 * 21  # a minute may end in between


def test_a_connection_that_does_not_authenticate_takes_nothing_over(running: Running) -> None:
    station = running.connect("CP1")
    assert status_of(running, "CP1", basic("CP1", "wrong")) == 401
    assert station.call("Heartbeat", {})[0] == 3


def test_an_authenticated_second_connection_takes_over(running: Running) -> None:
    first = running.connect("CP1")
    session = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"]).values_list("session", flat=True).first())
    second = running.connect("CP1")
    with pytest.raises(ConnectionClosed) as closed:
        first.socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert second.call("Heartbeat", {})[0] == 3
    eventually(lambda: StationEvent.objects.filter(station_id=running.ids["CP1"], kind="taken_over").exists())
    link = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], session__gt=session).first())
    assert link.gateway_id == running.gateway.hub.gateway_id, "the end of the old socket does not unlink the new one"


def test_other_subprotocols_are_upgraded_without_one_and_closed(running: Running) -> None:
    station = running.connect("CP1", subprotocols=["ocpp2.1"])
    assert station.socket.subprotocol is None
    with pytest.raises(ConnectionClosed) as closed:
        station.socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1002


def test_a_changed_password_counts_at_once(running: Running) -> None:
    assert status_of(running, "CP1", basic("CP1", STATION_PASSWORD)) == 101
    Station.objects.filter(pk=running.ids["CP1"]).update(password_hash=keyed_hash("another secret", purpose="station-password"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('forecourt_station', %s)", [str(running.ids["CP1"])])
    eventually(lambda: status_of(running, "CP1", basic("CP1", "another secret")) == 101)
    assert status_of(running, "CP1", basic("CP1", STATION_PASSWORD)) == 401


def test_a_deleted_station_loses_its_socket_and_cannot_come_back(running: Running) -> None:
    station, other = running.connect("CP1"), running.connect("CP2")
    eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], gateway_id__isnull=False).exists())
    network.delete_station(actor=Actor.system("test"), station=Station.objects.get(pk=running.ids["CP1"]), at=clock.now())
    with pytest.raises(ConnectionClosed) as closed:
        station.socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert status_of(running, "CP1", basic("CP1", STATION_PASSWORD)) == 401
    assert other.call("Heartbeat", {})[0] == 3
    eventually(lambda: StationEvent.objects.filter(station_id=running.ids["CP1"], kind="deleted").exists())
    eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], gateway_id=None).exists())


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
        return str(response.read().decode())


def test_the_port_also_answers_health_but_tells_no_figures(running: Running) -> None:
    assert page(running.gateway.port, "/healthz") == "ok\n"
    with pytest.raises(urllib.error.HTTPError) as refused:
        page(running.gateway.port, "/metrics")
    assert refused.value.code == 426
    assert running.gateway.metrics is None


def test_figures_have_a_private_port_where_one_is_set(running: Running) -> None:
    server = metrics.Server(running.gateway.hub, bind="127.0.0.1", port=0)
    try:
        running.connect("CP1").call("Heartbeat", {})
        assert "forecourt_gateway_messages_total 1.0" in page(server.port, "/metrics")
        with pytest.raises(OSError, match="no metrics on"):
            metrics.Server(running.gateway.hub, bind="127.0.0.1", port=server.port)
    finally:
        server.close()


def test_stopping_says_1001_and_lets_go_of_the_stations(running: Running) -> None:
    station = running.connect("CP1")
    eventually(lambda: StationLink.objects.filter(gateway_id__isnull=False).exists())
    running.do(running.gateway.hub.close_all)
    with pytest.raises(ConnectionClosed) as closed:
        station.socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    eventually(lambda: not StationLink.objects.filter(gateway_id__isnull=False).exists())
