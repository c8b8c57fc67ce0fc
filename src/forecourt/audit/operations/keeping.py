"""Where the log goes and how long it is kept: what an organisation's Admins, and the platform's, set."""

import base64
import secrets as randomness
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.audit import rules
from forecourt.audit.models import Retention, Stream
from forecourt.audit.operations.streaming import PURPOSE
from forecourt.audit.queries import streams
from forecourt.kit import outside
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.kit.secrets import encrypt

SECRET_BYTES = 32


@operation
def set_stream(
    *, actor: Actor, organisation_id: int | None, kind: str, url: str, is_on: bool, from_beginning: bool, at: datetime
) -> tuple[Stream, str]:
    """
    Say where the log goes, and the secret of a new HTTPS stream (empty otherwise; it is shown once). One that exists goes on
    from its cursor, also at a new address; `from_beginning` sends everything again. A new one begins with what is sealed next.

    :raises Invalid: at `url` (not https, private) or `kind` (no folder for files is configured).
    """
    is_file = kind == Stream.Kind.FILE
    if is_file and not settings.AUDIT_STREAM_DIR:
        message = _("This installation has no folder for files of the audit log.")
        raise Invalid(message, fields={"kind": message})
    if not is_file:
        outside.check_url(url, field="url")
    stream = Stream.objects.select_for_update().filter(organisation_id=organisation_id).first()
    if stream is None:
        stream = Stream(organisation_id=organisation_id, cursor=_newest(), sequence=streams.head_sequence(organisation_id))
    secret = "" if is_file or stream.secret_encrypted else new_secret()
    changed: dict[str, Any] = {
        "kind": kind, "url": "" if is_file else url, "is_on": is_on, "attempts": 0, "failing_since": None, "last_error": "", "next_attempt_at": None,
        "leased_until": None, "given_up_at": None,
    }  # fmt: skip
    if secret:
        changed["secret_encrypted"] = encrypt(secret, purpose=PURPOSE)
    if from_beginning:
        changed |= {"cursor": 0, "sequence": 0}
    for name, value in changed.items():
        setattr(stream, name, value)
    stream.save()
    return stream, secret


@operation
def renew_secret(*, actor: Actor, stream: Stream, at: datetime) -> str:
    """A new signing secret, shown once; the old one signs nothing from now on."""
    secret = new_secret()
    Stream.objects.filter(pk=stream.pk).update(secret_encrypted=encrypt(secret, purpose=PURPOSE))
    return secret


@operation
def set_retention(*, actor: Actor, organisation_id: int, months: int, is_sure: bool, at: datetime) -> Retention:
    """
    How long the log is kept; money events at least five years whatever is chosen (guarantees 2.4).

    :raises Invalid: at `months` if it is none of `rules.MONTHS`; at `is_sure` if it becomes shorter and nobody said so: what
        is older goes for good.
    """
    if months not in rules.MONTHS:
        message = _("Choose one of the periods.")
        raise Invalid(message, fields={"months": message})
    kept = Retention.objects.select_for_update().filter(pk=organisation_id).first() or Retention(
        pk=organisation_id, months=rules.DEFAULT_MONTHS
    )
    if months < kept.months and not is_sure:
        message = _("Confirm that older events are removed for good.")
        raise Invalid(message, fields={"is_sure": message})
    kept.months = months
    kept.save()
    return kept


def new_secret() -> str:
    """As Standard Webhooks writes them: `whsec_` and base64."""
    return "whsec_" + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def _newest() -> int:
    return streams.newest_event()
