"""Errors that a caller can act on. Every other exception is a bug."""

from typing import ClassVar


class DomainError(Exception):
    """
    Something the caller can understand and act on. Anything else that is raised is a bug.

    Each door translates it once: the API to its error envelope, a page to a toast, the
    gateway to an OCPP status. `code` is public and stable; the message is for people.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message, self.facts = message, facts


class NotFound(DomainError):
    """There is no such row, or it lies outside what the actor may read. The two look alike on purpose."""

    code, status = "not_found", 404


class Forbidden(DomainError):
    """The actor may read the row but may not do this to it."""

    code, status = "forbidden", 403


class Invalid(DomainError):
    """
    Input that breaks a rule. `fields` maps a field's name to its message, so that each door can show it at the field.

    `Invalid("…", fields={"name": "Enter a name."})`
    """

    code, status = "invalid", 400

    def __init__(self, message: str, *, fields: dict[str, str] | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        self.fields = fields or {}
