"""The portal's side of billing: the price and postings on a charge's page, and fee agreements."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission, Scope, fetch, may, require
from forecourt.billing import operations, queries
from forecourt.billing.models import FeeAgreement, MemberFeePurchase
from forecourt.charging.models import Charge
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.kit.registries import MenuEntry
from forecourt.ledger.models import WalletTransaction
from forecourt.operators.models import Operator
from forecourt.portal import formats
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.pricing.words import line_name
from forecourt.teams.models import Team, TeamMember

MENU = [
    MenuEntry("billing", gettext_lazy("Fees"), "fee-list", "percentage", Permission.WALLET_ADJUST, 60),
    MenuEntry("platform", gettext_lazy("Platform fees"), "platform-fee-list", "percentage", Permission.PLATFORM_READ, 65),
]
UNITS = {"kWh": gettext_lazy("kWh"), "min": gettext_lazy("min")}
SOON = timedelta(minutes=1)  # between opening a form and its operation


def charge_card(request: HttpRequest) -> str:
    """What a charge costs, line by line, and what it posted, as far as the reader may see wallets. For the charge's page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    match = request.resolver_match
    charge_id = match.kwargs["charge_id"] if match else 0
    charge = fetch(Charge.objects.select_related("price_version"), actor=actor, id=charge_id, needs=Permission.CHARGE_READ)
    scope = actor.reach_of(Permission.WALLET_READ)
    settlement = queries.settlement_of(charge.pk)
    context = {
        "charge": charge,
        "settlement": settlement,
        "lines": [_line(row) for row in queries.charge_lines(charge.pk)],
        "entries": queries.entries_of_charge(charge, scope=scope) if scope else [],
        "currency": charge.currency,
        "is_vat_included": charge.price_version is not None and charge.price_version.is_vat_included,
    }
    if settlement:
        context["totals"] = SimpleNamespace(net=settlement.net_minor, vat=settlement.vat_minor, gross=settlement.gross_minor)
    return render_to_string("billing/_charge_card.html", context, request=request)


def member_fees_card(request: HttpRequest, member: TeamMember) -> str:
    """The months of a member's fee, paid and unpaid. For the member's page."""
    purchases = MemberFeePurchase.objects.filter(member=member).order_by("-month")[:MONTHS_SHOWN]
    return render_to_string("billing/_member_fees.html", {"purchases": list(purchases)}, request=request)


CARDS = [("charge-detail", charge_card), ("team-member", member_fees_card)]
MONTHS_SHOWN = 24


def charge_of_transaction(request: HttpRequest, row: WalletTransaction) -> list[Action]:
    """The link from a transaction to its charge, for those who may see it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if row.reference_type != "CHARGE" or not (row.reference_id or "").isdecimal():
        return []
    charge = Charge.objects.within(actor.reach_of(Permission.CHARGE_READ)).filter(pk=int(row.reference_id or 0)).first()
    if charge is None:
        return []
    label = _("Charge %(id)s") % {"id": charge.human_readable_id}
    return [Action(label, reverse("charge-detail", args=[charge.pk]), "bolt")]


ROW_ACTIONS = [("transaction", charge_of_transaction)]


class FeeForm(forms.Form):
    operator = forms.ModelChoiceField(label=gettext_lazy("Operator"), queryset=Operator.objects.none())
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.none(),
        required=False,
        help_text=gettext_lazy("Empty: all teams of the operator."),
    )
    beneficiary = forms.ModelChoiceField(label=gettext_lazy("Paid to"), queryset=Operator.objects.none())
    percentage = forms.DecimalField(label=gettext_lazy("Per cent of the price"), max_digits=7, decimal_places=4, initial=Decimal(0))
    per_kwh = forms.DecimalField(label=gettext_lazy("Per kWh"), max_digits=12, decimal_places=6, initial=Decimal(0))
    per_charge = forms.DecimalField(
        label=gettext_lazy("Per charge"), max_digits=12, decimal_places=6, initial=Decimal(0),
        help_text=gettext_lazy("Amounts are without VAT, in the operator's currency."),
    )  # fmt: skip
    applies_to = forms.ChoiceField(
        label=gettext_lazy("Taken on"), widget=forms.RadioSelect, initial="paid",
        choices=[("paid", gettext_lazy("Charges that somebody paid for")), ("all", gettext_lazy("All charges, free ones too"))],
    )  # fmt: skip

    def __init__(self, given: Any, *, operators: Any, teams: Any, beneficiaries: Any) -> None:
        super().__init__(given)
        for name, rows in {"operator": operators, "team": teams, "beneficiary": beneficiaries}.items():
            self.fields[name].queryset = rows.order_by("name")  # type: ignore[attr-defined]


@page("GET")
def fee_list(request: PageRequest) -> HttpResponseBase:
    """The fee agreements of the person's operators."""
    scope = _of_operators(require(request.actor, Permission.WALLET_ADJUST))
    mine = frozenset(Operator.objects.within(scope).values_list("pk", flat=True))
    return _fees(request, queries.agreement_rows(scope), _("Fees"), reverse("fee-new"), receivers=mine)


@page("GET")
def platform_fee_list(request: PageRequest) -> HttpResponseBase:
    """Every agreement, for the platform's people."""
    require(request.actor, Permission.PLATFORM_READ)
    rows = queries.agreement_rows(Scope(is_everywhere=True))
    new_url = reverse("platform-fee-new") if request.actor.may_platform(Permission.PLATFORM_MANAGE) else ""
    return _fees(request, rows, _("Platform fees"), new_url)


def _fees(
    request: PageRequest, rows: Sequence[Any], title: str, new_url: str, *, receivers: frozenset[int] = frozenset()
) -> HttpResponseBase:
    """`receivers`: the operators for whom the reader may end a fee that they receive."""
    context = {"title": title, "rows": [(row, _ending(request.actor, row, receivers)) for row in rows], "new_url": new_url}
    return respond(request, "billing/fee_list.html", "rows", context)


@page("GET", "POST")
def fee_new(request: PageRequest) -> HttpResponseBase:
    """Agree on a fee that one of the person's operators, or its Main account, receives."""
    scope = _of_operators(require(request.actor, Permission.WALLET_ADJUST))
    operators = Operator.objects.within(scope).filter(is_installation=False)
    return _new(request, operators, Team.objects.within(scope), operators, "fee-list")


@page("GET", "POST")
def platform_fee_new(request: PageRequest) -> HttpResponseBase:
    """Agree on the platform's own transaction fee."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    installation = Operator.objects.filter(is_installation=True)
    return _new(
        request, Operator.objects.filter(is_installation=False), Team.objects.filter(~Q(type="personal")), installation, "platform-fee-list"
    )


def _new(request: PageRequest, operators: Any, teams: Any, beneficiaries: Any, back: str) -> HttpResponseBase:
    form = FeeForm(request.POST or None, operators=operators, teams=teams, beneficiaries=beneficiaries)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            operations.agree_fee(actor=request.actor, **given, from_at=at, at=at)
        except Invalid as error:
            for name, says in error.fields.items():
                form.add_error(name if name in form.fields else None, says)
        else:
            return done(request, back, message=_("The fee is taken on charges that start from now on."))
    context = {"title": _("Agree on a fee"), "form": form, "submit": _("Agree"), "cancel_url": reverse(back)}
    is_bad = request.method == "POST"
    return respond(request, "portal/form.html", None, context, status=422 if is_bad else 200)


@page("GET", "POST")
def fee_end(request: PageRequest, agreement_id: int) -> HttpResponseBase:
    """End an agreement, after asking."""
    agreement = _endable(request.actor, agreement_id)
    back = "platform-fee-list" if agreement.beneficiary.is_installation else "fee-list"
    if request.method == "POST":
        operations.end_fee(actor=request.actor, agreement=agreement, at=clock.now())
        return done(request, back, message=_("The fee has ended."))
    context = {
        "title": _("End this fee?"),
        "says": _("Charges that start from now on do not pay it. It stays in the list, so that old charges can be explained."),
        "action": request.path,
        "confirm": _("End the fee"),
        "is_danger": True,
        "cancel_url": reverse(back),
    }
    return respond(request, "portal/dialog.html", "dialog", context)


def _endable(actor: Actor, agreement_id: int) -> FeeAgreement:
    rows = FeeAgreement.objects.select_related("beneficiary")
    if actor.may_platform(Permission.PLATFORM_MANAGE) and (
        found := rows.filter(pk=agreement_id, beneficiary__is_installation=True).first()
    ):
        return found
    agreement: FeeAgreement = fetch(rows, actor=actor, id=agreement_id, needs=Permission.WALLET_ADJUST)
    if agreement.beneficiary.is_installation:
        raise Forbidden(_("Only the platform ends its own fee."))
    if not may(Operator.objects, actor=actor, id=agreement.beneficiary_id, needs=Permission.WALLET_ADJUST):
        raise Forbidden(_("Only who receives a fee ends it."))
    return agreement


def _ending(actor: Actor, row: queries.AgreementRow, receivers: frozenset[int]) -> list[Action]:
    if row.until_at is not None:
        return []
    is_mine = actor.may_platform(Permission.PLATFORM_MANAGE) if row.is_platform else row.beneficiary_id in receivers
    refused = "" if is_mine else _("Only its own side ends a fee.")
    return [Action(_("End"), reverse("fee-end", args=[row.id]), "player-stop", asks=True, is_danger=True, disabled=refused)]


def _of_operators(scope: Scope) -> Scope:
    """A fee is between an operator and its teams: team people do not manage it."""
    return Scope(organisation_ids=scope.organisation_ids, operator_ids=scope.operator_ids)


def _line(row: queries.LineRow) -> SimpleNamespace:
    unit = UNITS.get(row.unit, "")
    return SimpleNamespace(
        label=line_name(row.description),
        quantity=f"{formats.number(row.quantity)} {unit}".strip(),
        unit_price=f"{row.currency} {formats.number(row.unit_price.normalize())}",
        net=row.net_minor,
        vat=row.vat_minor,
        gross=row.gross_minor,
    )
