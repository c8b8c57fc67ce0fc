"""Two at once, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from forecourt.charging import operations
from forecourt.charging.models import Charge, ChargeEnergy
from forecourt.charging.tests.factories import AT, make_place, minutes, stop


def at_once(*calls):
    """Run these in threads of their own that begin together; their answers in order."""
    together = Barrier(len(calls))

    def run(call):
        try:
            together.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def place_in_own_database():
    from tests.cast import assemble

    return make_place(assemble())


def test_the_same_start_at_once_is_one_charge(own_database):
    place = place_in_own_database()
    answers = at_once(*[lambda: operations.start_charges([place.start()], recorded_at=AT)[0]] * 4)
    assert len({answer.transaction_id for answer in answers}) == 1
    assert Charge.objects.count() == 1


def test_two_starts_at_once_leave_one_running(own_database):
    place = place_in_own_database()
    starts = [place.start(), place.start(at=minutes(1), meter_wh=1100)]
    at_once(*[lambda one=one: operations.start_charges([one], recorded_at=AT)[0] for one in starts])
    assert Charge.objects.count() == 2
    assert Charge.objects.get(stopped_at=None).started_at == minutes(1)


def test_two_stops_at_once_are_one(own_database):
    place = place_in_own_database()
    transaction = operations.start_charges([place.start()], recorded_at=AT)[0].transaction_id or ""
    stops = [stop(place.station, transaction, 2000 + more, at=minutes(10)) for more in (0, 5)]
    at_once(*[lambda one=one: operations.stop_charges([one], recorded_at=AT)[0] for one in stops])
    assert sum(ChargeEnergy.objects.get().wh) == (Charge.objects.get().meter_stop_wh or 0) - 1000


def test_a_remote_and_a_card_start_at_once_leave_one_running(own_database):
    place = place_in_own_database()
    from forecourt.access import Actor

    actor = Actor.system("test")

    def remote():
        try:
            return operations.request_start(actor=actor, charge_point=place.point, payer_team=place.payer, at=AT)
        except operations.ChargePointBusy as busy:
            return busy

    at_once(remote, lambda: operations.start_charges([place.start()], recorded_at=AT)[0])
    assert Charge.objects.filter(started_at__isnull=False, stopped_at=None).count() == 1


def test_stops_and_starts_of_one_charge_point_do_not_wait_for_each_other_for_ever(own_database):
    place = place_in_own_database()

    def visits(first: int) -> None:
        for number in range(first, first + 40, 2):
            started = operations.start_charges([place.start(at=minutes(number), meter_wh=1000 + number)], recorded_at=minutes(number))[0]
            operations.stop_charges(
                [stop(place.station, started.transaction_id or "", 1001 + number, at=minutes(number + 1))], recorded_at=minutes(number + 1)
            )

    at_once(lambda: visits(0), lambda: visits(1), lambda: visits(100))
    assert Charge.objects.count() == 60
    assert not Charge.objects.filter(stopped_at=None).exists()
