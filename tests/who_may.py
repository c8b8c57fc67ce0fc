"""
Who may open each page of the portal, and who may send it a form: one row for every named URL.

People are those of `cast.py`; the object is Harbour's (Northwind's). Who is in neither list gets 403, who is in `missing` gets 404, nobody
is sent to sign in. A method that is not named answers 405. `verdict` derives what holds for a Sub-account's object and a stranger's.
"""

from dataclasses import dataclass

PEOPLE = ("ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve", "root", None)
EVERYONE = "ada oscar bea sven sue tom dora eve root"
ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Row:
    """`get`, `post`: who may; None: the page does not know the method. `nobody`: also without signing in."""

    get: str | None = None
    post: str | None = None
    missing: str = ""
    nobody: bool = False
    only: str = ""  # whose object there is at all: a Sub-account has no Sub-accounts


def verdict(row: Row, method: str, who: str | None, owner: str) -> str | int:
    """`ALLOWED`, a status, or "sign in"."""
    may = row.get if method == "get" else row.post
    if may is None:
        return 405
    if who is None:
        return "sign in" if not row.nobody else 404 if not may else ALLOWED
    stands_for = _as_at_harbour(row, who, owner)
    if stands_for in may.split():
        return ALLOWED
    return 404 if stands_for is None or stands_for in row.missing.split() else 403


def _as_at_harbour(row: Row, who: str, owner: str) -> str | None:
    """Whose verdict at Harbour this person has elsewhere; None: it is out of sight."""
    if owner == "harbour" or who == "root":
        return who
    if owner == "garden":  # Southwind's: the people of its Main account see it, its own Admin is what Ada is to Harbour
        return {"sue": "ada", "tom": None, "dora": None, "eve": None}.get(who, who)
    return "ada" if who == "eve" else None


TABLE = {
    "healthz": Row(get=EVERYONE, post=EVERYONE, nobody=True),
    "security-txt": Row(get="", missing=EVERYONE, nobody=True),  # nobody is named here
    "set-theme": Row(post=EVERYONE, nobody=True),
    "setup": Row(get="", post="", missing=EVERYONE, nobody=True),  # a wrong token finds nothing
    "stored-file": Row(get="", missing=EVERYONE, nobody=True),  # a wrong key finds nothing
    "operators": Row(get="root"),
    "operator-new": Row(get="root", post="root"),
    "operator-detail": Row(get="root", post="root"),
    "second-factor": Row(get=EVERYONE),
    "switch-account": Row(get=EVERYONE, post="ada oscar bea sven", missing="sue tom dora eve root"),  # Northwind, for those who work there
    "account-invitation-accept": Row(post="tom", missing="ada oscar bea sven sue dora eve root"),  # Tom's
    "account-invitation-reject": Row(post="tom", missing="ada oscar bea sven sue dora eve root"),
    "team-invitation-accept": Row(post="tom", missing="ada oscar bea sven sue dora eve root"),  # Tom's
    "team-invitation-reject": Row(post="tom", missing="ada oscar bea sven sue dora eve root"),
    "account": Row(get="ada oscar bea sven sue eve", missing="tom dora root"),
    "account-settings": Row(get="ada oscar bea", missing="sven sue tom dora eve root"),
    "account-edit": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "account-support": Row(get="ada oscar bea", post="ada oscar", missing="sven sue tom dora eve root"),
    "account-members": Row(get="ada oscar", missing="bea sven sue tom dora eve root"),
    "account-member-new": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "account-member-edit": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "account-member-history": Row(get="ada oscar", missing="bea sven sue tom dora eve root"),
    "account-member-resend": Row(post="ada", missing="bea sven sue tom dora eve root"),
    "account-member-block": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "account-member-unblock": Row(post="ada", missing="bea sven sue tom dora eve root"),
    "account-member-remove": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "account-security": Row(get="ada oscar", post="ada", missing="bea sven sue tom dora eve root"),
    "sub-accounts": Row(get="ada oscar bea", missing="sven sue tom dora eve root", only="harbour"),
    "sub-account-new": Row(get="ada", post="ada", missing="sven sue tom dora eve root", only="harbour"),
    "sub-account-close": Row(get="ada", post="ada", missing="sven sue tom dora eve root", only="harbour"),
    "account-themes": Row(get="ada oscar bea", missing="sven sue tom dora eve root"),
    "account-theme-new": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "account-theme-edit": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "account-theme-use": Row(post="ada oscar", missing="sven sue tom dora eve root"),
    "account-theme-default": Row(post="ada oscar", missing="sven sue tom dora eve root"),
    "account-theme-delete": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "theme-preview": Row(get=EVERYONE),
    "theme-preview-stylesheet": Row(get="", missing=EVERYONE),  # without colours there is nothing
    "theme-stylesheet": Row(get="", missing=EVERYONE, nobody=True, only="harbour"),  # a wrong key finds nothing
    "operator-invitation": Row(get="", post="", missing=EVERYONE, nobody=True),  # a wrong token finds nothing
    "my-account": Row(get=EVERYONE, post=EVERYONE),
    "my-picture": Row(post=EVERYONE),
    "my-locale": Row(post=EVERYONE),
    "my-preferences": Row(post=EVERYONE),
    "my-contact": Row(get=EVERYONE, post=EVERYONE),
    "my-contact-code": Row(get=EVERYONE, post=EVERYONE),
    "my-phone-remove": Row(get=EVERYONE, post=EVERYONE),
    "my-api-key-new": Row(get=EVERYONE, post=EVERYONE),
    "my-api-key-revoke": Row(get="", post="", missing=EVERYONE),  # nobody's own key
    "my-security": Row(get=EVERYONE),
    "my-password": Row(get=EVERYONE, post=EVERYONE),
    "my-app": Row(get=EVERYONE, post=EVERYONE),
    "my-app-remove": Row(get=EVERYONE, post=EVERYONE),
    "my-recovery-codes": Row(get=EVERYONE, post=EVERYONE),
    "my-passkey-new": Row(get=EVERYONE, post=EVERYONE),
    "my-passkey": Row(get=EVERYONE, post=EVERYONE),
    "my-passkey-remove": Row(get=EVERYONE, post=EVERYONE),
    "my-session-end": Row(post="", missing=EVERYONE),  # nobody's session
    "my-sessions-end": Row(post=EVERYONE),
    "my-data": Row(get=EVERYONE, post=EVERYONE),
    "my-deletion": Row(get=EVERYONE, post=EVERYONE),
    "teams": Row(get="ada oscar bea sven sue tom dora eve"),
    "team-new": Row(get="ada oscar sue eve", post="ada oscar sue eve"),
    "team-detail": Row(get="ada oscar bea sven tom dora", missing="sue eve root"),
    "team-edit": Row(get="ada oscar tom", post="ada oscar tom", missing="sue eve root"),
    "team-freeze": Row(get="ada", post="ada", missing="sue eve root"),
    "team-unfreeze": Row(get="ada", post="ada", missing="sue eve root"),
    "team-delete": Row(get="ada", post="ada", missing="sue eve root"),
    "team-members": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "team-member-new": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-members-chosen": Row(post="ada oscar", missing="sue tom dora eve root"),
    "team-member-upload": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-upload-run": Row(get="", missing="ada oscar sue tom dora eve root"),  # no such run
    "team-member": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "team-member-accept": Row(post="ada oscar", missing="sue tom dora eve root"),
    "team-member-reject": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-block": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-unblock": Row(post="ada oscar", missing="sue tom dora eve root"),
    "team-member-fee": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-fee-end": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-restrictions": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-leave": Row(get="tom dora", post="tom dora", missing="ada oscar bea sven sue eve root"),  # members only
    "team-join-code": Row(get="ada oscar bea sven", post="ada oscar", missing="sue tom dora eve root"),
    "team-join-code-picture": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "team-join-code-new": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-restrictions": Row(get="ada oscar bea sven tom dora", post="ada oscar tom", missing="sue eve root"),
    "team-groups": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "team-group-new": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "account-groups": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "account-group-new": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "account-restrictions": Row(get="ada oscar bea", post="ada oscar", missing="sven sue tom dora eve root"),
    "member-group-edit": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "member-group-delete": Row(get="ada", post="ada", missing="sue tom dora eve root"),
    "member-group-restrictions": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "join": Row(get=EVERYONE),
    "join-team": Row(get="", post="", missing=EVERYONE),  # a wrong code finds nothing
    "team-member-edit": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-member-resend": Row(post="ada oscar", missing="sue tom dora eve root"),
    "team-member-owner": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-import": Row(get="ada oscar sue eve", post="ada oscar sue eve"),
    "team-import-template": Row(get="ada oscar sue eve"),
    "team-run": Row(get="ada oscar", missing="sven sue tom dora eve root"),
    "team-settings": Row(get="ada oscar bea sven tom dora", post="ada oscar tom", missing="sue eve root"),
    "team-convert": Row(get="ada oscar", post="ada oscar", missing="sue eve root"),
    "team-block": Row(get="ada", post="ada", missing="sue eve root"),
    "fleet-grant": Row(get="root", post="root"),
    "feature-groups": Row(get="ada oscar bea", missing="sven sue tom dora eve root"),
    "feature-group-new": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "feature-group-edit": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "feature-group-delete": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "team-templates": Row(get="ada oscar bea", missing="sven sue tom dora eve root"),
    "team-template-new": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "team-template-edit": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "team-template-apply": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "team-template-delete": Row(get="ada oscar", post="ada oscar", missing="sven sue tom dora eve root"),
    "team-nested": Row(get="ada oscar bea sven", missing="sue tom dora eve root"),
    "team-nested-new": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-nested-edit": Row(get="ada oscar", post="ada oscar", missing="sue tom dora eve root"),
    "team-nested-accept": Row(get="", post="", missing="ada oscar sue tom dora eve root"),  # the invited team's
    "team-nested-reject": Row(get="", post="", missing="ada oscar sue tom dora eve root"),
    "team-nested-end": Row(get="ada", post="ada", missing="sue tom dora eve root"),
    "team-member-remove": Row(get="ada", post="ada", missing="sue tom dora eve root"),
    "roles": Row(get="ada oscar sue eve"),
    "overview": Row(get=EVERYONE),
    "notifications": Row(get=EVERYONE, post=EVERYONE),
    "notification-open": Row(post="tom", missing="ada oscar bea sven sue dora eve root"),  # Tom's
    "platform-emails": Row(get="root"),
    "platform-email": Row(get="root"),
    "platform-email-resend": Row(post="root"),
    "platform-operations": Row(get="root"),
    "platform-retry": Row(post="root"),
    "platform-people": Row(get="root"),
    "platform-person": Row(get="root"),
    "platform-person-sessions-end": Row(get="root", post="root"),
    "platform-person-factors-reset": Row(get="root", post="root"),
    "platform-person-lock": Row(get="root", post="root"),
    "platform-person-unlock": Row(get="root", post="root"),
    "transaction-list": Row(get="ada oscar bea sven sue tom dora eve"),
    "transaction-detail": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "transaction-refund": Row(get="ada oscar bea tom", post="ada oscar bea tom", missing="sue dora eve root"),
    "wallet-list": Row(get="ada oscar bea sven sue tom dora eve"),
    "wallet-detail": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "wallet-deposit": Row(get="", post="", missing="sue dora eve root"),  # the platform's people, where they are members
    "wallet-adjust": Row(get="ada", post="ada", missing="sue dora eve root"),
    "team-wallet": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "rate-list": Row(get="root"),
    "rate-import": Row(get="root", post="root"),
    "charge-point-log": Row(get="ada oscar sven tom", missing="bea sue dora eve root"),
    "refused-connections": Row(get="root"),
    "fee-list": Row(get="ada sue eve"),
    "fee-new": Row(get="ada sue eve", post="ada sue eve"),
    "fee-end": Row(get="root", post="root", missing="sue tom dora eve"),
    "platform-fee-list": Row(get="root"),
    "platform-fee-new": Row(get="root", post="root"),
    "charge-list": Row(get=EVERYONE),
    "charge-detail": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "charge-meter-values": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "charge-note": Row(get="ada oscar", post="ada oscar", missing="sue dora eve root"),
    "charge-end": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "charge-stop": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "charge-restart": Row(get="ada oscar tom", post="ada oscar", missing="sue dora eve root"),
    "charge-start": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-points": Row(get="ada oscar sven sue tom dora eve"),
    "charge-points-map": Row(get="ada oscar sven sue tom dora eve"),
    "charge-point-new": Row(get="ada oscar sue tom dora eve", post="ada oscar sue tom dora eve"),
    "charge-point-import": Row(get="ada oscar sue tom dora eve", post="ada oscar sue tom dora eve"),
    "charge-point-import-passwords": Row(post="ada oscar sue tom dora eve"),
    "connect": Row(get="ada oscar sue tom dora eve"),
    "charge-point": Row(get="ada oscar sven tom dora", missing="bea sue eve root"),
    "charge-point-commands": Row(get="ada oscar tom", missing="bea sue eve root"),
    "charge-point-configuration": Row(get="ada oscar sven tom", post="ada oscar tom", missing="bea sue dora eve root"),
    "charge-point-history": Row(get="ada oscar sven tom dora", missing="bea sue eve root"),
    "charge-point-edit": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-connect": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-connected": Row(get="ada oscar tom", missing="bea sue eve root"),
    "charge-point-disconnect": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-maintenance": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-exempt": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-transfer": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-delete": Row(get="ada", post="ada", missing="bea sue eve root"),
    "charge-point-read-configuration": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "charge-point-command": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "stations": Row(get="ada oscar sven sue tom dora eve"),
    "station": Row(get="ada oscar sven tom dora", missing="bea sue eve root"),
    "station-rename": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "station-password": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "station-delete": Row(get="ada", post="ada", missing="bea sue eve root"),
    "sites": Row(get="ada oscar sven sue tom dora eve"),
    "sites-map": Row(get="ada oscar sven sue tom dora eve"),
    "site-new": Row(get="ada oscar sue tom dora eve", post="ada oscar sue tom dora eve"),
    "site": Row(get="ada oscar sven tom dora", missing="bea sue eve root"),
    "site-edit": Row(get="ada oscar tom", post="ada oscar tom", missing="bea sue eve root"),
    "site-delete": Row(get="ada", post="ada", missing="bea sue eve root"),
    "charge-keys": Row(get=EVERYONE),
    "charge-key-new": Row(get="ada oscar sue tom dora eve", post="ada oscar sue tom dora eve"),
    "charge-key-edit": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "charge-key-block": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "charge-key-delete": Row(get="ada tom", post="ada tom", missing="sue dora eve root"),
    "price-groups": Row(get="ada oscar bea sven sue tom dora eve"),
    "price-group-new": Row(get="ada oscar sue tom dora eve", post="ada oscar sue tom dora eve"),  # Dora: of her personal team
    "price-group-detail": Row(get="ada oscar bea sven tom", missing="sue dora eve root"),
    "price-group-edit": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "price-group-default": Row(post="ada oscar tom", missing="sue dora eve root"),
    "price-group-apply": Row(get="ada oscar tom", post="ada oscar tom", missing="sue dora eve root"),
    "price-group-delete": Row(get="ada tom", post="ada tom", missing="sue dora eve root"),
    "audit-log": Row(get="ada oscar sue eve"),
    "audit-event": Row(get="ada oscar", missing="sue eve"),
    "audit-exports": Row(get="ada oscar sue eve", post="ada oscar sue eve"),
    "audit-keeping": Row(get="ada eve", post="ada eve"),  # of the whole organisation
    "platform-audit-keeping": Row(get="root", post="root"),
    "platform-audit": Row(get="root"),
    "platform-audit-check": Row(post="root"),
    "platform-audit-heads": Row(get="root"),
    "sso": Row(get="ada oscar eve", missing="bea sven sue tom dora root"),
    "sso-provider-new": Row(get="ada eve", post="ada eve", missing="bea sven sue tom dora root"),
    "sso-domain-new": Row(get="ada eve", post="ada eve", missing="bea sven sue tom dora root"),
    "sso-group-new": Row(get="ada eve", post="ada eve", missing="bea sven sue tom dora root"),
    "sso-named-new": Row(get="ada eve", post="ada eve", missing="bea sven sue tom dora root"),
    # Items of nobody; whose are whose: sso/tests/test_pages.py.
    "sso-provider": Row(get="", missing=EVERYONE),
    "sso-provider-test": Row(post="", missing=EVERYONE),
    "sso-domain-check": Row(post="", missing=EVERYONE),
    "sso-provider-edit": Row(get="", post="", missing=EVERYONE),
    "sso-provider-switch": Row(get="", post="", missing=EVERYONE),
    "sso-provider-remove": Row(get="", post="", missing=EVERYONE),
    "sso-domain-edit": Row(get="", post="", missing=EVERYONE),
    "sso-domain-remove": Row(get="", post="", missing=EVERYONE),
    "sso-named-remove": Row(get="", post="", missing=EVERYONE),
    "sso-group-remove": Row(get="", post="", missing=EVERYONE),
    "api-keys": Row(get="ada oscar sue eve"),
    "api-key-new": Row(get="ada sue eve", post="ada sue eve"),
    "api-key": Row(get="ada oscar", missing="bea sven sue tom dora eve root"),
    "api-key-edit": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-secret": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-revoke": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook": Row(get="ada oscar", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-edit": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-test": Row(post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-on": Row(post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-replay": Row(post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-delete": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root"),
    "api-key-webhook-entry": Row(get="ada oscar", post="ada", missing="bea sven sue tom dora eve root"),
    "directories": Row(get="ada oscar sue eve"),
    "directory-new": Row(get="ada eve", post="ada eve", missing="sue"),  # a Main account's
    "directory": Row(get="ada oscar", missing="bea sven sue tom dora eve root", only="harbour"),
    "directory-token": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root", only="harbour"),
    "directory-revoke": Row(get="ada", post="ada", missing="bea sven sue tom dora eve root", only="harbour"),
}
