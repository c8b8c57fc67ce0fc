"""Charges whose station never comes back, or has forgotten them: ended by a person, or by time."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.charging.models import Charge
from forecourt.charging.operations.superseding import end_at_last_meter
from forecourt.charging.queries import points
from forecourt.charging.queries.lost import is_lost, lost_charges
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import locked, operation

ENDED_BY_HAND, STATION_LOST = "ended-by-operator", "station-lost"
ENDED_AFTER = timedelta(days=3)  # a job ends what nobody has ended by then


class ChargeNotLost(DomainError):
    """The station still speaks of it: it can be stopped."""

    code = "charge_not_lost"


@operation
def end_charge(*, actor: Actor, charge: Charge, at: datetime) -> Charge:
    """
    End a running charge of which nothing was heard for an hour, at its last known meter, and settle it. A stop that its station
    tells later is kept in the log and changes nothing. Again: nothing happens.

    :raises ChargeNotLost: if it has not started, or its station speaks of it.
    """
    points.point(charge.charge_point_id)  # locked before the charge, as everywhere
    charge = locked(charge)
    if charge.stopped_at is not None:
        return charge
    if not is_lost(charge.pk, at=at):
        raise ChargeNotLost(
            _("Something was heard of this charge within the last hour, or its station says that it goes on. Stop it instead.")
        )
    end_at_last_meter([charge.pk], reason=ENDED_BY_HAND, recorded_at=at)
    charge.refresh_from_db()
    return charge


@operation
def end_lost_charges(*, at: datetime, limit: int = 500) -> int:
    """
    End the running charges of which nothing was heard for three days; how many.

    Runs beside itself: charge points, and then their charges, are claimed with SKIP LOCKED.
    """
    lost = lost_charges(since=at - ENDED_AFTER, limit=limit)
    end_at_last_meter(lost, reason=STATION_LOST, recorded_at=at)
    return len(lost)
