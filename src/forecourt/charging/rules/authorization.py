"""
Who may charge where, and whose wallet pays (spec P2.1, P2.4, P2.5). The order of the checks is the table in
`docs/domains/charging.md`; deny by default.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forecourt.charging.intents import AuthStatus


class Refusal(StrEnum):
    """Why a key, person or team may not charge here. Stable: stored as a charge's failure reason and shown by the API."""

    UNKNOWN_KEY = "unknown-key"
    KEY_BLOCKED = "key-blocked"
    KEY_EXPIRED = "key-expired"
    KEY_NOT_FOR_THIS_NETWORK = "key-not-for-this-network"
    PRIVATE_CHARGE_POINT = "private-charge-point"
    TEAM_BLOCKED = "team-blocked"
    TEAM_FROZEN = "team-frozen"
    MEMBER_MAY_NOT_PAY = "member-may-not-pay"
    COUNTRY_NOT_ALLOWED = "country-not-allowed"
    OPERATOR_NOT_ALLOWED = "operator-not-allowed"
    OUTSIDE_ALLOWED_NETWORKS = "outside-allowed-networks"
    INSUFFICIENT_FUNDS = "insufficient-funds"
    CHARGE_POINT_RESERVED = "charge-point-reserved"
    NO_CHARGE_POINT = "no-charge-point"
    NOT_ONBOARDED = "charge-point-not-onboarded"
    IN_MAINTENANCE = "charge-point-in-maintenance"


_STATUS = {Refusal.UNKNOWN_KEY: AuthStatus.INVALID, Refusal.KEY_EXPIRED: AuthStatus.EXPIRED}


def status_of(refusal: Refusal | None) -> AuthStatus:
    """OCPP 1.6 AuthorizationStatus: unknown is Invalid, out of date is Expired, known and not allowed is Blocked."""
    return AuthStatus.ACCEPTED if refusal is None else _STATUS.get(refusal, AuthStatus.BLOCKED)


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team as a payer. `needs_funds`: it pays from its wallet before the charge, not by invoice afterwards."""

    id: int
    organisation_id: int
    operator_id: int
    currency: str
    needs_funds: bool
    external_charging: str = "all"  # all, approved, own
    is_frozen: bool = False
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """An accepted member of a paying team, as far as paying goes."""

    can_pay: bool
    charge_payment_type: str = "all"  # all, operator, partner, none


@dataclass(frozen=True, slots=True)
class Holder:
    """
    Who wants to charge: a key, or a person with a team's wallet. `member` is the person's membership in `team`. Where the
    wallet may pay is the cascade's result (`teams.rules.effective`); None is everywhere.
    """

    team: TeamFacts
    person_id: int | None = None
    member: MemberFacts | None = None
    personal_team: TeamFacts | None = None
    pays_in_country_ids: frozenset[int] | None = None
    pays_at_operator_ids: frozenset[int] | None = None
    key_id: int | None = None
    key_type: str | None = None
    key_identifier: str | None = None
    is_key_blocked: bool = False
    active_until: datetime | None = None
    is_for_network: bool = True
    is_for_operator: bool = True
    may_use_point_ids: frozenset[int] = frozenset()  # private charge points that the person may use as a member of their team


@dataclass(frozen=True, slots=True)
class PointFacts:
    """
    A charge point, as far as who may charge there goes. `reserved_for_team_id`: a living reservation's payer; `maintenance_at`:
    since when it is out of service.
    """

    id: int
    organisation_id: int
    operator_id: int
    team_id: int
    country_id: int
    is_private: bool
    reserved_for_team_id: int | None = None
    is_active: bool = True  # onboarded
    maintenance_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`payer` is None when refused, except for want of funds, which only the ledger knows."""

    refusal: Refusal | None
    payer: TeamFacts | None = None


def judge(holder: Holder | None, point: PointFacts, *, at: datetime) -> Verdict:
    """Whether this holder may charge at this charge point, and which team pays. Funds are held afterwards."""
    refusal = _refused_key(holder, at) if holder is None or holder.key_id else None
    if holder is None or refusal:
        return Verdict(refusal)
    refusal = _out_of_service(point, at) or _refused_here(holder, point)
    return Verdict(refusal) if refusal else _payer(holder, point)


def _refused_key(holder: Holder | None, at: datetime) -> Refusal | None:
    if holder is None:
        return Refusal.UNKNOWN_KEY
    if holder.is_key_blocked:
        return Refusal.KEY_BLOCKED
    if holder.active_until is not None and holder.active_until <= at:
        return Refusal.KEY_EXPIRED
    return None


def _out_of_service(point: PointFacts, at: datetime) -> Refusal | None:
    if not point.is_active:
        return Refusal.NOT_ONBOARDED
    return Refusal.IN_MAINTENANCE if point.maintenance_at is not None and point.maintenance_at <= at else None


def _refused_here(holder: Holder, point: PointFacts) -> Refusal | None:
    is_own_team = holder.team.id == point.team_id
    is_own_operator = holder.team.operator_id == point.operator_id
    if not (is_own_team or (holder.is_for_operator if is_own_operator else holder.is_for_network)):
        return Refusal.KEY_NOT_FOR_THIS_NETWORK
    if point.is_private and point.id not in holder.may_use_point_ids and not (is_own_team and holder.person_id is None):
        return Refusal.PRIVATE_CHARGE_POINT
    if point.reserved_for_team_id not in (None, holder.team.id):
        return Refusal.CHARGE_POINT_RESERVED
    return None


def _payer(holder: Holder, point: PointFacts) -> Verdict:
    """The holder's team; a frozen team's member falls back to the personal wallet (spec P2.1), where a team's rules do not hold."""
    team = holder.team
    if team.is_blocked:
        return Verdict(Refusal.TEAM_BLOCKED)
    if team.is_frozen:
        personal = holder.personal_team
        if holder.key_id is None or personal is None or personal.id == team.id or personal.is_frozen or personal.is_blocked:
            return Verdict(Refusal.TEAM_FROZEN)
        return Verdict(None, personal)
    refusal = _refused_by_team(team, point) or (_refused_member(holder.member, team, point) if holder.person_id else None)
    refusal = refusal or _refused_by_cascade(holder, point)
    return Verdict(refusal) if refusal else Verdict(None, team)


def _refused_by_team(team: TeamFacts, point: PointFacts) -> Refusal | None:
    """External charging: all networks; approved: operators of the same organisation; own: the team's own charge points."""
    allowed = {
        "all": True,
        "approved": team.organisation_id == point.organisation_id,
        "own": team.id == point.team_id,
    }[team.external_charging]
    return None if allowed else Refusal.OUTSIDE_ALLOWED_NETWORKS


def _refused_by_cascade(holder: Holder, point: PointFacts) -> Refusal | None:
    """Operator → team → member group → member → key, with or without a member (spec P2.1)."""
    if holder.pays_in_country_ids is not None and point.country_id not in holder.pays_in_country_ids:
        return Refusal.COUNTRY_NOT_ALLOWED
    if holder.pays_at_operator_ids is not None and point.operator_id not in holder.pays_at_operator_ids:
        return Refusal.OPERATOR_NOT_ALLOWED
    return None


def _refused_member(member: MemberFacts | None, team: TeamFacts, point: PointFacts) -> Refusal | None:
    if member is None or not member.can_pay or member.charge_payment_type == "none":
        return Refusal.MEMBER_MAY_NOT_PAY
    allowed = {"operator": team.operator_id == point.operator_id, "partner": team.organisation_id == point.organisation_id}
    return None if allowed.get(member.charge_payment_type, True) else Refusal.OUTSIDE_ALLOWED_NETWORKS
