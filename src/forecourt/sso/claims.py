"""What a checked ID token says of somebody: their address, their groups, how they signed in. Pure; `tokens` checked who speaks."""

from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.sso.errors import SignInRefused
from forecourt.sso.models import IdentityProvider

_YES: Final = (True, "true", 1, "1")  # Microsoft sends `xms_edov` as a number or a text, too
_SEVERAL_FACTORS: Final = "mfa"  # RFC 8176; every other value names one method alone


def address(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """
    The e-mail address that the provider vouches for, in lower case.

    Microsoft sends no `email_verified`: there the tenant is pinned, `xms_edov` may say no, and `preferred_username` stands in for
    a missing address (decision 0005). Whether its domain is the organisation's is asked elsewhere.

    :raises SignInRefused: if it vouches for none, or speaks for another tenant.
    """
    is_microsoft = provider.kind == IdentityProvider.Kind.MICROSOFT
    if is_microsoft and claims.get("tid") != provider.tenant_id:
        raise SignInRefused("tenant", _("You signed in with an account of another organisation."))
    email = claims.get("email") or (claims.get("preferred_username") if is_microsoft else None)
    said = [claims[name] for name in ("email_verified", *(("xms_edov",) if is_microsoft else ())) if claims.get(name) is not None]
    is_vouched_for = all(one in _YES for one in said) and (bool(said) or is_microsoft)
    if not isinstance(email, str) or not email.strip() or not is_vouched_for:
        raise SignInRefused("email_unverified", _("Your identity provider has not verified your e-mail address. Ask your administrator."))
    return email.strip().lower()


def groups(claims: dict[str, Any], name: str) -> tuple[str, ...] | None:
    """
    Their groups, at most 500. None if the token does not say because there are too many: Microsoft then names a page to ask
    (`_claim_names`, OpenID Connect Core 5.6.2), and nobody may lose a role for being in many groups.
    """
    found, elsewhere = claims.get(name), claims.get("_claim_names")
    if found is None and (claims.get("hasgroups") is True or (isinstance(elsewhere, dict) and name in elsewhere)):
        return None
    return tuple(str(group)[:255] for group in found[:500]) if isinstance(found, list) else (found[:255],) if isinstance(found, str) else ()


def tells_groups(claims: dict[str, Any], name: str) -> bool:
    return name in claims or groups(claims, name) is None


def shows_second_factor(claims: dict[str, Any]) -> bool:
    """Whether the provider says that it asked for a second factor (`amr`, OpenID Connect Core 2)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and _SEVERAL_FACTORS in methods
