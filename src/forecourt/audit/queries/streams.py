"""What a stream still has to send, and how it stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from forecourt.api.rows import read
from forecourt.audit.models import Chain, Event, Stream
from forecourt.audit.queries.events import COLUMNS, EventRow, opened


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stream stands. `behind`: events that have not arrived yet."""

    stream: Stream
    behind: int

    @property
    def state(self) -> str:
        if not self.stream.is_on:
            return "given-up" if self.stream.given_up_at else "off"
        return "failing" if self.stream.failing_since else "behind" if self.behind else "ok"


def stream_of(organisation_id: int | None) -> Stream | None:
    return Stream.objects.filter(organisation_id=organisation_id).first()


def standing(organisation_id: int | None) -> Standing | None:
    """How the organisation's stream stands, the installation's without one; None if there is none."""
    stream = stream_of(organisation_id)
    return Standing(stream, max(0, _end(stream) - (stream.cursor if organisation_id is None else stream.sequence))) if stream else None


def newest_event() -> int:
    """The id of the last sealed event; ids have no gaps, so it counts them."""
    return int(Event.objects.aggregate(newest=Max("id"))["newest"] or 0)


def due_streams(*, at: datetime) -> list[int]:
    """Streams that are on, behind, not waiting after a failure and not in another worker's hands."""
    is_free = (Q(next_attempt_at=None) | Q(next_attempt_at__lte=at)) & (Q(leased_until=None) | Q(leased_until__lte=at))
    return [stream.pk for stream in Stream.objects.filter(is_free, is_on=True).order_by("pk") if _is_behind(stream)]


def events_after(organisation_id: int | None, cursor: int, *, limit: int) -> list[EventRow]:
    """The next events in the order of sealing; of every organisation without one."""
    where, params = (
        ("e.id > %s", [cursor]) if organisation_id is None else ("e.organisation_id = %s AND e.id > %s", [organisation_id, cursor])
    )
    shown = ", ".join(f"e.{column}::text" if column in ("changes", "context") else f"e.{column}" for column in COLUMNS)
    return opened(read(f"SELECT {shown} FROM audit_event e WHERE {where} ORDER BY e.id LIMIT {limit:d}", params))  # noqa: S608 (constants)


def head_sequence(organisation_id: int | None) -> int:
    """The number of the last event of a chain."""
    return Chain.objects.filter(pk=organisation_id or 0).values_list("sequence", flat=True).first() or 0


def _is_behind(stream: Stream) -> bool:
    return _end(stream) > (stream.cursor if stream.organisation_id is None else stream.sequence)


def _end(stream: Stream) -> int:
    return newest_event() if stream.organisation_id is None else head_sequence(stream.organisation_id)
