"""Reads about one person, for their own pages."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from forecourt.identity import rules
from forecourt.identity.models import DataExport, Person
from forecourt.kit import registries

Type = Authenticator.Type
SECOND_FACTORS = (Type.TOTP, Type.WEBAUTHN)  # recovery codes only stand in for one of these


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_passwordless: bool | None


@dataclass(frozen=True, slots=True)
class SecurityFacts:
    """How somebody signs in. `app_since`: of the authenticator app, None without one."""

    has_password: bool
    app_since: datetime | None
    codes_left: int
    passkeys: tuple[PasskeyRow, ...]

    @property
    def has_second_factor(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


def with_second_factor(column: str) -> Exists:
    """Of a row: whether the person whose id stands in this column has an authenticator app or a passkey."""
    return Exists(Authenticator.objects.filter(user_id=OuterRef(column), type__in=SECOND_FACTORS))


def has_second_factor(person_id: int) -> bool:
    """Whether a person has an authenticator app or a passkey. One query."""
    return bool(Authenticator.objects.filter(user_id=person_id, type__in=SECOND_FACTORS).exists())


def signs_in_elsewhere(person: Person) -> bool:
    """Their organisation signs them in, and a password does nothing (spec §1, §5)."""
    way = registries.sign_in_way(None, person.email or "")
    return way is not None and not way.takes_password


def security_of(person: Person) -> SecurityFacts:
    """One query."""
    found = list(Authenticator.objects.filter(user_id=person.pk).order_by("created_at"))
    app = next((one for one in found if one.type == Type.TOTP), None)
    codes = next((one for one in found if one.type == Type.RECOVERY_CODES), None)
    return SecurityFacts(
        has_password=person.has_password and not signs_in_elsewhere(person),
        app_since=app.created_at if app else None,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        passkeys=tuple(_passkey(one) for one in found if one.type == Type.WEBAUTHN),
    )


def _passkey(row: Authenticator) -> PasskeyRow:
    key = row.wrap()
    return PasskeyRow(row.pk, key.name, row.created_at, row.last_used_at, key.is_passwordless)


def sessions_of(person_id: int, *, current_key: str | None, at: datetime) -> list[SessionRow]:
    """Where somebody is signed in, this browser first, then the last used. Two queries."""
    rows = list(UserSession.objects.filter(user_id=person_id).order_by("-last_seen_at"))
    living = set(
        Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=at).values_list("session_key", flat=True)
    )
    drawn = [
        SessionRow(row.pk, rules.device(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == current_key)
        for row in rows
        if row.session_key in living
    ]
    return sorted(drawn, key=lambda row: not row.is_current)


def newest_export(person_id: int) -> DataExport | None:
    """The data export that somebody asked for last."""
    return DataExport.objects.filter(person_id=person_id).order_by("-id").first()
