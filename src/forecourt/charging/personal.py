"""What charges keep about a person (GDPR). The charge stays, for the books; the key that started it and notes do not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.charging.models import Charge
from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers, keys_of

EXPORTED = (
    "id", "human_readable_id", "state", "start_source", "charge_point__name", "auth_type", "auth_id", "scheduled_at", "expires_at",
    "started_at", "stopped_at", "released_at", "meter_start_wh", "meter_stop_wh", "currency", "price_net_minor", "price_vat_minor",
    "price_minor", "payment_method", "stop_reason", "note",
)  # fmt: skip


def _charges(person_id: int) -> QuerySet[Charge]:
    return Charge.objects.filter(Q(person_id=person_id) | Q(charge_key__in=keys_of(person_id)))


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    """Charges, reservations among them, newest first."""
    yield from _charges(person_id).order_by("-id").values(*EXPORTED)


def _erase(person_id: int, *, at: datetime) -> None:
    """Signed readings stay byte for byte: the law of calibration wants them, and their signature covers them."""
    identifiers = [one.upper() for one in key_identifiers(person_id)]
    _charges(person_id).exclude(auth_id=None, note=None, payment_session=None).update(auth_id=None, note=None, payment_session=None)
    if identifiers:
        Charge.objects.filter(auth_id__in=[*identifiers, *(one.lower() for one in identifiers)]).update(auth_id=None)


def _charge_runs(person_id: int) -> str | None:
    is_theirs = Q(person_id=person_id) | Q(payer_team__owner_id=person_id, payer_team__type="personal")
    if Charge.objects.filter(is_theirs).exclude(Q(state=Charge.State.COMPLETED) | Q(failed_at__isnull=False)).exists():
        return _("A charge of yours is running, reserved or not paid yet. Stop it and wait until it is paid.")
    return None


PARTS = (PersonalPart("charges", export=_export, erase=_erase),)
OBJECTIONS = (_charge_runs,)
