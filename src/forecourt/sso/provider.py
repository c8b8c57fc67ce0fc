"""What we ask an identity provider: its discovery document, its keys, tokens for a code, and who somebody is."""

import base64
import json
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from forecourt.kit import outside
from forecourt.kit.errors import Invalid
from forecourt.kit.secrets import decrypt
from forecourt.sso.errors import ProviderDown, SignInRefused
from forecourt.sso.models import IdentityProvider
from forecourt.sso.secrets import CLIENT_SECRET

REQUIRED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL: Final = ("userinfo_endpoint", "end_session_endpoint")
KEPT: Final = (
    "issuer", *REQUIRED, *OPTIONAL, "token_endpoint_auth_methods_supported", "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported", "scopes_supported",
)  # fmt: skip


def discover(issuer: str) -> dict[str, Any]:
    """
    The discovery document, as far as we use it (OpenID Connect Discovery 4).

    :raises ProviderDown: if it is not there, is another issuer's, or names addresses that may not be asked.
    """
    found = _json(outside_call("GET", issuer.rstrip("/") + "/.well-known/openid-configuration"))
    if "{" in str(found.get("issuer")):  # Microsoft's “common” and “organizations”: …/{tenantid}/v2.0
        raise ProviderDown("issuer", _("This issuer stands for every organisation at once. Enter the one of your own tenant."))
    if found.get("issuer") != issuer:
        raise ProviderDown("issuer", _("The discovery document is of another issuer: %(issuer)s") % {"issuer": found.get("issuer")})
    for name in REQUIRED:
        if not isinstance(found.get(name), str):
            raise ProviderDown("metadata", _("The discovery document lacks %(name)s.") % {"name": name})
    try:
        for name in (*REQUIRED, *OPTIONAL):
            if found.get(name):
                outside.check_url(str(found[name]), field=name)
    except Invalid as error:
        raise ProviderDown("metadata", error.message) from error
    return {name: found[name] for name in KEPT if name in found}


def keys_of(metadata: dict[str, Any]) -> dict[str, Any]:
    """
    The public keys.

    :raises ProviderDown: if they are not there.
    """
    found = _json(outside_call("GET", metadata["jwks_uri"]))
    if not isinstance(found.get("keys"), list):
        raise ProviderDown("keys", _("Your identity provider publishes no keys."))
    return {"keys": [key for key in found["keys"] if isinstance(key, dict)]}


def tokens_for(provider: IdentityProvider, *, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """
    Exchange the code (RFC 6749 4.1.3, RFC 7636).

    :raises ProviderDown: if there is no answer.
    :raises SignInRefused: if the code is not accepted.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    secret = decrypt(bytes(provider.client_secret), purpose=CLIENT_SECRET)
    methods = provider.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    answer = outside_call("POST", provider.metadata["token_endpoint"], headers=headers, body=urlencode(form).encode())
    if 400 <= answer.status < 500:
        raise SignInRefused("code", _("Your identity provider did not confirm the sign-in. Begin again."))
    found = _json(answer)
    if not isinstance(found.get("id_token"), str):
        raise SignInRefused("no_id_token", _("Your identity provider did not say who you are. Ask your administrator."))
    return found


def userinfo(provider: IdentityProvider, *, access_token: str, subject: str) -> dict[str, Any]:
    """
    What the provider adds to the ID token; nothing if it has no such page.

    :raises SignInRefused: if it speaks of somebody else (OpenID Connect Core 5.3.2).
    """
    address = provider.metadata.get("userinfo_endpoint")
    if not address or not access_token:
        return {}
    found = _json(outside_call("GET", address, headers={"Authorization": f"Bearer {access_token}"}))
    if found.get("sub") != subject:
        raise SignInRefused("subject", _("Your identity provider spoke of two people at once, so nobody was signed in."))
    return found


def outside_call(method: str, url: str, **more: Any) -> outside.Answer:
    """:raises ProviderDown: instead of `Unreachable`."""
    try:
        return outside.call(method, url, **more)
    except outside.Unreachable as error:
        raise ProviderDown("unreachable", _("Your identity provider could not be asked: %(why)s") % {"why": error.reason}) from error


def _json(answer: outside.Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderDown(
            "answer", _("Your identity provider answered in a way that we do not understand (%(status)s).") % {"status": answer.status}
        )
    return found
