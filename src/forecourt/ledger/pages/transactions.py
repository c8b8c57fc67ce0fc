"""Transactions: the list, one of them, and refunding it."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission, fetch, lacks_here, may, refused_everywhere, require
from forecourt.kit import clock, registries
from forecourt.kit.money import Money
from forecourt.ledger import operations, queries, words
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.operations.moves import is_refundable, refund_amounts
from forecourt.ledger.pages.review import Facts, ReviewedForm, reviewed
from forecourt.ledger.queries import TransactionFilter, TransactionRow
from forecourt.operators.pages import account_filter
from forecourt.portal import formats
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT

CSV_MOST = 10_000  # spec P2.9


class RefundForm(ReviewedForm):
    percentage = forms.DecimalField(
        label=gettext_lazy("Refund in per cent"), min_value=Decimal("0.01"), max_value=Decimal(100), max_digits=5, decimal_places=2
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, help_text=gettext_lazy("Both sides see it.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput)  # a second click pays nothing again


@page("GET")
def transaction_list(request: PageRequest) -> HttpResponseBase:
    """Transactions with a side that the person may see, newest first."""
    accounts = account_filter(request, require(request.actor, Permission.WALLET_READ))
    scope, filters = accounts.scope, TransactionFilter.parse(request.GET, zone=timezone.get_current_timezone_name())
    if request.GET.get("format") == "csv":
        require(request.actor, Permission.WALLET_EXPORT)
        exported = accounts.narrowed(request.actor.scope(Permission.WALLET_EXPORT))
        rows = queries.transaction_rows(exported, filters=filters, limit=CSV_MOST)
        return csv_response("transactions.csv", _CSV_HEADER, map(_csv_row, rows))
    paging = paged(request, queries.transaction_count(scope, filters=filters, limit=COUNT_LIMIT + 1))
    context = {
        "title": _("Transactions"),
        "rows": queries.transaction_rows(scope, filters=filters, limit=paging.size, offset=paging.offset),
        "filters": filters,
        "accounts": accounts,
        "chips": state_chips("transaction", WalletTransaction.State.values, chosen=request.GET.getlist("state")),
        "groups": words.GROUPS.items(),
        "paging": paging,
        "csv": True,
        "csv_refused": refused_everywhere(request.actor, Permission.WALLET_EXPORT),
    }
    return respond(request, "ledger/transaction_list.html", "rows", context)


@page("GET")
def transaction_detail(request: PageRequest, transaction_id: int) -> HttpResponseBase:
    """One transaction: both sides, VAT and rate, its postings, and what refunded it."""
    row = fetch(_WITH_NAMES, actor=request.actor, id=transaction_id, needs=Permission.WALLET_READ)
    refunds = [other for other in queries.transactions_about("TRANSACTION", row.pk) if other.kind == "refund"]
    context = {
        "title": _("Transaction %(id)s") % {"id": row.pk},
        "transaction": row,
        "from_name": _name(row.from_wallet),
        "to_name": _name(row.to_wallet),
        "facts": list(_facts(row)),
        "entries": queries.entries_of(transaction_ids=[row.pk]),
        "refunds": refunds,
        "refunded": queries.refunded(row.pk),
        "links": [link for where, draw in registries.row_actions if where == "transaction" for link in draw(request, row)],
        "is_refundable": is_refundable(row),
        "refund_refused": _refund_refused(request.actor, row),
        "crumbs": [(_("Transactions"), reverse("transaction-list"))],
    }
    return respond(request, "ledger/transaction_detail.html", None, context)


@page("GET", "POST")
def transaction_refund(request: PageRequest, transaction_id: int) -> HttpResponseBase:
    """Refund a share: the side that received the money decides (spec P2.9: percentage, mandatory note, review)."""
    fetch(WalletTransaction.objects, actor=request.actor, id=transaction_id, needs=Permission.WALLET_READ)
    row = fetch(_Received(), actor=request.actor, id=transaction_id, needs=Permission.WALLET_REFUND)
    before = queries.refunded(row.pk)

    def review(given: dict[str, Any]) -> Facts:
        out, into = refund_amounts(row, before, given["percentage"])
        yield _("From"), _name(row.to_wallet)
        yield _("To"), _name(row.from_wallet)
        yield _("Share"), f"{formats.number(given['percentage'])} %"
        yield _("Refunded before"), f"{formats.number(before)} %"
        yield _("Amount"), Money(out.gross, out.currency)
        if into.currency != out.currency:
            yield _("They receive"), Money(into.gross, into.currency)
        yield _("Note"), given["note"]

    def act(given: dict[str, Any]) -> HttpResponseBase:
        terms = {"percentage": given["percentage"], "note": given["note"], "key": given["key"]}
        made = operations.refund(actor=request.actor, transaction=row, at=clock.now(), **terms)
        return done(request, "transaction-detail", made.pk, message=_("The refund is paid."))

    form = RefundForm(request.POST or None, initial={"percentage": round(100 - before, 2), "key": uuid.uuid4()})
    title, submit = _("Refund transaction %(id)s") % {"id": row.pk}, _("Pay the refund")
    return reviewed(
        request, form, title=title, submit=submit, cancel_url=reverse("transaction-detail", args=[row.pk]), review=review, act=act
    )


_WITH_NAMES = WalletTransaction.objects.select_related(
    "from_wallet__team", "from_wallet__operator_owner", "to_wallet__team", "to_wallet__operator_owner"
)


class _Received:
    """The transactions of a scope on the receiving side alone: who paid cannot refund themselves."""

    def within(self, scope: Any) -> Any:
        return _WITH_NAMES.within(scope, side="to")  # type: ignore[attr-defined]


def _refund_refused(actor: Actor, row: WalletTransaction) -> str:
    if may(_Received(), actor=actor, id=row.pk, needs=Permission.WALLET_REFUND):
        return ""
    received = may(_Received(), actor=actor, id=row.pk, needs=Permission.WALLET_READ)
    return lacks_here(Permission.WALLET_REFUND) if received else _("Whoever received the money can refund it.")


def _name(wallet: Any) -> str | None:
    owner = wallet and (wallet.team or wallet.operator_owner)
    return owner.name if owner else None


def _facts(row: WalletTransaction) -> Iterator[tuple[object, object]]:
    yield _("Kind"), words.kind(row.kind)
    yield _("Happened"), row.occurred_at
    yield _("Completed"), row.completed_at
    yield _("VAT rate"), f"{formats.number(row.vat_rate * 100)} %"
    if row.from_currency != row.to_currency:
        yield _("Exchange rate"), f"1 {row.from_currency} = {row.exchange_rate.normalize():f} {row.to_currency}"
        yield _("Rate of"), row.rate_on
        yield _("Rounding"), _("%(amount)s minor units") % {"amount": f"{(row.from_rounding or row.to_rounding).normalize():f}"}
    if row.refund_percentage is not None:
        yield _("Share refunded"), f"{formats.number(row.refund_percentage)} %"
    yield _("Note"), row.note


_CSV_HEADER = (
    "id", "state", "group", "kind", "occurred_at", "completed_at", "reference_type", "reference_id", "from", "from_amount", "from_net",
    "from_vat", "from_currency", "to", "to_amount", "to_net", "to_vat", "to_currency", "exchange_rate", "vat_percentage", "note",
)  # fmt: skip


def _csv_row(row: TransactionRow) -> tuple[object, ...]:
    def major(minor: int, currency: str) -> Decimal:
        return Money(minor, currency).major

    return (
        row.id, row.state, row.group, row.kind, row.occurred_at.isoformat(), row.completed_at and row.completed_at.isoformat(),
        row.reference_type, row.reference_id,
        row.from_name, *(major(minor, row.from_currency) for minor in (row.from_minor, row.from_net_minor, row.from_vat_minor)),
        row.from_currency,
        row.to_name, *(major(minor, row.to_currency) for minor in (row.to_minor, row.to_net_minor, row.to_vat_minor)), row.to_currency,
        row.exchange_rate, row.vat_rate * 100, row.note,
    )  # fmt: skip
