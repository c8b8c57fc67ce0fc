"""What people read for kinds, groups and accounts. The open list of kinds (spec P2.9) falls back to the kind itself, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_KINDS: dict[str, str | Promise] = {
    "charge-professional": _("Charge"),
    "charge-p2p": _("Charge"),
    "charge-transaction-fee-professional": _("Platform transaction fee"),
    "charge-transaction-fee-p2p": _("Platform transaction fee"),
    "charge-operator-percentage-fee-professional": _("Operator transaction fee"),
    "charge-operator-percentage-fee-p2p": _("Operator transaction fee"),
    "charge-operator-perkwh-fee-professional": _("Operator fee per kWh"),
    "charge-operator-perkwh-fee-p2p": _("Operator fee per kWh"),
    "charge-operator-starting-fee-professional": _("Operator fee per charge"),
    "charge-operator-starting-fee-p2p": _("Operator fee per charge"),
    "deposit-manual": _("Deposit"),
    "operator-adjustment": _("Adjustment"),
    "refund": _("Refund"),
    "team-member-fee": _("Monthly fee of a member"),
    "hold": _("Held for a charge"),
    "release": _("Hold given back"),
}

GROUPS: dict[str, str | Promise] = {
    "charge": _("Charges and fees"),
    "deposit": _("Deposits"),
    "withdraw": _("Withdrawals"),
    "other": _("Other"),
}

ACCOUNTS: dict[str, str | Promise] = {"funds": _("Funds"), "credit": _("Credit"), "reserved": _("Reserved")}


def kind(value: str) -> str | Promise:
    return _KINDS.get(value, value.replace("-", " ").capitalize())
