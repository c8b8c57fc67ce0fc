"""Domains, roles of groups, and Admins who keep their password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import OperatorRole, Permission, fetch
from forecourt.audit.operations.refusals import record_refusal
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import DomainError, Invalid
from forecourt.operators.models import Operator, OperatorMember
from forecourt.portal.pages import PageRequest, ask, done, explain, page
from forecourt.sso.models import BreakGlass, EmailDomain, GroupRole, IdentityProvider
from forecourt.sso.operations import domains, group_roles, providers
from forecourt.sso.pages.frame import crumbs, form_page, main_account


class DomainForm(forms.Form):
    domain = forms.CharField(label=gettext_lazy("Domain"), max_length=253, help_text=gettext_lazy("What stands after the @."))
    provider = forms.ModelChoiceField(
        label=gettext_lazy("Identity provider"), queryset=IdentityProvider.objects.none(), required=False,
        help_text=gettext_lazy("None: the domain is proved, and its people sign in with a password."),
    )  # fmt: skip

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].queryset = IdentityProvider.objects.filter(operator=operator, deleted_at=None)  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    group = forms.CharField(
        label=gettext_lazy("Group"), max_length=255, help_text=gettext_lazy("Its name or id, as the provider sends it.")
    )
    account = forms.ModelChoiceField(label=gettext_lazy("Account"), queryset=Operator.objects.none())
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, role.label) for role in OperatorRole])

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Operator.objects.filter(organisation_id=operator.organisation_id, deleted_at=None).order_by("-is_main", "name")
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


class NamedForm(forms.Form):
    person = forms.ModelChoiceField(label=gettext_lazy("Admin"), queryset=Person.objects.none())

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        admins = OperatorMember.objects.filter(operator=operator, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED)
        self.fields["person"].queryset = Person.objects.filter(pk__in=admins.values("person_id"))  # type: ignore[attr-defined]


@page("GET", "POST")
def domain_new(request: PageRequest) -> HttpResponseBase:
    operator = main_account(request, Permission.SSO_MANAGE)
    form = DomainForm(request.POST or None, operator=operator)
    if request.method == "POST" and form.is_valid():
        try:
            domains.add_domain(actor=request.actor, operator=operator, at=clock.now(), **form.cleaned_data)
            return done(request, "sso", message=_("Now make the TXT record, then check it."))
        except Invalid as error:
            explain(form, error)
    return form_page(request, form, _("New domain"), _("Add the domain"), crumbs=crumbs())


@page("POST")
def domain_check(request: PageRequest, domain_id: int) -> HttpResponseBase:
    """Ask the name servers now."""
    row = _domain(request, domain_id)
    try:
        row = domains.check_domain(actor=request.actor, domain=row, at=clock.now())
    except domains.DomainTaken as error:
        record_refusal(
            organisation_id=row.organisation_id, operator_id=row.operator_id, entity=("EmailDomain", row.pk, row.domain),
            by=request.actor.name, at=clock.now(), context={"reason": "domain_taken"},
        )  # fmt: skip
        return done(request, "sso", message=error.message, level=messages.ERROR)
    if row.verified_at:
        return done(request, "sso", message=_("%(domain)s is proved.") % {"domain": row.domain})
    return done(request, "sso", message=row.last_error, level=messages.WARNING)


@page("GET", "POST")
def domain_edit(request: PageRequest, domain_id: int) -> HttpResponseBase:
    """Which provider its people use."""
    row = _domain(request, domain_id)
    form = DomainForm(request.POST or None, operator=row.operator, initial={"provider": row.provider_id})
    del form.fields["domain"]
    if request.method == "POST" and form.is_valid():
        domains.give_domain(actor=request.actor, domain=row, provider=form.cleaned_data["provider"], at=clock.now())
        return done(request, "sso", message=_("Saved."))
    return form_page(request, form, row.domain, _("Save"), crumbs=crumbs())


@page("GET", "POST")
def domain_remove(request: PageRequest, domain_id: int) -> HttpResponseBase:
    row = _domain(request, domain_id)
    if request.method == "POST":
        domains.remove_domain(actor=request.actor, domain=row, at=clock.now())
        return done(request, "sso", message=_("The domain is removed."))
    says = _("People of this domain sign in with a password again, and directories can no longer change them.")
    return ask(request, _("Remove %(name)s?") % {"name": row.domain}, says, _("Remove"), cancel=reverse("sso"))


@page("GET", "POST")
def group_new(request: PageRequest) -> HttpResponseBase:
    operator = main_account(request, Permission.SSO_MANAGE)
    form = GroupForm(request.POST or None, operator=operator)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            group_roles.map_group(
                actor=request.actor, account=given["account"], group=given["group"], role=OperatorRole(given["role"]), at=clock.now()
            )
            return done(
                request,
                "sso",
                message=_("Who is in the group has the role: at once if a directory put them there, else from their next sign-in on."),
            )
        except DomainError as error:
            form.add_error("group", error.message)
    return form_page(request, form, _("New role of a group"), _("Save"), crumbs=crumbs())


@page("GET", "POST")
def group_remove(request: PageRequest, mapping_id: int) -> HttpResponseBase:
    row: GroupRole = fetch(GroupRole.objects, actor=request.actor, id=mapping_id, needs=Permission.SSO_MANAGE)
    if request.method == "POST":
        group_roles.unmap_group(actor=request.actor, mapping=row, at=clock.now())
        return done(request, "sso", message=_("The group brings no role any more."))
    says = _("Who has the role through the group loses it: at once if a directory put them there, else at their next sign-in.")
    return ask(request, _("Remove %(name)s?") % {"name": row.group}, says, _("Remove"), cancel=reverse("sso"))


@page("GET", "POST")
def named_new(request: PageRequest) -> HttpResponseBase:
    operator = main_account(request, Permission.SSO_MANAGE)
    form = NamedForm(request.POST or None, operator=operator)
    if request.method == "POST" and form.is_valid():
        providers.allow_password(actor=request.actor, operator=operator, person=form.cleaned_data["person"], at=clock.now())
        return done(request, "sso", message=_("They can sign in with their password, also when the provider is down."))
    return form_page(request, form, _("An Admin who keeps their password"), _("Save"), crumbs=crumbs())


@page("GET", "POST")
def named_remove(request: PageRequest, named_id: int) -> HttpResponseBase:
    row: BreakGlass = fetch(BreakGlass.objects.select_related("person"), actor=request.actor, id=named_id, needs=Permission.SSO_MANAGE)
    if request.method == "POST":
        providers.forbid_password(actor=request.actor, row=row, at=clock.now())
        return done(request, "sso", message=_("They sign in through the provider alone."))
    says = _("If the provider is down, they cannot get in to switch it off.")
    title = _("Take the password from %(name)s?") % {"name": row.person.display_name}
    return ask(request, title, says, _("Remove"), cancel=reverse("sso"))


def _domain(request: PageRequest, domain_id: int) -> EmailDomain:
    rows = EmailDomain.objects.filter(deleted_at=None).select_related("operator")
    row: EmailDomain = fetch(rows, actor=request.actor, id=domain_id, needs=Permission.SSO_MANAGE)
    return row
