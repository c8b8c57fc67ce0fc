"""Charge points that are promised to somebody are shown as reserved."""

from collections.abc import Iterable
from datetime import datetime

from forecourt.charging.queries.sql import fetched
from forecourt.network import operations as network
from forecourt.network.intents import Hold


def show_promises(charge_point_ids: Iterable[int], *, at: datetime) -> None:
    """
    Hold each of these charge points while a charge there is reserved or being started, and let the others go.

    The hold follows from the charges' rows, in the transaction that changes them: no crash leaves one behind. The charge
    points are locked in id order; the caller has locked them before the charges.
    """
    wanted = sorted(set(charge_point_ids))
    if not wanted:
        return
    found = fetched(
        """SELECT DISTINCT charge_point_id FROM charging_charge
           WHERE charge_point_id = ANY(%s) AND state IN ('reserved', 'starting') AND state <> 'completed'""",
        [wanted],
    )
    promised = {id for (id,) in found}
    network.hold_charge_points([Hold(id, "reserved" if id in promised else None, at) for id in wanted])
