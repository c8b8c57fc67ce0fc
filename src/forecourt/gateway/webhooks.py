"""
What webhooks are told of stations: what they and we said (`ocpp-messages`), and whether they are connected
(`charge-points-protocol-updates`). Read from the log and the connection history, which the hot path writes anyhow.

The contract names both and says nothing of their payloads: docs/domains/integrations.md says what we give.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from forecourt.access import Actor, Permission, Scope
from forecourt.api.rows import read
from forecourt.gateway.tags import without_strangers_tags
from forecourt.kit.registries import Happening, Unread, WebhookStream
from forecourt.network.api import charge_points_by_id

EXCHANGE: Final = "monta:ocpp:OcppRequestResponse"
NONSENSE: Final = "monta:ocpp:OcppProtocolError"
UNANSWERED: Final = "monta:ocpp:OcppRequestTimeout"
EVENTS: Final = {
    "connected": "monta:ocpp:ChargePointConnected",
    "disconnected": "monta:ocpp:ChargePointDisconnected",
    "protocol_error": NONSENSE,
}
ANSWERED_WITHIN: Final = timedelta(minutes=10)  # so far back the call of an answer is looked for
READ: Final = "charge-points:read"


class Point(NamedTuple):
    """A charge point, and to whom it belongs."""

    id: int
    station_id: int
    number: int | None
    organisation_id: int
    operator_id: int
    team_id: int

    @property
    def place(self) -> tuple[int, int, int]:
        return self.organisation_id, self.operator_id, self.team_id


_POINTS = """
SELECT p.id, p.station_id, p.number, p.organisation_id, p.operator_id, p.team_id FROM network_chargepoint p
WHERE p.station_id IS NOT NULL AND p.deleted_at IS NULL
  AND (p.organisation_id = ANY(%s) OR p.operator_id = ANY(%s) OR p.team_id = ANY(%s))
"""
# The number of the transaction that wrote a row: PostgreSQL keeps its lower half.
_MARK = "(%(until)s::bigint + (({row}.xmin::text::bigint - %(until)s::bigint + 2147483648) & 4294967295) - 2147483648)"
# Of what is answered the call has its answer beside it, or the answer is a row of its own and looks for its call. Nonsense has type 0.
# A command that nobody answered was written when it was given up: what was sent is in the log.
_MESSAGES = f"""
SELECT f.mark, f.id, f.station_id, f.number, f.type, f.action, f.message_id,
       CASE WHEN f.type NOT IN (3, 4) THEN f.direction WHEN f.direction = 'in' THEN 'out' ELSE 'in' END,
       CASE WHEN f.type IN (3, 4) THEN c.at ELSE f.at END, CASE WHEN f.type IN (3, 4) THEN c.frame ELSE f.frame END,
       CASE WHEN f.type IN (3, 4) THEN f.at ELSE f.answered_at END, CASE WHEN f.type IN (3, 4) THEN f.frame ELSE f.answer END, f.told_at
FROM (
  SELECT * FROM (
    SELECT r.*, r.at AS told_at, {_MARK.format(row="r")} AS mark FROM ocpp_message r
    WHERE r.station_id = ANY(%(stations)s) AND r.at >= %(since)s AND (r.answer IS NOT NULL OR r.type IN (0, 3, 4))
    UNION ALL
    SELECT r.*, k.answered_at, {_MARK.format(row="k")} FROM network_command k JOIN ocpp_message r
      ON r.station_id = k.station_id AND r.at BETWEEN k.sent_at - interval '1 second' AND k.answered_at AND r.direction = 'out' AND r.type = 2 AND r.message_id = 'c' || k.id
    WHERE k.state = 'unknown' AND k.station_id = ANY(%(stations)s) AND k.answered_at >= %(since)s) fresh
  WHERE mark >= %(first)s AND mark < %(until)s ORDER BY mark FETCH FIRST %(most)s ROWS WITH TIES) f
LEFT JOIN LATERAL (
  SELECT o.at, o.frame FROM ocpp_message o
  WHERE f.type IN (3, 4) AND o.station_id = f.station_id AND o.at BETWEEN f.at - %(within)s AND f.at AND o.type = 2
    AND o.direction <> f.direction AND o.message_id = f.message_id
  ORDER BY o.at DESC LIMIT 1) c ON true
ORDER BY f.mark, f.id
"""  # noqa: S608 - built of constants
_EVENTS = f"""
SELECT * FROM (
  SELECT {_MARK.format(row="r")} AS mark, r.at, r.kind, r.station_id, r.id FROM gateway_stationevent r
  WHERE r.station_id = ANY(%(stations)s) AND r.at >= %(since)s AND r.kind = ANY(%(kinds)s)) fresh
WHERE mark >= %(first)s AND mark < %(until)s ORDER BY mark FETCH FIRST %(most)s ROWS WITH TIES
"""  # noqa: S608 - built of constants


class Exchange(NamedTuple):
    """What was asked and answered, or not. Of nonsense there is only what came; an answer may be so late that its call is not found."""

    id: int
    station_id: int
    number: int | None
    type: int
    action: str
    message_id: str
    direction: str  # of the call
    at: datetime | None
    frame: str | None
    answered_at: datetime | None
    answer: str | None


def _points(scopes: Sequence[Scope]) -> dict[int, list[Point]]:
    """The charge points in the scopes, by their station."""
    columns = [sorted({id for scope in scopes for id in getattr(scope, name)}) for name in ("organisation_ids", "operator_ids", "team_ids")]
    found: dict[int, list[Point]] = defaultdict(list)
    for row in read(_POINTS, columns):
        found[row[1]].append(Point(*row))
    return found


def _values(points: Mapping[int, list[Point]], unread: Unread) -> dict[str, Any]:
    return {"stations": list(points), "first": unread.first, "until": unread.until, "since": unread.since, "most": unread.most}


def _messages(scopes: Sequence[Scope], unread: Unread) -> list[Happening]:
    points = _points(scopes)
    rows = read(_MESSAGES, _values(points, unread) | {"within": ANSWERED_WITHIN}) if points else []
    return [_message(mark, at, Exchange(*said), points) for mark, *said, at in rows]


def _message(mark: int, at: datetime, said: Exchange, points: Mapping[int, list[Point]]) -> Happening:
    """One that names no charge point belongs to all of the station."""
    concerned = [point for point in points[said.station_id] if said.number in (None, 0, point.number)]
    return Happening(mark, at, _kind(said), str(said.id), frozenset(point.place for point in concerned), said)


def _kind(said: Exchange) -> str:
    if not said.type:
        return NONSENSE
    return UNANSWERED if said.answer is None else EXCHANGE


def _message_payloads(actor: Actor, happenings: Sequence[Happening]) -> list[dict[str, Any] | None]:
    """As `GET /charge-points/{id}/logs` shows both frames to this actor."""
    said: list[Exchange] = [one.facts for one in happenings]
    points = _points([actor.scope(Permission.CHARGE_POINT_LOG_READ)]) if said else {}
    keys_in = actor.scope(Permission.CHARGE_KEY_READ)
    requests = without_strangers_tags([one.frame or "" for one in said], keys_in)
    responses = without_strangers_tags([one.answer or "" for one in said], keys_in)
    return [
        _message_json(one, points.get(one.station_id, []), request or None, response or None)
        for one, request, response in zip(said, requests, responses, strict=True)
    ]


def _message_json(said: Exchange, points: Sequence[Point], request: str | None, response: str | None) -> dict[str, Any]:
    return {
        "id": str(said.id),
        "chargePointIds": sorted(point.id for point in points if said.number in (None, 0, point.number)),
        "sender": "charge-point" if said.direction == "in" else "central-system",
        "action": said.action or None,
        "messageId": said.message_id or None,
        "requestedAt": said.at,
        "request": request,
        "respondedAt": said.answered_at,
        "response": response,
    }


def _events(scopes: Sequence[Scope], unread: Unread) -> list[Happening]:
    """A station's connection is news of each of its charge points."""
    points = _points(scopes)
    rows = read(_EVENTS, _values(points, unread) | {"kinds": list(EVENTS)}) if points else []
    return [
        Happening(mark, at, EVENTS[kind], str(point.id), frozenset([point.place]), point.id)
        for mark, at, kind, station_id, _id in rows
        for point in points[station_id]
    ]


def _event_payloads(actor: Actor, happenings: Sequence[Happening]) -> list[dict[str, Any] | None]:
    """The charge point as its GET gives it now."""
    found = charge_points_by_id(actor, sorted({one.facts for one in happenings})) if happenings else {}
    return [found.get(one.facts) for one in happenings]


STREAMS: Final = (
    WebhookStream("ocpp-messages", "ocpp-messages", READ, Permission.CHARGE_POINT_LOG_READ, _messages, _message_payloads),
    WebhookStream("charge-points-protocol-updates", "charge-point", READ, Permission.CHARGE_POINT_READ, _events, _event_payloads),
)
