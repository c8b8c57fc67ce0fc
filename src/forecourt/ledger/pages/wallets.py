"""Wallets: what is in them, what moved, depositing and adjusting."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission, Scope, fetch, lacks_here, may, require
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, NotFound
from forecourt.kit.money import Money, exponent
from forecourt.ledger import operations, queries
from forecourt.ledger.models import Wallet
from forecourt.ledger.pages.review import Facts, ReviewedForm, reviewed
from forecourt.ledger.queries import TransactionFilter
from forecourt.operators.models import Operator
from forecourt.operators.pages import account_filter
from forecourt.portal.forms import MeasuredForm
from forecourt.portal.pages import PageRequest, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams.models import Team

ADJUST = Permission.WALLET_ADJUST
RECENT = 20
_NAMED = Wallet.objects.select_related("team", "operator_owner")


class MoneyForm(ReviewedForm, MeasuredForm):
    """An amount in one currency, a note, and the request's own key."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=Decimal("0.001"), max_digits=12)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, given: Any, *, currency: str) -> None:
        super().__init__(given, initial={"key": uuid.uuid4()})
        self.wanted: dict[str, Any] = {"currency": currency}
        self.currency = currency
        self.units = {"amount": currency}

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount != round(amount, exponent(self.currency)):
            raise forms.ValidationError(_("This currency has %(n)d decimals.") % {"n": exponent(self.currency)})
        return amount

    def money(self) -> Money:
        return Money.rounded(self.cleaned_data["amount"], self.currency)


class AdjustForm(MoneyForm):
    """The other wallet is one of the same person's reach."""

    to_wallet = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Wallet.objects.none())
    field_order = ("to_wallet", "amount", "note")

    def __init__(self, given: Any, *, currency: str, others: Any) -> None:
        super().__init__(given, currency=currency)
        self.wanted["others"] = others
        field = self.fields["to_wallet"]
        field.queryset = others  # type: ignore[attr-defined]
        field.label_from_instance = wallet_name  # type: ignore[attr-defined]


def wallet_name(wallet: Wallet) -> str:
    owner = wallet.team or wallet.operator_owner
    return f"{owner} ({wallet.currency})"


@page("GET")
def wallet_list(request: PageRequest) -> HttpResponseBase:
    """The wallets that the person may see. With exactly one, that one."""
    accounts = account_filter(request, require(request.actor, Permission.WALLET_READ))
    search = request.GET.get("q", "").strip()
    found = queries.wallet_rows(accounts.scope, text=search)
    paging = paged(request, min(found.count(), COUNT_LIMIT + 1))
    wallets = list(found[paging.offset : paging.offset + paging.size])
    balances = queries.balances(wallet.pk for wallet in wallets)
    rows = [(wallet, balances[wallet.pk]) for wallet in wallets]
    context = {"title": _("Wallets"), "rows": rows, "search": search, "accounts": accounts, "paging": paging}
    return respond(request, "ledger/wallet_list.html", "rows", context)


@page("GET")
def wallet_detail(request: PageRequest, wallet_id: int) -> HttpResponseBase:
    return _detail(request, _readable(request.actor, wallet_id))


@page("GET")
def team_wallet(request: PageRequest, team_id: int) -> HttpResponseBase:
    """The wallet tab of a team."""
    team = fetch(Team.objects, actor=request.actor, id=team_id, needs=Permission.TEAM_READ)
    wallet = _NAMED.filter(team=team).within(request.actor.reach_of(Permission.WALLET_READ)).first()  # type: ignore[attr-defined]
    if wallet is None:
        raise NotFound(_("This team has no wallet yet, or your role does not show it."))
    return _detail(request, wallet)


@page("GET", "POST")
def wallet_deposit(request: PageRequest, wallet_id: int) -> HttpResponseBase:
    """Record money that reached the platform's bank account: the platform's own people only, where they are members (decision 0002)."""
    wallet = _readable(request.actor, wallet_id)
    if not _may_deposit(request.actor, wallet):
        raise Forbidden(_("Only the platform's own bookkeepers and administrators record deposits."))

    def review(given: dict[str, Any]) -> Facts:
        return [(_("To"), wallet_name(wallet)), (_("Amount"), form.money()), (_("Note"), given["note"])]

    def act(given: dict[str, Any]) -> HttpResponseBase:
        operations.deposit(
            actor=request.actor, wallet=wallet, minor=form.money().minor, note=given["note"], key=given["key"], at=clock.now()
        )
        return done(request, "wallet-detail", wallet.pk, message=_("The deposit is recorded."))

    form = MoneyForm(request.POST or None, currency=wallet.currency)
    back = reverse("wallet-detail", args=[wallet.pk])
    return reviewed(request, form, title=_("Record a deposit"), submit=_("Record the deposit"), cancel_url=back, review=review, act=act)


@page("GET", "POST")
def wallet_adjust(request: PageRequest, wallet_id: int) -> HttpResponseBase:
    """Move money from this wallet to another of the same reach, with a note."""
    wallet = fetch(_NAMED, actor=request.actor, id=wallet_id, needs=ADJUST)
    others = _NAMED.within(request.actor.reach_of(ADJUST)).exclude(pk=wallet.pk).order_by("team__name", "id")  # type: ignore[attr-defined]

    def review(given: dict[str, Any]) -> Facts:
        names = [(_("From"), wallet_name(wallet)), (_("To"), wallet_name(given["to_wallet"]))]
        return [*names, (_("Amount"), form.money()), (_("Note"), given["note"])]

    def act(given: dict[str, Any]) -> HttpResponseBase:
        money = form.money()
        made = operations.adjust(
            actor=request.actor, from_wallet=wallet, to_wallet=given["to_wallet"], minor=money.minor, currency=money.currency,
            note=given["note"], key=given["key"], at=clock.now(),
        )  # fmt: skip
        return done(request, "transaction-detail", made.pk, message=_("The money is moved."))

    form = AdjustForm(request.POST or None, currency=wallet.currency, others=others)
    back = reverse("wallet-detail", args=[wallet.pk])
    title = _("Adjust from %(wallet)s") % {"wallet": wallet_name(wallet)}
    return reviewed(request, form, title=title, submit=_("Move the money"), cancel_url=back, review=review, act=act)


def _detail(request: PageRequest, wallet: Wallet) -> HttpResponseBase:
    scope = request.actor.reach_of(Permission.WALLET_READ)
    context = {
        "title": wallet_name(wallet),
        "wallet": wallet,
        "balance": queries.balances([wallet.pk])[wallet.pk],
        "statement": queries.statement(wallet.pk, limit=RECENT),
        "transactions": queries.transaction_rows(scope, filters=TransactionFilter(wallet_id=wallet.pk), limit=RECENT),
        "may_deposit": _may_deposit(request.actor, wallet),
        "adjust_refused": "" if may(Wallet.objects, actor=request.actor, id=wallet.pk, needs=ADJUST) else lacks_here(ADJUST),
        "crumbs": [(_("Wallets"), reverse("wallet-list"))],
    }
    return respond(request, "ledger/wallet_detail.html", None, context)


def _readable(actor: Actor, wallet_id: int) -> Wallet:
    found: Wallet = fetch(_NAMED, actor=actor, id=wallet_id, needs=Permission.WALLET_READ)
    return found


def _may_deposit(actor: Actor, wallet: Wallet) -> bool:
    """
    Money from outside is the platform's word: its administrators, in the accounts that they were invited to, and its own
    bookkeepers within the installation. The caller has fetched the wallet.
    """
    if actor.may_platform(Permission.PLATFORM_MANAGE):
        return True
    scope = actor.reach_of(Permission.WALLET_MOVE)
    by_operator = Scope(organisation_ids=scope.organisation_ids, operator_ids=scope.operator_ids)
    installations = Operator.objects.filter(is_installation=True, organisation_id=wallet.organisation_id)
    return installations.within(by_operator).exists()  # type: ignore[attr-defined, no-any-return]
