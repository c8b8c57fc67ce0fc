"""A sign-in through a provider, from the first redirect to the person; and its end by back channel."""

import base64
import hashlib
import secrets as random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.audit import operations as audit
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import decrypt, encrypt, keyed_hash
from forecourt.sso import claims, tokens
from forecourt.sso import provider as remote
from forecourt.sso.errors import SignInRefused, UnknownKey
from forecourt.sso.models import EmailDomain, ExternalIdentity, GroupRole, IdentityProvider, LogoutToken, SsoAttempt, SsoSession
from forecourt.sso.operations import group_roles
from forecourt.sso.operations.providers import refresh_keys, renew_keys
from forecourt.sso.queries.domains import domain_of
from forecourt.sso.secrets import ID_TOKEN, VERIFIER
from forecourt.teams import operations as teams
from forecourt.teams.queries import actor_of

LIFETIME: Final = timedelta(minutes=10)
SYSTEM = Actor.system("single sign-on")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a provider says of somebody, checked."""

    provider: IdentityProvider
    subject: str
    email: str
    first_name: str
    last_name: str
    groups: tuple[str, ...] | None  # None: too many to say
    shows_second_factor: bool
    sid: str
    id_token: str


def redirect_uri(provider: IdentityProvider) -> str:
    """Where the provider sends people back; an Admin enters it there."""
    return f"{settings.PUBLIC_URL}/accounts/sso/{provider.slug}/callback/"


@operation
def begin(*, actor: Actor, provider: IdentityProvider, kind: str, browser: str, next_url: str, at: datetime, hint: str = "") -> str:
    """Remember that this browser goes to the provider; the address there (authorization code, PKCE, state, nonce)."""
    state, nonce, verifier = (random.token_urlsafe(32) for _part in range(3))
    SsoAttempt.objects.create(
        provider=provider, kind=kind, state_hash=_hashed(state), browser_hash=_hashed(browser), nonce=nonce,
        verifier=encrypt(verifier, purpose=VERIFIER), next_url=next_url[:500], expires_at=at + LIFETIME,
    )  # fmt: skip
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri(provider),
        "scope": " ".join(
            ["openid", "email", "profile", *(["groups"] if "groups" in provider.metadata.get("scopes_supported", []) else [])]
        ),
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    address = provider.metadata["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query | ({'login_hint': hint} if hint else {}))}"


@operation
def take_attempt(*, provider: IdentityProvider, state: str, browser: str, at: datetime) -> SsoAttempt:
    """
    The attempt that an answer belongs to. It is used up.

    :raises SignInRefused: if there is none, or it is over, or it began elsewhere.
    """
    row = SsoAttempt.objects.select_for_update().filter(provider=provider, state_hash=_hashed(state)).first()
    if row is None or row.expires_at <= at or bytes(row.browser_hash) != _hashed(browser):
        raise SignInRefused("state", _("This sign-in is too old, was used before, or began in another browser. Begin again."))
    row.delete()
    return row


def assertion_of(*, provider: IdentityProvider, attempt: SsoAttempt, code: str, at: datetime) -> Assertion:
    """
    Exchange the code and check everything that comes back. Asks the provider; no transaction.

    :raises SignInRefused: with the reason.
    """
    verifier = decrypt(bytes(attempt.verifier), purpose=VERIFIER)
    answer = remote.tokens_for(provider, code=code, verifier=verifier, redirect_uri=redirect_uri(provider))
    access = str(answer.get("access_token", ""))
    token = _with_fresh_keys(
        provider,
        lambda: tokens.id_token_claims(
            answer["id_token"], keys=provider.keys, issuer=provider.issuer, client_id=provider.client_id, nonce=attempt.nonce, access_token=access
        ),
        at=at,
    )  # fmt: skip
    says_all = "email" in token and (claims.tells_groups(token, provider.groups_claim) or not _has_groups(provider))
    said = token if says_all else remote.userinfo(provider, access_token=access, subject=token["sub"]) | token
    return Assertion(
        provider=provider, subject=str(token["sub"])[:255], email=_email(provider, said),
        first_name=str(said.get("given_name") or "")[:80], last_name=str(said.get("family_name") or "")[:80],
        groups=claims.groups(said, provider.groups_claim), shows_second_factor=claims.shows_second_factor(token),
        sid=str(token.get("sid") or "")[:255], id_token=answer["id_token"],
    )  # fmt: skip


def _with_fresh_keys(provider: IdentityProvider, check: Callable[[], dict[str, Any]], *, at: datetime) -> dict[str, Any]:
    """A key that we do not know may be new, and so may one of a name that we know: ask once more."""
    renew_keys(provider, at=at)
    try:
        return check()
    except UnknownKey:
        refresh_keys(provider, at=at)
    except SignInRefused as refusal:
        if refusal.reason != "signature" or not refresh_keys(provider, at=at):
            raise
    try:
        return check()
    except UnknownKey as error:
        raise SignInRefused(
            "key", _("Your identity provider signed with a key that it does not publish, so nobody was signed in.")
        ) from error


def _has_groups(provider: IdentityProvider) -> bool:
    """Whether any group brings a role: then a token without groups is no answer yet, for some providers tell them elsewhere."""
    return GroupRole.objects.filter(organisation_id=provider.organisation_id).exists()


def _email(provider: IdentityProvider, said: dict[str, Any]) -> str:
    """The address, if the provider vouches for it and it lies in a proved domain of this provider."""
    email = claims.address(provider, said)
    if provider.kind == IdentityProvider.Kind.GOOGLE and not _proved(provider).filter(domain=domain_of(str(said.get("hd") or ""))).exists():
        raise SignInRefused("hosted_domain", _("This Google account is not managed by your organisation. Sign in with your work account."))
    _check_domain(provider, email)
    return email


def _check_domain(provider: IdentityProvider, email: str) -> None:
    if not _proved(provider).filter(domain=domain_of(email)).exists():
        raise SignInRefused("email_domain", _("Your e-mail address is not in a domain that this identity provider may sign in."))


def _proved(provider: IdentityProvider) -> QuerySet[EmailDomain]:
    return EmailDomain.objects.filter(provider=provider, verified_at__isnull=False, deleted_at=None)


def person_for(assertion: Assertion) -> tuple[Person | None, bool]:
    """
    Who that is, and whether they may come in at once. Somebody who has another way of signing in shows it once before the
    two are linked; who has none (invited, or made by a directory) comes in.

    :raises SignInRefused: if the address is linked to another subject, or the linked person has left the provider's domains.
    """
    linked = ExternalIdentity.objects.filter(provider=assertion.provider, subject=assertion.subject).select_related("person").first()
    if linked:
        _check_domain(assertion.provider, linked.person.email or "")
        return linked.person, True
    person = Person.objects.filter(email__iexact=assertion.email, deleted_at=None).first()
    if person is None:
        return None, False
    if ExternalIdentity.objects.filter(provider=assertion.provider, person=person).exists():
        raise SignInRefused("subject", _("Your address belongs to another account of your identity provider. Ask your administrator."))
    has_other_way = person.has_password or bool(person.platform_role) or Authenticator.objects.filter(user_id=person.pk).exists()
    return person, not has_other_way


@operation
def create_person(*, assertion: Assertion, language: str, at: datetime, actor: Actor = SYSTEM) -> Person:
    """
    Somebody new, with a personal team and no role.

    :raises SignInRefused: if the provider makes no accounts.
    """
    if not assertion.provider.creates_people:
        raise SignInRefused("no_account", _("You have no account here yet. Ask an administrator of your organisation for an invitation."))
    person = teams.welcome_person(
        actor=actor, at=at, email=assertion.email, first_name=assertion.first_name, last_name=assertion.last_name, language=language
    )
    return identity.verify_email(actor=actor, person=person, at=at)


@operation
def note_sign_in(
    *, actor: Actor, person: Person, provider: IdentityProvider, subject: str, email: str, groups: list[str] | None, sid: str,
    id_token: bytes, session_key: str, at: datetime,
) -> bool:  # fmt: skip
    """
    The person came in: link them if they are new to the provider, remember the browser, give the roles of their groups
    (None: they are too many for the token, so the roles stay). Whether they were linked now. The provider's row is locked, so two first sign-ins make one link.
    """
    provider = locked(provider)
    if provider.deleted_at:
        return False
    row, is_new = ExternalIdentity.objects.get_or_create(
        provider=provider, subject=subject,
        defaults={
            "organisation_id": provider.organisation_id, "operator_id": provider.operator_id, "person": person, "email": email,
            "linked_at": at, "last_sign_in_at": at,
        },
    )  # fmt: skip
    if row.person_id != person.pk:
        return False
    row.email, row.last_sign_in_at = email, at
    row.save(update_fields=["email", "last_sign_in_at"])
    SsoSession.objects.filter(session_key=session_key).delete()
    SsoSession.objects.create(identity=row, sid=sid, session_key=session_key, id_token=id_token, created_at=at)
    if groups is not None:
        group_roles.apply(person_id=person.pk, organisation_id=provider.organisation_id, groups=groups, source=f"oidc:{provider.pk}", at=at)
    return is_new


def sealed(id_token: str) -> bytes:
    return encrypt(id_token, purpose=ID_TOKEN)


def back_channel(*, provider: IdentityProvider, token: str, at: datetime) -> int:
    """
    The provider signs somebody out: every browser that `sid` names, or all of `sub`. How many ended; the same token again ends none.

    :raises SignInRefused: if the token is not a logout of this provider's.
    """
    said = _with_fresh_keys(
        provider,
        lambda: tokens.logout_claims(token, keys=provider.keys, issuer=provider.issuer, client_id=provider.client_id),
        at=at,
    )
    return _end(actor=SYSTEM, provider=provider, said=said, at=at)


@operation
def _end(*, actor: Actor, provider: IdentityProvider, said: dict[str, Any], at: datetime) -> int:
    try:
        with transaction.atomic():
            LogoutToken.objects.create(provider=provider, jti=str(said["jti"])[:255], expires_at=_forgotten_at(said, at))
    except IntegrityError:
        return 0
    rows = SsoSession.objects.filter(identity__provider=provider)
    if said.get("sub"):
        rows = rows.filter(identity__subject=said["sub"])
    if said.get("sid"):  # whose sign-in named no session is meant if the person is
        rows = rows.filter(Q(sid=said["sid"]) | Q(sid="")) if said.get("sub") else rows.filter(sid=said["sid"])
    found = list(rows.filter(session_key__in=Session.objects.values("session_key")).select_related("identity__person"))
    rows.delete()
    for person in {row.identity.person for row in found}:
        audit.record_session(
            actor=actor_of(person), action="signed_out", at=at, context={"reason": "back_channel", "provider": provider.name}
        )
    return identity.end_sessions_of(actor=actor, keys=[row.session_key for row in found], at=at)


def _forgotten_at(said: dict[str, Any], at: datetime) -> datetime:
    """A token is remembered for as long as it could be shown again, at least a day."""
    try:
        ends = datetime.fromtimestamp(int(said["exp"]) + tokens.LEEWAY, tz=UTC)
    except (OverflowError, ValueError):
        ends = datetime.max.replace(tzinfo=UTC)
    return max(ends, at + timedelta(days=1))


def purge(*, at: datetime) -> None:
    """Attempts and logout tokens whose time is over, and sessions that ended by themselves."""
    SsoAttempt.objects.filter(expires_at__lte=at).delete()
    LogoutToken.objects.filter(expires_at__lte=at).delete()
    SsoSession.objects.filter(created_at__lt=at - timedelta(hours=1)).exclude(
        session_key__in=Session.objects.values("session_key")
    ).delete()


def _hashed(text: str) -> bytes:
    return keyed_hash(text, purpose="sso-attempt")
