"""Directories (SCIM) of the organisation that a person works in."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, lacks_here, may, refused_everywhere, require
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import MenuEntry
from forecourt.operators.models import Operator
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, ask, done, explain, page, paged, respond
from forecourt.sso.models import Directory, DirectoryGroup, DirectoryUser, GroupRole
from forecourt.sso.operations import directories as operations
from forecourt.sso.queries import verified_domains
from forecourt.sso.scim.door import base

MENU = [MenuEntry("settings", gettext_lazy("Directories"), "directories", "users-group", Permission.SSO_READ, 42)]


class DirectoryForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("For example Entra ID or Okta."))


class LeakedTokenForm(forms.Form):
    leaked = forms.BooleanField(label=gettext_lazy("The old token leaked: end it now"), required=False)


@page("GET")
def directory_list(request: PageRequest) -> HttpResponseBase:
    """Every directory of the organisation, the revoked ones too."""
    scope = require(request.actor, Permission.SSO_READ)
    rows = Directory.objects.within(scope).order_by("-id")
    paging = paged(request, rows.count())
    context = {
        "title": _("Directories"),
        "rows": rows[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "create_refused": refused_everywhere(request.actor, Permission.SSO_MANAGE),
    }
    return respond(request, "sso/directory_list.html", "rows", context)


@page("GET", "POST")
def directory_new(request: PageRequest) -> HttpResponseBase:
    """Connect a directory. The answer to the POST shows the token; it is written nowhere else."""
    require(request.actor, Permission.SSO_MANAGE)
    account: Operator = fetch(
        Operator.objects.filter(deleted_at=None, is_main=True),
        actor=request.actor,
        id=request.actor.operator_id or 0,
        needs=Permission.SSO_MANAGE,
    )
    form = DirectoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            directory, token = operations.create_directory(
                actor=request.actor, account=account, name=form.cleaned_data["name"], at=clock.now()
            )
            return _token_page(request, directory, token)
        except Invalid as error:
            explain(form, error)
    domains = sorted(verified_domains(account.organisation_id))
    context = {
        "title": _("Connect a directory"), "form": form, "submit": _("Connect"), "cancel_url": reverse("directories"), "domains": domains,
    }  # fmt: skip
    return respond(request, "sso/directory_form.html", None, context, status=422 if form.errors else 200)


@page("GET")
def directory_detail(request: PageRequest, directory_id: int) -> HttpResponseBase:
    """The address to type in there, and what it has sent."""
    directory = _fetched(request, directory_id, Permission.SSO_READ)
    return respond(request, "sso/directory_detail.html", None, _context(request, directory))


@page("GET", "POST")
def directory_token(request: PageRequest, directory_id: int) -> HttpResponseBase:
    """A new token; the old one is good for a day more, unless it leaked."""
    directory = _fetched(request, directory_id, Permission.SSO_MANAGE)
    form = LeakedTokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        leaked = form.cleaned_data["leaked"]
        token = operations.regenerate_token(actor=request.actor, directory=directory, at=clock.now(), ends_old_at_once=leaked)
        return _token_page(request, directory, token)
    says = _("The old token is good for 24 hours more, so that you can change it in the directory without a pause.")
    title, cancel = _("New token for %(name)s?") % {"name": directory.name}, reverse("directory", args=[directory.pk])
    return ask(request, title, says, _("Make a new token"), cancel=cancel, is_danger=False, form=form)


@page("GET", "POST")
def directory_revoke(request: PageRequest, directory_id: int) -> HttpResponseBase:
    """Disconnect for good."""
    directory = _fetched(request, directory_id, Permission.SSO_MANAGE)
    if request.method == "POST":
        operations.revoke_directory(actor=request.actor, directory=directory, at=clock.now())
        return done(request, "directory", directory.pk, message=_("Disconnected. Its tokens stopped working."))
    says = _("Its tokens stop working at once. People stay as they are: nobody loses a role, nobody is let in. This cannot be undone.")
    title, cancel = _("Disconnect %(name)s?") % {"name": directory.name}, reverse("directory", args=[directory.pk])
    return ask(request, title, says, _("Disconnect"), cancel=cancel)


def _fetched(request: PageRequest, id: int, needs: Permission) -> Directory:
    directory: Directory = fetch(Directory.objects.all(), actor=request.actor, id=id, needs=needs)
    return directory


def _token_page(request: PageRequest, directory: Directory, token: str) -> HttpResponseBase:
    directory.refresh_from_db()
    return respond(request, "sso/directory_detail.html", None, _context(request, directory) | {"token": token})


def _context(request: PageRequest, directory: Directory) -> dict[str, Any]:
    users = DirectoryUser.objects.filter(directory=directory).select_related("person").order_by("-id")
    paging = paged(request, users.count())
    return {
        "title": directory.name,
        "directory": directory,
        "state": "revoked" if directory.revoked_at else "active",
        "crumbs": [(_("Directories"), reverse("directories"))],
        "actions_given": _actions(request, directory),
        "facts": _facts(directory),
        "users": [(user, _state(user)) for user in users[paging.offset : paging.offset + paging.size]],
        "paging": paging,
        "groups": _groups(directory),
    }


def _state(user: DirectoryUser) -> str:
    return "deleted" if user.deleted_at else "active" if user.active else "inactive"


def _groups(directory: Directory) -> list[tuple[DirectoryGroup, list[GroupRole]]]:
    """Each group with the roles that it brings."""
    groups = list(DirectoryGroup.objects.filter(directory=directory).annotate(size=Count("members")).order_by("display_name")[:200])
    names = {name for group in groups for name in (group.display_name, group.external_id) if name}
    roles = list(GroupRole.objects.filter(Q(group__in=names), organisation_id=directory.organisation_id).select_related("operator"))
    return [(group, [role for role in roles if role.group in (group.display_name, group.external_id)]) for group in groups]


def _facts(directory: Directory) -> list[tuple[str, Any]]:
    until = directory.previous_token_until
    return [
        (_("Base URL"), base()),
        (_("Domains"), ", ".join(sorted(verified_domains(directory.organisation_id))) or _("none verified: it can make nobody")),
        (_("Connected"), directory.created_at),
        (_("Last used"), directory.last_used_at or _("never used")),
        (_("The old token is good until"), until if until and until > clock.now() else None),
        (_("Disconnected"), directory.revoked_at),
    ]


def _actions(request: PageRequest, directory: Directory) -> list[Action]:
    is_allowed = may(Directory.objects, actor=request.actor, id=directory.pk, needs=Permission.SSO_MANAGE)
    ended = _("This directory was disconnected and cannot be used again.")
    why = ended if directory.revoked_at else "" if is_allowed else lacks_here(Permission.SSO_MANAGE)
    return [
        Action(_("New token"), reverse("directory-token", args=[directory.pk]), "refresh", asks=True, disabled=why),
        Action(_("Disconnect"), reverse("directory-revoke", args=[directory.pk]), "ban", asks=True, is_danger=True, disabled=why),
    ]
