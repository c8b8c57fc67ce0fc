"""What sign-in asks single sign-on (registries of `kit`): where an address signs in, and what follows a sign-in or a sign-out."""

import base64
import binascii
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.identity import second_factor
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.registries import SignInWay
from forecourt.kit.secrets import CannotDecrypt, decrypt, encrypt
from forecourt.sso import queries
from forecourt.sso.models import ExternalIdentity, IdentityProvider, SsoSession
from forecourt.sso.operations import signing_in
from forecourt.sso.operations.signing_in import Assertion
from forecourt.sso.secrets import ID_TOKEN
from forecourt.teams.queries import actor_of

KEY: Final = "sso"  # session key: what a provider said of whoever is coming in
PATIENCE: Final = timedelta(minutes=10)  # to sign in the old way once


@dataclass(frozen=True, slots=True)
class Arrival:
    """An `Assertion` between the provider's answer and the end of our own sign-in. Kept in the session of that browser."""

    provider_id: int
    subject: str
    email: str
    groups: list[str] | None
    sid: str
    id_token: str  # encrypted, base64
    at: float
    shows_second_factor: bool = False

    @classmethod
    def of(cls, assertion: Assertion, *, at: datetime) -> Self:
        token = base64.b64encode(signing_in.sealed(assertion.id_token)).decode()
        groups = None if assertion.groups is None else list(assertion.groups)
        return cls(
            assertion.provider.pk, assertion.subject, assertion.email, groups, assertion.sid, token, at.timestamp(), assertion.shows_second_factor
        )  # fmt: skip

    def keep(self, request: HttpRequest) -> None:
        request.session[KEY] = asdict(self)


def arrival_of(request: HttpRequest, *, at: datetime) -> Arrival | None:
    """What a provider said in this browser, if it was just now."""
    found = request.session.get(KEY)
    arrival = Arrival(**found) if found else None
    return arrival if arrival and at.timestamp() - arrival.at < PATIENCE.total_seconds() else None


def sign_in_way(request: HttpRequest | None, email: str) -> SignInWay | None:
    """
    The provider of the address' domain. A password does it too with dual login, for break-glass Admins, and where the
    provider has just vouched for the address: to link it, the old way is shown once.
    """
    domain = queries.verified_domain(email) if "@" in email else None
    provider = domain.provider if domain else None
    if provider is None or not provider.is_active:
        return None
    arrival = arrival_of(request, at=clock.now()) if request is not None else None
    takes_password = (
        provider.password_also
        or getattr(request, "is_by_provider", False)
        or (arrival is not None and arrival.email == email.lower())
        or queries.is_named_admin(provider.operator_id, email)
    )
    return SignInWay(f"{reverse('sso-start', args=[provider.slug])}?{urlencode({'hint': email})}", takes_password)


def follow_sign_in(request: HttpRequest, person: Person) -> None:
    """Link who came through a provider, remember the browser for its sign-out and a second factor shown there, give the roles of their groups."""
    at = clock.now()
    arrival = arrival_of(request, at=at)
    request.session.pop(KEY, None)
    if arrival is None or not _is_theirs(arrival, person):
        return
    provider = IdentityProvider.objects.get(pk=arrival.provider_id)
    is_new = signing_in.note_sign_in(
        actor=actor_of(person), person=person, provider=provider, subject=arrival.subject, email=arrival.email, groups=arrival.groups,
        sid=arrival.sid, id_token=base64.b64decode(arrival.id_token), session_key=request.session.session_key or "", at=at,
    )  # fmt: skip
    if arrival.shows_second_factor or provider.asks_second_factor:
        second_factor.note_shown(request, organisation_id=provider.organisation_id)
    if is_new:
        messages.success(request, _("From now on you sign in with %(provider)s.") % {"provider": provider.name})


def _is_theirs(arrival: Arrival, person: Person) -> bool:
    """Linked before, or the provider vouches for the very address of whoever signed in."""
    linked = ExternalIdentity.objects.filter(provider_id=arrival.provider_id, subject=arrival.subject).first()
    return linked.person_id == person.pk if linked else (person.email or "").lower() == arrival.email


def sign_out_way(request: HttpRequest) -> str:
    """A page of ours that goes on to the provider's sign-out (RP-Initiated Logout); asked while the session lives."""
    rows = SsoSession.objects.filter(session_key=request.session.session_key or "").select_related("identity__provider")
    found = rows.first()
    if found is None:
        return ""
    provider: IdentityProvider = found.identity.provider
    token = bytes(found.id_token)
    rows.delete()
    if not provider.metadata.get("end_session_endpoint"):
        return ""
    sealed = base64.urlsafe_b64encode(encrypt(f"{int(clock.now().timestamp())} {decrypt(token, purpose=ID_TOKEN)}", purpose=ID_TOKEN))
    return f"{reverse('sso-signed-out', args=[provider.slug])}?{urlencode({'hint': sealed.decode()})}"


def address_keeper(person: Person) -> str:
    """Why somebody cannot change their own address: it says whose they are, so whoever left could otherwise stay. Empty if they can."""
    way = sign_in_way(None, person.email or "")
    if (way is None or way.takes_password) and not queries.is_of_directory(person):
        return ""
    return _("Your organisation keeps your e-mail address. Its administrator can change it.")


def follow_session(before: str, after: str) -> None:
    """A session goes on under another key (a changed password); the provider can still end it."""
    SsoSession.objects.filter(session_key=before).update(session_key=after)


def id_token_of(hint: str, *, at: datetime) -> str:
    """The ID token in the address of that page, for two minutes."""
    try:
        second, token = decrypt(base64.urlsafe_b64decode(hint.encode()), purpose=ID_TOKEN).split(" ", 1)
    except (CannotDecrypt, ValueError, binascii.Error):
        return ""
    return token if at.timestamp() - int(second) < 120 else ""


def connect(registries: Any) -> None:
    """Called by `project.wiring`."""
    registries.sign_in_ways.add(sign_in_way)
    registries.after_sign_in.add(follow_sign_in)
    registries.sign_out_ways.add(sign_out_way)
    registries.address_keepers.add(address_keeper)
    registries.session_moves.add(follow_session)
