"""What may change on a charge at any time: the note, the partner's own fields, the payment session."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.charging.models import Charge
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.kit.operations import locked, operation

EDITABLE = frozenset({"note", "partner_external_id", "partner_custom_payload", "payment_session"})
_OWNERS = frozenset({"note"})  # the others are the side's that asked for the charge
_LONGEST_NOTE = 2000


@operation
def edit_charge(*, actor: Actor, charge: Charge, changes: dict[str, Any], at: datetime) -> Charge:
    """
    Change the fields that are given, also of a completed charge (partner API §11.10 `PatchCharge`).

    :raises Invalid: if a field may not change, the note is longer than 2,000 characters, or the session's amount is negative.
    :raises Forbidden: if a field is the other side's: the note is the owner's, the rest belongs to who asked for the charge.
    """
    fields = dict.fromkeys(changes.keys() - EDITABLE, "This may not be changed.")
    if len(changes.get("note") or "") > _LONGEST_NOTE:
        fields["note"] = "Enter at most 2,000 characters."
    if ((changes.get("payment_session") or {}).get("amount") or 0) < 0:
        fields["genericPaymentSession.amount"] = "Enter an amount that is not negative."
    if fields:
        raise Invalid("The charge cannot be changed like this.", fields=fields)
    charge = locked(charge)
    sides = {str(Charge.PartnerSide.OWNER) if name in _OWNERS else charge.partner_side for name in changes}
    reach = actor.reach_of(Permission.CHARGE_UPDATE)
    if not all(Charge.objects.within(reach, side=side).filter(pk=charge.pk).exists() for side in sides):
        raise Forbidden(_("This belongs to the other side of the charge."), permission=Permission.CHARGE_UPDATE.value)
    for name, value in changes.items():
        setattr(charge, name, value)
    charge.save(update_fields=sorted(changes))
    return charge
