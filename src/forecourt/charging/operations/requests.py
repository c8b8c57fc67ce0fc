"""What people and partners ask for: start, reserve, restart, stop."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from forecourt.access import Actor, Permission, may
from forecourt.charging.models import Charge
from forecourt.charging.operations import drafts, paying
from forecourt.charging.operations.commands import start_payload, stop_key, stop_payload
from forecourt.charging.operations.drafts import Draft, VatRates
from forecourt.charging.operations.failing import Failure, fail
from forecourt.charging.operations.promising import show_promises
from forecourt.charging.queries import points
from forecourt.charging.queries.holders import at_point, holder_by_person, memberships
from forecourt.charging.queries.nestings import Nesting, nesting_of, nestings
from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.prices import PriceAsked, is_free, prices_of
from forecourt.charging.queries.sessions import open_charges
from forecourt.charging.rules.authorization import Refusal, TeamFacts, judge
from forecourt.charging.rules.limits import Limits, broken
from forecourt.charging.rules.names import new_remote_id_tag
from forecourt.charging.words import in_words
from forecourt.kit.errors import DomainError, Forbidden, Invalid
from forecourt.kit.money import Money
from forecourt.kit.operations import locked, operation
from forecourt.network import operations as network
from forecourt.network.models import ChargePoint, Command
from forecourt.network.models.charge_points import RESERVATION_MINUTES
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team

START_LIFETIME = timedelta(seconds=60)  # as long as the command lives

# What `rules.limits.broken` says, for the translators.
LIMIT_WORDS = (
    gettext_noop("Enter a number from 1 to 500."),
    gettext_noop("Enter a number from 1 to 100."),
    gettext_noop("Enter at least 1."),
)


class ChargePointBusy(DomainError):
    """Somebody charges there, or it is promised to somebody."""

    code = "charge_point_busy"


class ChargePointNotConnected(DomainError):
    """No station is behind it that could be asked."""

    code = "charge_point_not_connected"


class ChargePointNotReservable(DomainError):
    """Its owner lets nobody reserve it."""

    code = "charge_point_not_reservable"


class ChargeRefused(DomainError):
    """This team or person may not charge there. `reason` is a `rules.authorization.Refusal`."""

    code = "charge_refused"


class ChargeAlreadyStopped(DomainError):
    code = "charge_already_stopped"


class ChargeNotStarted(DomainError):
    code = "charge_not_started"


class ChargeStillRunning(DomainError):
    code = "charge_still_running"


@dataclass(frozen=True, slots=True)
class Extras:
    """What a partner sends along. `partner_external_id` makes asking again the same request."""

    partner_external_id: str | None = None
    partner_custom_payload: dict[str, Any] | None = None
    payment_session: dict[str, Any] | None = None


NO_LIMITS, NO_EXTRAS = Limits(), Extras()


@dataclass(frozen=True, slots=True)
class Wish:
    """A charge that somebody wants."""

    point: PointRow
    team_id: int
    person_id: int | None
    limits: Limits
    start_source: str
    forced_group_id: int | None = None
    extras: Extras = field(default_factory=Extras)
    partner_side: str = Charge.PartnerSide.OWNER


@operation
def request_start(
    *,
    actor: Actor,
    charge_point: ChargePoint,
    payer_team: Team,
    person_id: int | None = None,
    limits: Limits = NO_LIMITS,
    start_source: str = "server-api",
    price_group_id: int | None = None,
    extras: Extras = NO_EXTRAS,
    at: datetime,
) -> Charge:
    """
    Ask a station to start a charge that a team pays for. It is `starting` until the station starts it, for 60 seconds.

    `person_id` is the driver, who must be allowed to pay with that team's wallet; without one, whoever asks answers for the
    team. Money is held now. Asking again with the same `partner_external_id` returns the first charge. Beside itself: the
    charge point's row is locked.

    :raises Invalid: if a limit is out of bounds.
    :raises ChargePointNotConnected: if it has no station.
    :raises ChargePointBusy: if it runs a charge or is promised.
    :raises ChargeRefused: if the team or person may not charge there, or has no funds.
    """
    wish = _wish(actor, charge_point.pk, payer_team.pk, person_id, limits, start_source, price_group_id, extras)
    if known := _asked_before(wish):
        return known
    _refuse_if_busy(wish.point)
    draft = _draft(wish, state=Charge.State.STARTING, at=at)
    draft.remote_id_tag, draft.expires_at = new_remote_id_tag(), at + START_LIFETIME
    drafts.insert([draft])
    show_promises([wish.point.id], at=at)
    charge = Charge.objects.get(pk=draft.id)
    _ask_to_start(actor, charge, at=at)
    return charge


@operation
def reserve(
    *,
    actor: Actor,
    charge_point: ChargePoint,
    payer_team: Team,
    person_id: int | None = None,
    limits: Limits = NO_LIMITS,
    start_source: str = "server-api",
    price_group_id: int | None = None,
    extras: Extras = NO_EXTRAS,
    at: datetime,
) -> Charge:
    """
    Promise a charge point to a team, for its own reservation time or 15 minutes; `restart` starts the charge, and so does
    a key of that team. The price is that of the reservation.

    :raises ChargePointNotReservable: if its owner does not have it reserved (spec P2.2).
    Also raises what `request_start` raises.
    """
    wish = _wish(actor, charge_point.pk, payer_team.pk, person_id, limits, start_source, price_group_id, extras)
    if known := _asked_before(wish):
        return known
    if not charge_point.is_reservable:
        raise ChargePointNotReservable(_("This charge point cannot be reserved."))
    _refuse_if_busy(wish.point)
    draft = _draft(wish, state=Charge.State.RESERVED, at=at)
    draft.expires_at = at + timedelta(minutes=charge_point.reservation_minutes or RESERVATION_MINUTES)
    drafts.insert([draft])
    show_promises([wish.point.id], at=at)
    return Charge.objects.get(pk=draft.id)


@operation
def restart(*, actor: Actor, charge: Charge, at: datetime) -> Charge:
    """
    Start a reserved charge, or start again after one that has ended: a new charge on the same charge point, of the same
    payer and driver, with the same limits; at the price that was chosen for it, if the actor could choose that. What a partner
    sent along was of that charge alone.

    :raises Forbidden: if the actor may not spend the payer's wallet: the owner of a charge point does not charge at others' cost.
    :raises ChargeStillRunning: if it has started and not stopped, or is being started.
    Also raises what `request_start` raises.
    """
    points.point(charge.charge_point_id)  # locked before the charge, as everywhere
    charge = locked(charge)
    if charge.payer_team_id is not None and not may(Team.objects, actor=actor, id=charge.payer_team_id, needs=Permission.WALLET_SPEND):
        raise Forbidden(_("You may not spend this team's wallet."), permission=Permission.WALLET_SPEND.value)
    if charge.state == Charge.State.RESERVED:
        charge.state, charge.remote_id_tag, charge.expires_at = Charge.State.STARTING, new_remote_id_tag(), at + START_LIFETIME
        charge.save(update_fields=["state", "remote_id_tag", "expires_at"])
        _ask_to_start(actor, charge, at=at)
        return charge
    if charge.stopped_at is None and charge.failed_at is None:
        raise ChargeStillRunning(_("This charge is still running."))
    if charge.payer_team is None:
        raise ChargeRefused(_("Nobody pays for this charge."), reason=Refusal.UNKNOWN_KEY)
    price = Money(charge.limit_price_minor, charge.currency).major if charge.limit_price_minor else None
    return request_start(
        actor=actor,
        charge_point=charge.charge_point,
        payer_team=charge.payer_team,
        person_id=charge.person_id,
        limits=Limits(charge.limit_wh, charge.limit_soc_percent, price),
        start_source=charge.start_source or "server-api",
        price_group_id=_forced_again(actor, charge),
        at=at,
    )


def _forced_again(actor: Actor, charge: Charge) -> int | None:
    """The price is the owner's to choose: a payer who starts again does not repeat a favour."""
    if charge.price_group_id is None or not charge.is_price_forced:
        return None
    groups = PriceGroup.objects.within(actor.scope(Permission.CHARGE_START)).filter(deleted_at=None, pk=charge.price_group_id)
    return charge.price_group_id if groups.exists() else None


@operation
def request_stop(*, actor: Actor, charge: Charge, at: datetime) -> Command | None:
    """
    Ask the station to stop a charge: it stops when the station says so, not now. A reservation is given up at once (None).

    :raises ChargeAlreadyStopped: if it has stopped or failed. Asking again while a request is open returns the open one.
    :raises ChargeNotStarted: if the station has not started it yet.
    """
    points.point(charge.charge_point_id)  # locked before the charge, as everywhere
    charge = locked(charge)
    if charge.state in (Charge.State.RESERVED, Charge.State.SCHEDULED):
        fail({charge.pk: Failure("cancelled", at)})
        return None
    if charge.stopped_at or charge.failed_at:
        raise ChargeAlreadyStopped(_("This charge has already stopped."), stopped_at=charge.stopped_at)
    if charge.station is None or charge.transaction_id is None:
        raise ChargeNotStarted(_("The station has not started this charge yet."))
    command = network.request_command(
        actor=actor, station=charge.station, charge_point=charge.charge_point, action=Command.Action.STOP,
        payload=stop_payload(charge.transaction_id), key=stop_key(charge.pk), charge_id=charge.pk, at=at,
    )  # fmt: skip
    if charge.state != Charge.State.STOPPING:
        charge.state = Charge.State.STOPPING
        charge.save(update_fields=["state"])
    return command


def _ask_to_start(actor: Actor, charge: Charge, *, at: datetime) -> None:
    number = charge.charge_point.number
    if charge.station is None or number is None:
        raise ChargePointNotConnected(_("This charge point has no station."))
    network.request_command(
        actor=actor, station=charge.station, charge_point=charge.charge_point, action=Command.Action.START,
        payload=start_payload(number=number, id_tag=charge.remote_id_tag or ""), key=f"start:{charge.pk}", charge_id=charge.pk, at=at,
    )  # fmt: skip


def _wish(
    actor: Actor, charge_point_id: int, team_id: int, person_id: int | None, limits: Limits, start_source: str, group_id: int | None,
    extras: Extras,
) -> Wish:  # fmt: skip
    if fields := broken(limits):
        raise Invalid(_("A limit is out of its bounds."), fields={name: _(says) for name, says in fields.items()})
    point = points.point(charge_point_id)
    if point is None or point.station_id is None:
        raise ChargePointNotConnected(_("This charge point has no station."))
    return Wish(point, team_id, person_id, limits, start_source, group_id, extras, _partner_side(actor, point.id, extras))


def _partner_side(actor: Actor, charge_point_id: int, extras: Extras) -> str:
    """Who may start charges as the owner of the charge point sets the owner's fields; anybody else the payer's."""
    is_owner = extras == NO_EXTRAS or may(ChargePoint.objects, actor=actor, id=charge_point_id, needs=Permission.CHARGE_START)
    return Charge.PartnerSide.OWNER if is_owner else Charge.PartnerSide.PAYER


def _asked_before(wish: Wish) -> Charge | None:
    key = wish.extras.partner_external_id
    if key is None:
        return None
    return Charge.objects.filter(
        operator_id=wish.point.operator_id, partner_external_id=key, partner_side=wish.partner_side, charge_point_id=wish.point.id,
        payer_team=wish.team_id,
    ).first()  # fmt: skip


def _refuse_if_busy(point: PointRow) -> None:
    taken = [charge for charge in open_charges([point.id]) if charge.stopped_at is None]
    if taken:
        is_reserved = taken[0].state == Charge.State.RESERVED
        says = _("This charge point is reserved.") if is_reserved else _("This charge point is in use or promised to somebody.")
        raise ChargePointBusy(says, charge_id=taken[0].id)


def _draft(wish: Wish, *, state: str, at: datetime) -> Draft:
    payer, nesting = _payer(wish, at)
    prices = prices_of([PriceAsked(wish.point, wish.person_id, nesting, at, wish.forced_group_id)])[0]
    draft = drafts.draft_at(wish.point, id=drafts.new_ids(1)[0], state=state)
    draft.paid_by(payer, owner_operator_id=wish.point.operator_id)
    draft.priced_by(prices)
    draft.is_price_forced = wish.forced_group_id is not None
    draft.person_id, draft.start_source, draft.vat_rate = wish.person_id, wish.start_source, VatRates().at(wish.point, at)
    draft.member_id = _member_id(wish)
    draft.auth_type, draft.auth_id = ("app", str(wish.person_id)) if wish.person_id else (None, None)
    draft.limit_wh, draft.limit_soc_percent = wish.limits.wh, wish.limits.soc_percent
    draft.limit_price_minor = wish.limits.price_minor(draft.currency)
    draft.partner_external_id, draft.partner_custom_payload = wish.extras.partner_external_id, wish.extras.partner_custom_payload
    draft.payment_session, draft.partner_side = wish.extras.payment_session, wish.partner_side
    draft.payment_method = paying.payment_method(payer, is_free=is_free(prices))
    if payer.needs_funds and not is_free(prices):
        draft.held_minor = _held(draft.id, payer, at)
    return draft


def _member_id(wish: Wish) -> int | None:
    pair = (wish.person_id or 0, wish.point.team_id)
    member = memberships([pair]).get(pair)
    return member.id if member else None


def _held(charge_id: int, payer: TeamFacts, at: datetime) -> int:
    held = paying.hold([paying.Claim(charge_id, payer.id, payer.currency)], at=at)
    if charge_id not in held:
        raise ChargeRefused(_("The team's wallet does not have enough funds."), reason=Refusal.INSUFFICIENT_FUNDS)
    return held[charge_id]


def _payer(wish: Wish, at: datetime) -> tuple[TeamFacts, Nesting | None]:
    """Which team pays, and the nested relation by which the person charges here."""
    holder = holder_by_person(team_id=wish.team_id, person_id=wish.person_id)
    if holder is None:
        raise ChargeRefused(_("There is no such team."), reason=Refusal.TEAM_BLOCKED)
    members = memberships([(wish.person_id or 0, wish.point.team_id)])
    nesting = nesting_of(holder, wish.point, nestings([(holder, wish.point)]))
    verdict = judge(at_point(holder, wish.point, members, is_nested=nesting is not None), wish.point.facts(), at=at)
    if verdict.payer is None:
        raise ChargeRefused(str(in_words(verdict.refusal)), reason=verdict.refusal)
    return verdict.payer, nesting
