"""What may change on a charge at any time: the note, the partner's own fields, the payment session."""

from datetime import datetime
from typing import Any

from forecourt.access import Actor
from forecourt.charging.models import Charge
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import locked, operation

EDITABLE = frozenset({"note", "partner_external_id", "partner_custom_payload", "payment_session"})
_LONGEST_NOTE = 2000


@operation
def edit_charge(*, actor: Actor, charge: Charge, changes: dict[str, Any], at: datetime) -> Charge:
    """
    Change the fields that are given, also of a completed charge (partner API §11.10 `PatchCharge`).

    :raises Invalid: if a field may not change, the note is longer than 2,000 characters, or the session's amount is negative.
    """
    fields = dict.fromkeys(changes.keys() - EDITABLE, "This may not be changed.")
    if len(changes.get("note") or "") > _LONGEST_NOTE:
        fields["note"] = "Enter at most 2,000 characters."
    if ((changes.get("payment_session") or {}).get("amount") or 0) < 0:
        fields["genericPaymentSession.amount"] = "Enter an amount that is not negative."
    if fields:
        raise Invalid("The charge cannot be changed like this.", fields=fields)
    charge = locked(charge)
    for name, value in changes.items():
        setattr(charge, name, value)
    charge.save(update_fields=sorted(changes))
    return charge
