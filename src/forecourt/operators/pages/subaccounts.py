"""Sub-accounts, for the people of their Main account (spec §4)."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.kit import clock, registries
from forecourt.kit.errors import Invalid, NotFound
from forecourt.operators import operations, queries
from forecourt.operators.models import Operator
from forecourt.operators.operations.accounts import objection_to_closing
from forecourt.operators.pages.forms import SubAccountForm
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.operators.pages.members import SHOWN_ONCE
from forecourt.operators.queries import SubAccountRow
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, paged, respond


def fetch_main(actor: Actor, account_id: int, needs: Permission) -> Operator:
    """
    :raises NotFound: for a Sub-account too: it has no Sub-accounts of its own.
    """
    operator = fetch_account(actor, account_id, needs)
    if not operator.is_main:
        raise NotFound(_("There is nothing here with that id."))
    return operator


@page("GET")
def sub_account_list(request: PageRequest, account_id: int) -> HttpResponseBase:
    """The Sub-accounts with what is in each."""
    main = fetch_main(request.actor, account_id, Permission.OPERATOR_READ)
    rows = queries.sub_account_rows(main, search=request.GET.get("q", "").strip())
    figures = [label for label, _count in registries.account_figures]
    if request.GET.get("format") == "csv":
        header = [_("Account"), _("Country"), _("Currency"), _("VAT number"), _("Admins"), *figures]
        return csv_response(
            "sub-accounts.csv", header, ([row.name, row.country, row.currency, row.vat_number, row.admins, *row.figures] for row in rows)
        )
    paging = paged(request, len(rows))
    context = frame(request, main) | {
        "rows": [(row, _actions(request.actor, main, row)) for row in rows[paging.offset : paging.offset + paging.size]],
        "figures": figures,
        "paging": paging,
        "csv": True,
        "add_refused": refusal(request.actor, Permission.OPERATOR_CREATE, main),
    }
    return respond(request, "operators/sub_account_list.html", "rows", context)


def _actions(actor: Actor, main: Operator, row: SubAccountRow) -> list[Action]:
    edit, close = (refusal(actor, needs, main) for needs in (Permission.OPERATOR_UPDATE, Permission.OPERATOR_DELETE))
    shut = reverse("sub-account-close", args=[main.pk, row.id])
    return [
        Action(_("Edit"), reverse("account-edit", args=[row.id]), "pencil", disabled=edit),
        Action(_("Members & access"), reverse("account-members", args=[row.id]), "users", disabled=_members_refused(actor, main)),
        Action(_("Close"), shut, "trash", asks=True, is_danger=True, disabled=close),
    ]


def _members_refused(actor: Actor, main: Operator) -> str:
    return refusal(actor, Permission.OPERATOR_MEMBER_READ, main)


@page("GET", "POST")
def sub_account_new(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Open a Sub-account and invite its first Admin."""
    main = fetch_main(request.actor, account_id, Permission.OPERATOR_CREATE)
    form = SubAccountForm(request.POST if request.method == "POST" else None, initial={"country": main.country_id})
    if request.method == "POST" and form.is_valid() and (opened := _open(request, main, form)):
        return opened
    context = frame(request, main) | {
        "title": _("New Sub-account"),
        "form": form,
        "submit": _("Open the Sub-account"),
        "cancel_url": reverse("sub-accounts", args=[main.pk]),
        "crumbs": [(main.name, reverse("sub-accounts", args=[main.pk]))],
    }
    return respond(request, "operators/sub_account_form.html", None, context)


def _open(request: PageRequest, main: Operator, form: SubAccountForm) -> HttpResponseBase | None:
    values: dict[str, Any] = form.values()
    try:
        operator, _member, link = operations.open_sub_account(actor=request.actor, main_account=main, at=clock.now(), **values)
    except Invalid as error:
        explain(form, error)
        return None
    request.session[SHOWN_ONCE] = link
    return done(request, "account-members", operator.pk, message=_("The Sub-account is open."))


@page("GET", "POST")
def sub_account_close(request: PageRequest, account_id: int, sub_account_id: int) -> HttpResponseBase:
    """Close a Sub-account on which nothing hangs any more, after asking."""
    main = fetch_main(request.actor, account_id, Permission.OPERATOR_DELETE)
    sub = Operator.objects.filter(pk=sub_account_id, organisation_id=main.organisation_id, is_main=False, deleted_at=None).first()
    if sub is None:
        raise NotFound(_("There is nothing here with that id."))
    back = reverse("sub-accounts", args=[main.pk])
    if request.method == "POST":
        operations.close_account(actor=request.actor, operator=sub, at=clock.now())
        return done(request, back, message=_("%(name)s is closed.") % {"name": sub.name})
    objection = objection_to_closing(sub)
    context = {
        "title": _("Close %(name)s?") % {"name": sub.name},
        "says": objection or _("Its people lose their access. Its history stays. This cannot be undone."),
        "action": request.path,
        "confirm": "" if objection else _("Close"),
        "is_danger": True,
        "cancel_url": back,
    }
    return respond(request, "portal/dialog.html", "dialog", context)
