"""What a driver is told whose card was refused."""

from datetime import timedelta

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthorizeIntent, AuthStatus
from forecourt.charging.operations.telling import tell_refused
from forecourt.charging.tests.factories import make_place
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.network.models import ChargeKey
from forecourt.notifications.models import Notification


@pytest.fixture
def place(cast):
    """Tom's key of Hotel, whose wallet he may not pay with."""
    place = make_place(cast)
    ChargeKey.objects.filter(pk=place.key.pk).update(person=cast.tom)
    return place


def lines(cast) -> list[str]:
    return list(Notification.objects.filter(person_id=cast.tom.pk).order_by("id").values_list("text", flat=True))


def authorize(place, at) -> AuthStatus | None:
    return operations.authorize([AuthorizeIntent(place.station.pk, place.key.identifier)], recorded_at=at)[0].status


def test_the_driver_is_told_where_and_why_once_an_hour(cast, place):
    at = clock.now()
    assert authorize(place, at) == AuthStatus.BLOCKED
    operations.start_charges([place.start(at=at)], recorded_at=at)
    assert lines(cast) == ["You could not charge at ST-1 1. You may not pay with this team’s wallet."]
    authorize(place, at + timedelta(minutes=61))
    assert len(lines(cast)) == 2


def test_in_the_drivers_language(cast, place):
    Person.objects.filter(pk=cast.tom.pk).update(language="da")
    authorize(place, clock.now())
    assert lines(cast) == ["Du kunne ikke lade ved ST-1 1. Du må ikke betale med teamets wallet."]


def test_a_start_that_is_replayed_later_is_told_by_its_charge_alone(cast, place):
    at = clock.now()
    operations.start_charges([place.start(at=at - timedelta(hours=2))], recorded_at=at)
    assert lines(cast) == []


def test_nobody_is_told_who_may_charge_or_whose_key_it_is_not(cast):
    place = make_place(cast)  # a key without a person
    at = clock.now()
    assert authorize(place, at) == AuthStatus.ACCEPTED
    ChargeKey.objects.filter(pk=place.key.pk).update(blocked_at=at)
    assert authorize(place, at) == AuthStatus.BLOCKED
    tell_refused([], at=at)
    assert not Notification.objects.exists()
