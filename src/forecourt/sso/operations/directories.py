"""Connections of directories: their tokens, made, made anew, revoked."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.operators.models import Operator
from forecourt.sso.models import Directory
from forecourt.sso.queries.directories import TOKEN_PURPOSE

TOKEN_LENGTH: Final = 48
BOTH_TOKENS_LAST: Final = timedelta(hours=24)
USE_NOTED_EVERY: Final = timedelta(minutes=1)


class DirectoryRevoked(DomainError):
    """The connection of the directory was ended for good."""

    code = "directory_revoked"


@operation
def create_directory(*, actor: Actor, account: Operator, name: str, at: datetime) -> tuple[Directory, str]:
    """
    Connect a directory with an organisation's Main account, and return it with its token, which is never shown again.

    :raises Invalid: for an empty name.
    """
    checks = Checks()
    name = checks.text("name", name, limit=80)
    checks.finish()
    token = new_secret(TOKEN_LENGTH)
    directory = Directory.objects.create(
        organisation_id=account.organisation_id,
        operator=account,
        name=name,
        token_hash=keyed_hash(token, purpose=TOKEN_PURPOSE),
        created_by_id=actor.id or None,
    )
    return directory, token


@operation
def regenerate_token(*, actor: Actor, directory: Directory, at: datetime, ends_old_at_once: bool = False) -> str:
    """
    A new token, shown once. The old one is good for 24 hours more, unless it leaked; the one before it ends now.

    :raises DirectoryRevoked: if the connection was ended.
    """
    directory = locked(directory)
    if directory.revoked_at:
        raise DirectoryRevoked(_("This directory was disconnected and cannot be used again."))
    token = new_secret(TOKEN_LENGTH)
    old = (None, None) if ends_old_at_once else (directory.token_hash, at + BOTH_TOKENS_LAST)
    directory.previous_token_hash, directory.previous_token_until = old
    directory.token_hash = keyed_hash(token, purpose=TOKEN_PURPOSE)
    directory.save(update_fields=["token_hash", "previous_token_hash", "previous_token_until"])
    return token


@operation
def revoke_directory(*, actor: Actor, directory: Directory, at: datetime) -> None:
    """
    End a connection for good: its tokens stop working at once. People stay as they are; whom it kept out, the platform's people
    or another directory can let in. Revoking again changes nothing.
    """
    Directory.objects.filter(pk=directory.pk, revoked_at=None).update(revoked_at=at)


def note_use(directory: Directory, *, at: datetime) -> None:
    """When the token was last used, to the minute. `directory` was just read."""
    noted = directory.last_used_at
    if noted is None or noted < at - USE_NOTED_EVERY:
        Directory.objects.filter(pk=directory.pk).update(last_used_at=at)
