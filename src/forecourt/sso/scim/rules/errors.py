"""What a SCIM request can do wrong; `scim_type` is the protocol's own word for it (RFC 7644 §3.12)."""

from typing import ClassVar

from forecourt.kit.errors import DomainError


class ScimRefused(DomainError):
    """A directory's request that cannot be done as it is written."""

    code: ClassVar[str] = "scim_refused"
    status: ClassVar[int] = 400
    scim_type: ClassVar[str] = ""


class InvalidFilter(ScimRefused):
    """The filter of a directory's request does not follow the grammar."""

    code = "scim_invalid_filter"
    scim_type = "invalidFilter"


class InvalidPath(ScimRefused):
    """A path of a directory's request names no attribute."""

    code = "scim_invalid_path"
    scim_type = "invalidPath"


class NoTarget(ScimRefused):
    """A path of a directory's request finds nothing to change."""

    code = "scim_no_target"
    scim_type = "noTarget"


class InvalidSyntax(ScimRefused):
    """The body of a directory's request is not what the protocol asks for."""

    code = "scim_invalid_syntax"
    scim_type = "invalidSyntax"


class TooLarge(ScimRefused):
    """The body of a directory's request has more bytes than the service reads."""

    code = "scim_too_large"
    status = 413


class NotScim(ScimRefused):
    """The body of a directory's request says that it is something else than JSON."""

    code = "scim_media_type"
    status = 415


class InvalidValue(ScimRefused):
    """A value of a directory's request is missing, of another type, or not allowed."""

    code = "scim_invalid_value"
    scim_type = "invalidValue"


class Immutable(ScimRefused):
    """A directory's request changes what only the server sets."""

    code = "scim_mutability"
    scim_type = "mutability"


class NotUnique(ScimRefused):
    """The directory has another user or group of that name."""

    code = "scim_uniqueness"
    status = 409
    scim_type = "uniqueness"


class VersionMismatch(ScimRefused):
    """Somebody else changed the user or group since the directory read it."""

    code = "scim_version_mismatch"
    status = 412


class NotOfOrganisation(ScimRefused):
    """A directory reaches people whose e-mail domain its organisation has verified, and nobody else."""

    code = "scim_not_of_organisation"
    status = 403
