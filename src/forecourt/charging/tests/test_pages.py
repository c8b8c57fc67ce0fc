"""The portal's pages of charges, through HTTP."""

from decimal import Decimal

import pytest

from forecourt.charging import operations
from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import AT, make_charge, make_place, meter, minutes, stop
from forecourt.network.models import Command
from forecourt.network.tests.factories import make_charge_point

HTMX = {"HX-Request": "true"}


@pytest.fixture
def running(cast) -> Charge:
    place = make_place(cast)
    outcome = operations.start_charges([place.start()], recorded_at=AT)[0]
    readings = [meter(place.station, outcome.transaction_id, 1000 + 500 * n, at=minutes(5 * n), Power="6000") for n in range(1, 4)]
    operations.record_meters(readings, recorded_at=minutes(15))
    return Charge.objects.get()


# Hotel pays, Harbour owns the charge point. Tom is Harbour's admin and a plain member of Hotel.
@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 303), ("oscar", 303), ("bea", 403), ("sven", 403), ("sue", 404), ("tom", 303), ("dora", 404), ("eve", 404), (None, 302)],
)
def test_who_may_stop_a_charge(cast, running, who, status):
    response = cast.client(who).post(f"/charges/{running.pk}/stop")
    assert response.status_code == status
    assert Command.objects.count() == (1 if status == 303 else 0)


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 303), ("oscar", 303), ("bea", 403), ("sven", 403), ("sue", 404), ("tom", 403), ("dora", 404), ("eve", 404), (None, 302)],
)
def test_who_may_restart_a_charge(cast, running, who, status):
    Charge.objects.update(state="stopped", stopped_at=minutes(20), meter_stop_wh=2500)
    response = cast.client(who).post(f"/charges/{running.pk}/restart")
    assert response.status_code == status
    assert Charge.objects.count() == (2 if status == 303 else 1)


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 303), ("oscar", 303), ("bea", 404), ("sven", 403), ("sue", 404), ("tom", 422), ("dora", 403), ("eve", 404), (None, 302)],
)
def test_who_may_start_a_charge(cast, who, status):
    place = make_place(cast)
    response = cast.client(who).post(f"/charge-points/{place.point.pk}/start", {"team": cast.hotel.pk})
    assert response.status_code == status
    assert Charge.objects.count() == (1 if status == 303 else 0)


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 303), ("oscar", 303), ("bea", 403), ("sven", 403), ("sue", 404), ("tom", 403), ("eve", 404), (None, 302)],
)
def test_who_may_write_a_note(cast, running, who, status):
    assert cast.client(who).post(f"/charges/{running.pk}/note", {"note": "Hello"}).status_code == status
    assert Charge.objects.get().note == ("Hello" if status == 303 else None)


@pytest.mark.parametrize("path", ["/charges/{}", "/charges/{}/meter-values"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 200), ("oscar", 200), ("bea", 200), ("sven", 200), ("sue", 404), ("tom", 200), ("dora", 404), ("eve", 404), (None, 302)],
)
def test_who_may_read_a_charge(cast, running, path, who, status):
    assert cast.client(who).get(path.format(running.pk)).status_code == status


def test_the_list_shows_what_the_person_may_read(cast, running):
    assert running.human_readable_id in cast.client("ada").get("/charges/").content.decode()
    assert running.human_readable_id not in cast.client("eve").get("/charges/").content.decode()


def test_htmx_gets_the_rows_alone(cast, running):
    text = cast.client("ada").get("/charges/", headers=HTMX).content.decode()
    assert running.human_readable_id in text
    assert "<html" not in text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("state=charging", True), ("state=completed", False), ("state=failed", False), ("flagged=1", False), ("from=2000-01-01", True),
     ("until=2000-01-01", False), ("q=nothing", False), ("from=nonsense", True), ("charge_point=999999", False)],
)  # fmt: skip
def test_filters_stand_in_the_url(cast, running, query, is_found):
    assert (running.human_readable_id in cast.client("ada").get(f"/charges/?{query}").content.decode()) is is_found


def test_a_charge_is_found_by_what_was_said_on_the_phone(cast, running):
    said = running.human_readable_id.lower().replace("-", " ")
    assert f"/charges/{running.pk}" in cast.client("ada").get("/charges/", {"q": said}).content.decode()


def test_the_list_takes_the_same_queries_for_many_charges(cast, django_assert_num_queries):
    point = make_charge_point("Many", cast.harbour)
    for number in range(30):
        make_charge(point, payer=cast.hotel, state="stopped", stopped_at=minutes(number), meter_stop_wh=number)
    client = cast.client("ada")
    with django_assert_num_queries(
        10
    ):  # session, person, memberships, account, its accounts, bell, count, ids of both sides, rows; the same for thirty
        client.get("/charges/")


def test_the_csv_has_every_charge_and_numbers_stay_numbers(cast, running):
    operations.stop_charges([stop(running.station, running.transaction_id, 3500, at=minutes(30))], recorded_at=minutes(30))
    text = b"".join(cast.client("ada").get("/charges/?format=csv").streaming_content).decode("utf-8-sig")
    header, line = text.splitlines()
    assert header.startswith("Charge,Number,State")
    assert line.startswith(f"{running.human_readable_id},{running.pk},stopped,")
    assert ",2.500," in line


def test_the_detail_page_shows_energy_cost_and_commands(cast, running):
    operations.request_stop(actor=cast.actor("ada"), charge=running, at=minutes(16))
    text = cast.client("ada").get(f"/charges/{running.pk}").content.decode()
    for shown in ("1.50\u00a0kWh", "DKK\u00a03.75", "Stop charge", "Requested", "6\u00a0kW"):
        assert shown in text, shown


def test_the_stop_dialog_asks_first(cast, running):
    text = cast.client("ada").get(f"/charges/{running.pk}/stop", headers=HTMX).content.decode()
    assert "Stop this charge?" in text
    assert not Command.objects.exists()


def test_limits_out_of_bounds_are_said_at_their_field(cast):
    place = make_place(cast)
    given = {"team": cast.hotel.pk, "kwh": "0.5", "percent": "101", "price": "0.5"}
    response = cast.client("ada").post(f"/charge-points/{place.point.pk}/start", given)
    assert response.status_code == 422
    assert response.content.decode().count("Enter a number from") == 2


def test_limits_reach_the_charge(cast):
    place = make_place(cast)
    cast.client("ada").post(f"/charge-points/{place.point.pk}/start", {"team": cast.hotel.pk, "kwh": "12.5", "price": "99.5"})
    charge = Charge.objects.get()
    assert (charge.limit_wh, charge.limit_price_minor, charge.start_source) == (12_500, 9950, "api-web")
    assert charge.limit_soc_percent is None or charge.limit_soc_percent == Decimal(0)
