"""New charges as rows: many are written by one COPY."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.types.json import Json

from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.sql import fetched
from forecourt.charging.rules.authorization import Holder, TeamFacts
from forecourt.charging.rules.names import human_readable_id
from forecourt.places.queries import vat_rate_on
from forecourt.pricing.queries import Prices

_NO_VAT_KNOWN = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The columns of a new charge; what is not here keeps its default."""

    id: int
    human_readable_id: str
    organisation_id: int
    operator_id: int
    team_id: int
    station_id: int | None
    charge_point_id: int
    site_id: int | None
    type: str
    state: str
    currency: str
    country_id: int
    time_zone: str
    start_source: str | None = None
    payer_organisation_id: int | None = None
    payer_operator_id: int | None = None
    payer_team_id: int | None = None
    person_id: int | None = None
    member_id: int | None = None
    charge_key_id: int | None = None
    auth_type: str | None = None
    auth_id: str | None = None
    auth_status: str | None = None
    remote_id_tag: str | None = None
    transaction_id: str | None = None
    start_fingerprint: bytes | None = None
    cable_plugged_in_at: datetime | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    released_at: datetime | None = None
    stop_recorded_at: datetime | None = None
    stop_reason: str | None = None
    expires_at: datetime | None = None
    meter_start_wh: int | None = None
    meter_stop_wh: int | None = None
    is_suspicious: bool = False
    limit_wh: int | None = None
    limit_soc_percent: Decimal | None = None
    limit_price_minor: int | None = None
    price_group_id: int | None = None
    price_version_id: int | None = None
    is_price_forced: bool = False
    cost_version_id: int | None = None
    vat_rate: Decimal = _NO_VAT_KNOWN
    discounts: list[dict[str, Any]] = field(default_factory=list)
    payment_method: str | None = None
    held_minor: int = 0
    failure_reason: str | None = None
    note: str | None = None
    payment_session: dict[str, Any] | None = None
    partner_side: str = "owner"
    partner_external_id: str | None = None
    partner_custom_payload: dict[str, Any] | None = None

    def paid_by(self, payer: TeamFacts | None, *, owner_operator_id: int) -> None:
        """`operator`: the payer is a team of the charge point's own operator (spec P2.5)."""
        if payer is not None:
            self.payer_organisation_id, self.payer_operator_id, self.payer_team_id = payer.organisation_id, payer.operator_id, payer.id
        self.type = "operator" if payer is not None and payer.operator_id == owner_operator_id else "external"

    def held_by(self, holder: Holder | None) -> None:
        if holder is None:
            return
        self.person_id, self.charge_key_id = holder.person_id, holder.key_id
        if holder.key_id is not None:
            self.auth_type, self.auth_id = holder.key_type, holder.key_identifier

    def priced_by(self, prices: Prices) -> None:
        """The price at the start is the price charged (house §3)."""
        if version := prices.price:
            self.price_version_id, self.price_group_id, self.currency = version.pk, version.price_group_id, version.currency
        self.cost_version_id = prices.cost.pk if prices.cost else None


COLUMNS = [one.name for one in fields(Draft)]
_JSON = {name: place for place, name in enumerate(COLUMNS) if name in ("discounts", "payment_session", "partner_custom_payload")}


def draft_at(point: PointRow, *, id: int, state: str) -> Draft:
    """A charge on this charge point: the owner's side, place and time zone."""
    return Draft(
        id=id, human_readable_id=human_readable_id(id), organisation_id=point.organisation_id, operator_id=point.operator_id,
        team_id=point.team_id, station_id=point.station_id, charge_point_id=point.id, site_id=point.site_id, type="external",
        state=state, currency=point.currency, country_id=point.country_id, time_zone=point.time_zone,
    )  # fmt: skip


def new_ids(count: int) -> list[int]:
    return [id for (id,) in fetched("SELECT nextval(pg_get_serial_sequence('charging_charge', 'id')) FROM generate_series(1, %s)", [count])]


def insert(drafts: Sequence[Draft]) -> None:
    """Write new charges in one COPY."""
    if not drafts:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY charging_charge ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for draft in drafts:
            row = [getattr(draft, column) for column in COLUMNS]
            for place in _JSON.values():
                row[place] = None if row[place] is None else Json(row[place])
            copy.write_row(row)


class VatRates:
    """Standard VAT rates where and when a charge starts, asked for once per country and day of a batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, date], Decimal] = {}

    def at(self, point: PointRow, at: datetime) -> Decimal:
        key = (point.country_id, at.astimezone(ZoneInfo(point.time_zone)).date())
        if key not in self._known:
            self._known[key] = vat_rate_on(*key)
        return self._known[key]
