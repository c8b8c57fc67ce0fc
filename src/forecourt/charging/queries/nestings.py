"""Who charges as a member of a nested team (spec P2.1): may use the parent's charge points, at a price of their own."""

from collections.abc import Iterable
from typing import NamedTuple

from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.sql import rows
from forecourt.charging.rules.authorization import Holder


class Nesting(NamedTuple):
    """The relation that holds for a person, or a key of nobody's, with a team's wallet at a charge point."""

    charge_point_id: int
    person_id: int
    team_id: int
    price_group_id: int | None


Nestings = dict[tuple[int, int, int], Nesting]

# The relation of the wallet's own team goes first, then the oldest.
_NESTINGS = """
SELECT DISTINCT ON (a.point_id, a.person_id, a.team_id) a.point_id, a.person_id, a.team_id, price.price_group_id
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS a(point_id, parent_id, site_id, person_id, team_id)
JOIN teams_nestedteam r ON r.parent_team_id = a.parent_id AND r.state = 'accepted' AND r.deleted_at IS NULL
  AND (r.has_access_to_all OR a.point_id = ANY (r.charge_point_ids) OR a.site_id = ANY (r.site_ids))
  AND (r.nested_team_id = a.team_id OR EXISTS (
    SELECT FROM teams_teammember m
    WHERE m.person_id = a.person_id AND m.team_id = r.nested_team_id AND m.state = 'accepted' AND m.deleted_at IS NULL))
JOIN teams_team nested ON nested.id = r.nested_team_id AND nested.deleted_at IS NULL AND nested.blocked_at IS NULL
LEFT JOIN pricing_nestedteampricing price ON price.id = r.id
ORDER BY a.point_id, a.person_id, a.team_id, r.nested_team_id = a.team_id DESC, r.id
"""


def nestings(pairs: Iterable[tuple[Holder | None, PointRow]]) -> Nestings:
    """The nested relation of each holder at each charge point of another team. One query, none if nothing is asked."""
    wanted = [(point, holder.person_id or 0, holder.team.id) for holder, point in pairs if holder and holder.team.id != point.team_id]
    if not wanted:
        return {}
    columns = (
        [point.id for point, _, _ in wanted],
        [point.team_id for point, _, _ in wanted],
        [point.site_id for point, _, _ in wanted],
        [person for _, person, _ in wanted],
        [team for _, _, team in wanted],
    )
    return {(one.charge_point_id, one.person_id, one.team_id): one for one in rows(Nesting, _NESTINGS, columns)}


def nesting_of(holder: Holder | None, point: PointRow, found: Nestings) -> Nesting | None:
    return found.get((point.id, holder.person_id or 0, holder.team.id)) if holder else None
