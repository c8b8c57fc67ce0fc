"""What the pages of single sign-on have in common: they are the Main account's."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch
from forecourt.operators.models import Operator
from forecourt.portal.pages import PageRequest, respond
from forecourt.sso.models import IdentityProvider


def main_account(request: PageRequest, needs: Permission) -> Operator:
    """The Main account of where the person works: 404 for a Sub-account's people, 403 without the permission."""
    here = Operator.objects.filter(pk=request.actor.operator_id or 0).first()
    mains = Operator.objects.filter(organisation_id=here.organisation_id if here else 0, is_main=True, deleted_at=None)
    main = mains.first()
    row: Operator = fetch(mains, actor=request.actor, id=main.pk if main else 0, needs=needs)
    return row


def provider_of(request: PageRequest, provider_id: int, needs: Permission = Permission.SSO_MANAGE) -> IdentityProvider:
    rows = IdentityProvider.objects.filter(deleted_at=None).select_related("operator")
    row: IdentityProvider = fetch(rows, actor=request.actor, id=provider_id, needs=needs)
    return row


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Single sign-on"), reverse("sso")), *more]


def form_page(request: PageRequest, form: Any, title: str, submit: str, *, cancel: str = "", **more: Any) -> HttpResponseBase:
    context = {"title": title, "form": form, "submit": submit, "cancel_url": cancel or reverse("sso"), **more}
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)
