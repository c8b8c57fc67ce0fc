"""Lists of charges: the portal's page, its CSV and its counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from forecourt.access import Scope
from forecourt.access.rows import ScopedQuerySet
from forecourt.charging.models import Charge
from forecourt.charging.rules.meters import charged_wh
from forecourt.charging.rules.names import as_human_readable_id

FAILED = "failed"  # a state that people see; stored as completed with failed_at
SIDES = ("owner", "payer")
_COLUMNS = (
    "id", "human_readable_id", "state", "failed_at", "charge_point_id", "charge_point__name", "site_id", "payer_team_id", "payer_team__name",
    "person_id", "created_at", "started_at", "stopped_at", "meter_start_wh", "meter__wh", "meter_stop_wh", "meter__power_w",
    "price_minor", "currency", "is_suspicious", "stop_reason", "failure_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChargeFilter:
    """What the charges page filters by; everything is optional. Days are those of `zone`."""

    search: str = ""
    states: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None  # included
    charge_point_id: int | None = None
    site_id: int | None = None
    team_id: int | None = None
    only_suspicious: bool = False
    zone: str = "UTC"

    @classmethod
    def parse(cls, given: Mapping[str, Any], *, states: list[str], zone: str) -> "ChargeFilter":
        """From a query string; what makes no sense is passed over."""
        return cls(
            search=str(given.get("q", "")).strip(),
            states=tuple(state for state in states if state == FAILED or state in Charge.State.values),
            from_on=_day(given.get("from")),
            until_on=_day(given.get("until")),
            charge_point_id=_id(given.get("charge_point")),
            site_id=_id(given.get("site")),
            team_id=_id(given.get("team")),
            only_suspicious=given.get("flagged") == "1",
            zone=zone,
        )

    def as_q(self) -> Q:
        return self._what() & self._when()

    def _what(self) -> Q:
        q = Q()
        if self.search:
            q &= _search(self.search)
        if self.states:
            stored = Q(state__in=[state for state in self.states if state != FAILED]) & ~Q(state="completed", failed_at__isnull=False)
            q &= stored | Q(failed_at__isnull=False) if FAILED in self.states else stored
        for column, value in (("charge_point_id", self.charge_point_id), ("site_id", self.site_id), ("team_id", self.team_id)):
            q &= Q(**{column: value}) if value else Q()
        return q & Q(is_suspicious=True) if self.only_suspicious else q

    def _when(self) -> Q:
        q, zone = Q(), ZoneInfo(self.zone)
        if self.from_on:
            q &= Q(created_at__gte=datetime.combine(self.from_on, time.min, zone))
        if self.until_on:
            q &= Q(created_at__lte=datetime.combine(self.until_on, time.max, zone))
        return q


def _search(text: str) -> Q:
    """The id that people say on the phone, or the number, the driver's key, or the partner's own id: all exact and indexed but the key."""
    q = Q(human_readable_id=as_human_readable_id(text) or "") | Q(partner_external_id=text) | Q(auth_id__iexact=text)
    return q | Q(pk=int(text)) if text.isdecimal() and len(text) < 19 else q


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _id(text: object) -> int | None:
    return int(str(text)) if text and str(text).isdecimal() and len(str(text)) < 19 else None


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One line of a list. Energy in watt-hours, power in watts, price in minor units of `currency` (null until settled)."""

    id: int
    human_readable_id: str
    stored_state: str
    failed_at: datetime | None
    charge_point_id: int
    charge_point: str
    site_id: int | None
    payer_team_id: int | None
    payer_team: str | None
    person_id: int | None
    created_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    meter_start_wh: int | None
    meter_last_wh: int | None
    meter_stop_wh: int | None
    power_w: int | None
    price_minor: int | None
    currency: str
    is_suspicious: bool
    stop_reason: str | None
    failure_reason: str | None

    @property
    def state(self) -> str:
        return shown_state(self.stored_state, self.failed_at)

    @property
    def energy_wh(self) -> int | None:
        return charged_wh(self.meter_start_wh, self.meter_last_wh, self.meter_stop_wh)

    @property
    def seconds(self) -> int | None:
        return int((self.stopped_at - self.started_at).total_seconds()) if self.started_at and self.stopped_at else None


def shown_state(state: str, failed_at: datetime | None) -> str:
    """People see *failed* where a charge never started."""
    return FAILED if failed_at else state


def _rows(q: Q) -> ScopedQuerySet[Charge]:
    return cast(ScopedQuerySet[Charge], Charge.objects.filter(q, deleted_at=None))


def charge_rows(scope: Scope, *, filters: ChargeFilter, limit: int = 50, offset: int = 0) -> list[ChargeRow]:
    """The charges in scope, of either side, newest first."""
    found = _rows(filters.as_q()).newest_within(scope, limit=limit, offset=offset)
    return [ChargeRow(*row) for row in found.values_list(*_COLUMNS)]


def count_charges(scope: Scope, *, filters: ChargeFilter, limit: int) -> int:
    """How many there are, counted up to `limit`."""
    return _rows(filters.as_q()).count_within(scope, limit=limit)


def charge_counts(scope: Scope) -> dict[str, int]:
    """How many charges are in each state that is not the end: {state: count}."""
    open_ones = _rows(~Q(state="completed")).within(scope)
    return dict(open_ones.order_by().values_list("state").annotate(count=Count("pk")))


def all_charge_rows(scope: Scope, *, filters: ChargeFilter, at_most: int = 100_000) -> Iterator[ChargeRow]:
    """For the CSV: newest first, by pages of the primary key."""
    last: int | None = None
    given = 0
    while given < at_most:
        q = filters.as_q() & (Q(pk__lt=last) if last else Q())
        found = _rows(q).newest_within(scope, limit=1000)
        page = [ChargeRow(*row) for row in found.values_list(*_COLUMNS)]
        yield from page
        if len(page) < 1000:
            return
        last, given = page[-1].id, given + len(page)


def running_on(charge_point_id: int) -> int | None:
    """The charge that runs on a charge point, if one does."""
    return (
        Charge.objects.filter(charge_point_id=charge_point_id, started_at__isnull=False, stopped_at=None)
        .values_list("pk", flat=True)
        .order_by(F("pk").desc())
        .first()
    )
