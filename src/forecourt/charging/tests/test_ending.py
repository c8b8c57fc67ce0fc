"""Charges that nothing is heard of: ended by a person or by time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from forecourt.charging import operations
from forecourt.charging.models import Charge, ChargeEnergy
from forecourt.charging.tests.factories import AT, make_place, meter, minutes, started, stop
from forecourt.kit import clock
from forecourt.network import operations as network
from forecourt.network.models import ChargePoint, Command, StationLink


def silent(cast, *, since=AT, **point):
    """A charge at 1.5 kWh whose station was heard of last at `since`."""
    place = make_place(cast)
    charge = started(place, at=minutes(-10))
    operations.record_meters([meter(place.station, charge.transaction_id, 2500, at=since)], recorded_at=since)
    ChargePoint.objects.update(**{"ocpp_status": "Charging", **point})
    return place, charge


def linked(place, *, gateway_id=None, disconnected_at=AT):
    StationLink.objects.update_or_create(station=place.station, defaults={"gateway_id": gateway_id, "disconnected_at": disconnected_at})


def end(cast, charge, at):
    return operations.end_charge(actor=cast.actor("ada"), charge=charge, at=at)


def test_a_charge_of_a_silent_station_is_ended_at_its_last_meter_and_settled(cast):
    place, charge = silent(cast)
    linked(place)
    with pytest.raises(operations.ChargeNotLost):
        end(cast, charge, minutes(59))
    ended = end(cast, charge, minutes(60))
    assert (ended.state, ended.stopped_at, ended.released_at, ended.meter_stop_wh) == ("stopped", AT, AT, 2500)
    assert ended.stop_reason == "ended-by-operator"
    assert sum(ChargeEnergy.objects.get().wh) == 1500
    assert end(cast, charge, minutes(70)).stop_reason == "ended-by-operator"


def test_a_true_stop_that_is_told_later_changes_nothing(cast):
    place, charge = silent(cast)
    end(cast, charge, minutes(60))
    told = stop(place.station, charge.transaction_id, 9000, at=minutes(90))
    assert operations.stop_charges([told], recorded_at=minutes(100))[0].charge_id == charge.pk
    charge.refresh_from_db()
    assert (charge.stopped_at, charge.meter_stop_wh) == (AT, 2500)


def test_a_station_that_says_charging_has_not_lost_its_charge(cast):
    place, charge = silent(cast)
    linked(place, gateway_id=1, disconnected_at=None)
    with pytest.raises(operations.ChargeNotLost):
        end(cast, charge, minutes(300))
    ChargePoint.objects.update(ocpp_status="Available")
    assert end(cast, charge, minutes(300)).stopped_at == AT


def test_a_station_that_was_asked_to_stop_and_did_not_has_lost_its_charge(cast):
    place, charge = silent(cast)
    linked(place, gateway_id=1, disconnected_at=None)
    operations.request_stop(actor=cast.actor("ada"), charge=charge, at=minutes(61))
    with pytest.raises(operations.ChargeNotLost):
        end(cast, charge, minutes(62))
    Command.objects.update(state="rejected")
    assert end(cast, charge, minutes(63)).stopped_at == AT


def test_its_charge_point_may_then_go(cast):
    place, charge = silent(cast)
    end(cast, charge, minutes(60))
    network.delete_charge_point(actor=cast.actor("ada"), charge_point=place.point, at=minutes(61))
    assert ChargePoint.objects.get().deleted_at == minutes(61)


def test_after_three_days_it_ends_by_itself(cast):
    _place, charge = silent(cast)
    three_days = timedelta(days=3)
    assert operations.end_lost_charges(at=AT + three_days - timedelta(seconds=1)) == 0
    assert operations.end_lost_charges(at=AT + three_days) == 1
    assert operations.end_lost_charges(at=AT + three_days) == 0
    charge.refresh_from_db()
    assert (charge.stop_reason, charge.stopped_at, charge.meter_stop_wh) == ("station-lost", AT, 2500)


def test_the_page_offers_it_only_then(cast):
    charge = started(make_place(cast), at=clock.now() - timedelta(minutes=30))
    ada, page, url = cast.client("ada"), reverse("charge-detail", args=[charge.pk]), reverse("charge-end", args=[charge.pk])
    assert url not in ada.get(page).content.decode()
    assert ada.post(url).status_code == 409
    Charge.objects.update(started_at=clock.now() - timedelta(minutes=61))
    assert url in ada.get(page).content.decode()
    assert "End this charge without its station?" in ada.get(url).content.decode()
    assert ada.post(url).status_code == 303
    assert Charge.objects.get().stop_reason == "ended-by-operator"
