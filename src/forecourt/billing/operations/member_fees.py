"""Members' monthly fees: which months are owed, and taking them from the member's own wallet (spec P2.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access import Actor
from forecourt.billing.models import MemberFeePurchase
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.money import Money
from forecourt.kit.operations import operation
from forecourt.ledger import operations as ledger
from forecourt.ledger.rules import Amount, NewTransaction
from forecourt.notifications import operations as notifications
from forecourt.operators.models import Operator
from forecourt.operators.rules import in_account
from forecourt.teams.models import Team

KIND, REFERENCE = "team-member-fee", "TEAM_MEMBER_FEE_PURCHASE"
TRY_AGAIN_AFTER = timedelta(hours=23)

# Every month that a fee is in force on some day of, up to today in the team's zone (`teams.rules.owed_months`), unless it is there.
_OWED = """
INSERT INTO billing_memberfeepurchase (organisation_id, operator_id, team_id, member_id, fee_id, month, amount_minor, currency)
SELECT f.organisation_id, f.operator_id, f.team_id, f.member_id, f.id, month::date, f.amount_minor, f.currency
FROM teams_memberfee f
JOIN teams_team t ON t.id = f.team_id
CROSS JOIN LATERAL (SELECT LEAST((%(at)s AT TIME ZONE t.time_zone)::date, f.ends_on - 1) AS day) last
CROSS JOIN LATERAL generate_series(date_trunc('month', f.starts_on::timestamp), last.day::timestamp, interval '1 month') month
WHERE f.starts_on <= last.day
  AND NOT EXISTS (SELECT 1 FROM billing_memberfeepurchase p WHERE p.member_id = f.member_id AND p.month = date_trunc('month', last.day::timestamp)::date)
ORDER BY f.id, month
ON CONFLICT (member_id, month) DO NOTHING
"""


class NoWallet(DomainError):
    """The member has no account any more, or no personal wallet, to take the fee from."""

    code = "no_personal_wallet"


@dataclass(frozen=True, slots=True)
class _Sides:
    person: Person
    payer: Team
    payee: Team | Operator  # an operator's own team earns for the operator (spec P2.1)


@operation
def owe_member_fees(*, actor: Actor, at: datetime) -> int:
    """
    Write down the months that have become owed; how many. One statement: running it twice or beside itself adds nothing,
    because a member owes a month once (unique key).
    """
    with connection.cursor() as cursor:
        cursor.execute(_OWED, {"at": at})
        return int(cursor.rowcount)


@operation
def collect_member_fee(*, actor: Actor, at: datetime) -> bool:
    """
    Take the next unpaid month, from the member's personal wallet into the team's; False if there is none to try now.

    Once: the row is locked while others skip it, the payment and `paid_at` are one transaction, and the transaction's key is
    the purchase's. A person's wallet does not go below zero: without funds the month stays unpaid and is tried again a day
    later; the member is told the first time.
    """
    rows = MemberFeePurchase.objects.select_for_update(skip_locked=True, of=("self",)).select_related("team__operator", "member__person")
    due = rows.filter(paid_at=None, tried_at=None).order_by("pk").first()
    due = due or rows.filter(paid_at=None, tried_at__lte=at - TRY_AGAIN_AFTER).order_by("tried_at").first()
    if due is None:
        return False
    was_tried = due.tried_at is not None
    due.tried_at = at
    try:
        with transaction.atomic():
            due.transaction_id = _pay(due, at)
    except DomainError as error:
        due.problem = error.code
        if not was_tried:
            _tell(due)
    else:
        due.paid_at, due.problem = at, None
        _tell(due)
    due.save()
    return True


def _pay(due: MemberFeePurchase, at: datetime) -> int:
    sides = _sides(due)
    payer, payee = (ledger.open_wallet(owner=owner, at=at) for owner in (sides.payer, sides.payee))
    new = NewTransaction(
        key=f"member-fee:{due.pk}", group="other", kind=KIND, amount=Amount.plain(due.amount_minor, due.currency),
        from_wallet_id=payer.pk, to_wallet_id=payee.pk, occurred_at=at, reference_type=REFERENCE, reference_id=str(due.pk),
        note=f"{due.month:%Y-%m}", must_cover=True,
    )  # fmt: skip
    return ledger.record_transactions([new], at=at)[0]


def _sides(due: MemberFeePurchase) -> _Sides:
    """:raises NoWallet: if there is nobody to pay."""
    person = due.member.person
    personal = Team.objects.filter(owner=person, type=Team.Type.PERSONAL, deleted_at=None).first() if person else None
    if person is None or personal is None:
        raise NoWallet(_("The member has no wallet of their own."))
    return _Sides(person, personal, due.team.operator if due.team.type == Team.Type.OPERATOR else due.team)


def _tell(due: MemberFeePurchase) -> None:
    person = due.member.person
    if person is None:
        return
    with override(person.language):
        words = {"team": due.team.name, "amount": str(Money(due.amount_minor, due.currency)), "month": f"{due.month:%Y-%m}"}
        if due.paid_at:
            subject = _("You paid %(amount)s to %(team)s for %(month)s") % words
            text = _("It was taken from your own wallet, as the monthly fee that the team has recorded.")
        else:
            subject = _("%(team)s could not take %(amount)s for %(month)s") % words
            text = _("Your own wallet has too little, or cannot be used. We try again each day. Deposit money to pay the fee.")
        notifications.notify(person_id=person.pk, text=subject, url=in_account(f"/teams/{due.team_id}", due.operator_id))
        if person.email:
            notifications.send_email(
                to=person.email, subject=subject, text=text, kind="member_fee", person_id=person.pk,
                organisation_id=due.organisation_id, operator_id=due.operator_id,
            )  # fmt: skip
