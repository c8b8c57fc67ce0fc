"""Why a sign-in ends. `reason` goes into the audit log, the message onto the page."""

from typing import ClassVar

from forecourt.kit.errors import DomainError


class SignInRefused(DomainError):
    """What the identity provider answered does not sign anybody in."""

    code: ClassVar[str] = "sign_in_refused"
    status: ClassVar[int] = 403

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, reason=reason)
        self.reason = reason


class ProviderDown(SignInRefused):
    """The identity provider did not answer, or not as the standard says."""

    code: ClassVar[str] = "provider_down"
    status: ClassVar[int] = 502


class UnknownKey(Exception):
    """The token names a key that the provider had not published when we asked last."""
