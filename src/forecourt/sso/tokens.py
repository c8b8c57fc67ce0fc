"""
Tokens of identity providers: OpenID Connect Core 3.1.3.7, and Back-Channel Logout 2.6.

Only asymmetric signatures of keys that the provider publishes: never `none`, never HMAC. The key's type must fit the algorithm.
"""

import base64
import hashlib
import hmac
from typing import Any, Final

import jwt
from django.utils.translation import gettext as _

from forecourt.sso.errors import SignInRefused, UnknownKey

ALGORITHMS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
LEEWAY: Final = 60  # seconds between our clock and theirs
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not_yet_valid"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.MissingRequiredClaimError, "claim_missing"),
    (jwt.InvalidSignatureError, "signature"),
)


def id_token_claims(token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str, access_token: str = "") -> dict[str, Any]:
    """
    What an ID token says, once it is sure who says it, to whom, and in answer to which request.

    :raises SignInRefused: with the reason.
    :raises UnknownKey: if its key is not among `keys`.
    """
    claims = _verified(token, keys=keys, issuer=issuer, client_id=client_id, required=["iss", "aud", "exp", "iat", "sub"])
    _check_party(claims, client_id)
    if not _is_same(claims.get("nonce", ""), nonce):
        raise _refused("nonce")
    if "at_hash" in claims and not _is_same(claims["at_hash"], _half_hash(access_token)):
        raise _refused("at_hash")
    return claims


def logout_claims(token: str, *, keys: dict[str, Any], issuer: str, client_id: str) -> dict[str, Any]:
    """
    What a logout token says.

    :raises SignInRefused: with the reason.
    :raises UnknownKey: if its key is not among `keys`.
    """
    claims = _verified(token, keys=keys, issuer=issuer, client_id=client_id, required=["iss", "aud", "exp", "iat", "jti"])
    if jwt.get_unverified_header(token).get("typ", "JWT").lower() not in ("jwt", "logout+jwt"):
        raise _refused("token_type")
    if not isinstance(claims.get("events"), dict) or LOGOUT_EVENT not in claims["events"] or "nonce" in claims:
        raise _refused("not_a_logout")
    if not (claims.get("sub") or claims.get("sid")):
        raise _refused("claim_missing")
    return claims


def _verified(token: str, *, keys: dict[str, Any], issuer: str, client_id: str, required: list[str]) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise _refused("algorithm")
        key = jwt.PyJWK(_key(keys, header.get("kid"), ALGORITHMS[algorithm]), algorithm=algorithm)
        return jwt.decode(
            token, key, algorithms=[algorithm], audience=client_id, issuer=issuer, leeway=LEEWAY, options={"require": required}
        )
    except jwt.PyJWTError as error:
        raise _refused(next((reason for kind, reason in _REASONS if isinstance(error, kind)), "token")) from error


def _key(keys: dict[str, Any], kid: object, kind: str) -> dict[str, Any]:
    """The key of that name; without a name, the only one that fits."""
    fitting = [key for key in keys.get("keys", []) if key.get("kty") == kind and key.get("use", "sig") == "sig"]
    found = [key for key in fitting if key.get("kid") == kid] if kid is not None else fitting
    if len(found) != 1:
        raise UnknownKey
    return dict(found[0])


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """`azp` names who the token was made for; it must be there if there are several (Core 3.1.3.7, 3 to 5)."""
    audience = claims["aud"]
    has_several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", "" if has_several else client_id) != client_id:
        raise _refused("audience")


def _is_same(said: object, expected: str) -> bool:
    return hmac.compare_digest(str(said).encode(), expected.encode())


def _half_hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _refused(reason: str) -> SignInRefused:
    return SignInRefused(reason, _("The answer of your identity provider could not be trusted, so nobody was signed in. Try again."))
