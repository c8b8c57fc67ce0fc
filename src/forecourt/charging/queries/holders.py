"""Who stands behind an id tag, or behind a person with a team's wallet."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.sql import fetched, rows
from forecourt.charging.rules.authorization import Holder, MemberFacts, TeamFacts
from forecourt.teams.queries.restrictions import CASCADE_JOINS, CASCADE_SQL
from forecourt.teams.rules import Allowed, effective

VEHICLE_PREFIX = "VID:"  # reserved for vehicle tokens (spec P2.4)

_TEAM = """{0}.id, {0}.organisation_id, {0}.operator_id, (SELECT identifier FROM places_currency WHERE id = {0}.currency_id),
  {0}.payment_method = 'source', {0}.external_charging, {0}.frozen_at IS NOT NULL, {0}.blocked_at IS NOT NULL"""
# A right that the team's template takes is nobody's (spec §2.5).
_MEMBER = f"""m.id IS NOT NULL OR t.owner_id = {{0}}, (t.type = 'personal' AND t.owner_id = {{0}}) OR (COALESCE(m.can_pay_with_team_wallet, false)
    AND 'can_pay_with_team_wallet' <> ALL (team_taken_rights(t.template_id, t.operator_id, t.type))),
  COALESCE(m.charge_payment_type, 'all'), {CASCADE_SQL}"""
_JOIN_MEMBER = f"""LEFT JOIN teams_teammember m ON m.team_id = t.id AND m.person_id = {{0}} AND m.state = 'accepted' AND m.deleted_at IS NULL
{CASCADE_JOINS}"""

_BY_TAG = f"""
SELECT i.tag, k.id, k.type, k.identifier, k.person_id, k.blocked_at IS NOT NULL, k.active_until, k.is_for_network, k.is_for_operator,
  k.pays_in_country_ids, k.pays_at_operator_ids, {_MEMBER.format("k.person_id")}, {_TEAM.format("t")}, {_TEAM.format("p")}
FROM unnest(%s::text[], %s::text[], %s::text[]) AS i(tag, identifier, type)
JOIN network_chargekey k ON upper(k.identifier) = i.identifier AND k.type = i.type AND k.deleted_at IS NULL
JOIN teams_team t ON t.id = k.team_id AND t.deleted_at IS NULL
{_JOIN_MEMBER.format("k.person_id")}
LEFT JOIN teams_team p ON p.owner_id = k.person_id AND p.type = 'personal' AND p.deleted_at IS NULL
"""  # noqa: S608 - built of constants
_BY_PERSON = f"""
SELECT {_MEMBER.format("i.person_id")}, {_TEAM.format("t")}
FROM (SELECT %s::bigint AS team_id, %s::bigint AS person_id) i
JOIN teams_team t ON t.id = i.team_id AND t.deleted_at IS NULL
{_JOIN_MEMBER.format("i.person_id")}
"""  # noqa: S608 - built of constants


def holders_of(tags: Iterable[str]) -> dict[str, Holder]:
    """The living key behind each tag, with its team and member; a tag that nobody has is missing. One query."""
    wanted = sorted(set(tags))
    if not wanted:
        return {}
    kinds = [("vehicleId", tag[len(VEHICLE_PREFIX) :]) if tag.upper().startswith(VEHICLE_PREFIX) else ("rfid", tag) for tag in wanted]
    found = fetched(_BY_TAG, [wanted, [identifier.upper() for _, identifier in kinds], [kind for kind, _ in kinds]])
    return {row[0]: _key_holder(row) for row in found}


def holder_by_person(*, team_id: int, person_id: int | None) -> Holder | None:
    """A person (or, without one, whoever may spend a team's wallet) with a living team."""
    found = fetched(_BY_PERSON, [team_id, person_id])
    if not found:
        return None
    (is_member, can_pay, payment_type, countries, operators, *team) = found[0]
    return Holder(
        team=TeamFacts(*team),
        person_id=person_id,
        member=MemberFacts(bool(can_pay), payment_type) if is_member else None,
        pays_in_country_ids=_allowed(countries),
        pays_at_operator_ids=_allowed(operators),
    )


def _key_holder(row: Sequence[Any]) -> Holder:
    (_, key_id, kind, identifier, person_id, is_blocked, active_until, for_network, for_operator, key_countries, key_operators, *rest) = row
    is_member, can_pay, payment_type, countries, operators = rest[:5]
    return Holder(
        team=TeamFacts(*rest[5:13]),
        person_id=person_id,
        member=MemberFacts(bool(can_pay), payment_type) if is_member else None,
        pays_in_country_ids=effective([_allowed(countries)], key=_allowed(key_countries)),
        pays_at_operator_ids=effective([_allowed(operators)], key=_allowed(key_operators)),
        personal_team=TeamFacts(*rest[13:21]) if rest[13] is not None else None,
        key_id=key_id, key_type=kind, key_identifier=identifier,
        is_key_blocked=is_blocked, active_until=active_until, is_for_network=for_network, is_for_operator=for_operator,
    )  # fmt: skip


def _allowed(ids: list[int] | None) -> Allowed:
    return None if ids is None else frozenset(ids)


class Membership(NamedTuple):
    """An accepted member of a charge point's team."""

    person_id: int
    team_id: int
    id: int
    has_access_to_all: bool
    charge_point_ids: list[int]

    def may_use(self, charge_point_id: int) -> bool:
        return self.has_access_to_all or charge_point_id in self.charge_point_ids


def memberships(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Membership]:
    """Accepted memberships by (person, team). One query, none if nothing is asked."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    found = rows(
        Membership,
        """SELECT person_id, team_id, id, has_access_to_all, charge_point_ids FROM teams_teammember
           WHERE (person_id, team_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) AND state = 'accepted' AND deleted_at IS NULL""",
        [[person for person, _ in wanted], [team for _, team in wanted]],
    )
    return {(member.person_id, member.team_id): member for member in found}


def at_point(holder: Holder, point: PointRow, members: dict[tuple[int, int], Membership], *, is_nested: bool = False) -> Holder:
    """The holder, knowing whether they may use this private charge point: as a member of its team, or of one nested in it."""
    member = members.get((holder.person_id or 0, point.team_id))
    is_owners_own = holder.team.id == point.team_id and member is None and holder.member is not None
    may_use = is_owners_own or is_nested or (member is not None and member.may_use(point.id))
    return replace(holder, may_use_point_ids=frozenset({point.id})) if may_use else holder
