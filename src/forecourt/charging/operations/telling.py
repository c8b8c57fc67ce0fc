"""What a driver is told whose card was refused: a line in their bell, with the reason (spec P2.1)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.charging.rules.authorization import Refusal
from forecourt.charging.words import in_words
from forecourt.identity.models import Person
from forecourt.network.models import ChargePoint
from forecourt.notifications import operations as notifications

AGAIN_AFTER = timedelta(hours=1)  # a card is held to the reader several times, and a start is asked after its authorization


class TurnedAway(NamedTuple):
    """Who was refused where, and why."""

    person_id: int
    charge_point_id: int
    refusal: Refusal


def tell_refused(refused: Iterable[TurnedAway], *, at: datetime) -> None:
    """A line in each one's bell; not again within the hour. Inside the operation that refuses them."""
    once = sorted(set(refused))
    if not once:
        return
    languages = dict(Person.objects.filter(pk__in={one.person_id for one in once}, deleted_at=None).values_list("pk", "language"))
    names = dict(ChargePoint.objects.filter(pk__in={one.charge_point_id for one in once}).values_list("pk", "name"))
    for one in once:
        if one.person_id not in languages:
            continue
        with override(languages[one.person_id]):
            text = _("You could not charge at %(place)s. %(why)s") % {"place": names[one.charge_point_id], "why": in_words(one.refusal)}
        notifications.notify(person_id=one.person_id, text=text, unless_since=at - AGAIN_AFTER)
