"""Starts that we asked stations for."""

from collections.abc import Sequence
from typing import NamedTuple

from forecourt.charging.queries.sessions import OpenCharge
from forecourt.charging.queries.sql import fetched, rows


def waiting_remote_tags(pairs: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of these (station, id tag) pairs, those that a charge on that station waits to start with."""
    if not pairs:
        return set()
    found = fetched(
        """SELECT c.station_id, c.remote_id_tag FROM charging_charge c
           JOIN unnest(%s::bigint[], %s::text[]) AS asked(station_id, tag) ON asked.station_id = c.station_id AND asked.tag = c.remote_id_tag
           WHERE c.state IN ('starting', 'charging', 'paused', 'stopping') AND c.state <> 'completed'""",
        [[station for station, _ in pairs], [tag for _, tag in pairs]],
    )
    return set(found)


class LatePayer(NamedTuple):
    """Who pays in advance for a charge that was given up. `currency` is that of the team's wallet."""

    charge_id: int
    team_id: int
    currency: str


def late_payers(charge_ids: Sequence[int]) -> list[LatePayer]:
    """Those of these charges for which money was held at the asking. No query if nothing is asked."""
    if not charge_ids:
        return []
    return rows(
        LatePayer,
        """SELECT c.id, c.payer_team_id, currency.identifier FROM charging_charge c
           JOIN teams_team team ON team.id = c.payer_team_id JOIN places_currency currency ON currency.id = team.currency_id
           WHERE c.id = ANY(%s) AND c.payment_method = 'team-has-fund'""",
        [list(charge_ids)],
    )


def late_remote_starts(pairs: Sequence[tuple[int, str]]) -> list[OpenCharge]:
    """
    Charges by (charge point, id tag) that were given up before their station started them after all, locked in id order.
    """
    if not pairs:
        return []
    columns = ", ".join(f"c.{name}" for name in OpenCharge._fields)
    return rows(
        OpenCharge,
        f"""SELECT {columns} FROM charging_charge c
            JOIN unnest(%s::bigint[], %s::text[]) AS asked(point, tag) ON asked.point = c.charge_point_id AND asked.tag = c.remote_id_tag
            WHERE c.failed_at IS NOT NULL AND c.started_at IS NULL ORDER BY c.id FOR NO KEY UPDATE OF c""",  # noqa: S608
        [[point for point, _ in pairs], [tag for _, tag in pairs]],
    )
