"""People, for those who run the platform: find somebody, see where they work, and help with signing in. No tenant's data (decision 0002)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Permission, lacks, require
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.identity.queries import has_second_factor, security_of, sessions_of
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.registries import MenuEntry
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.project import people_queries as queries

MENU = [MenuEntry("platform", gettext_lazy("People"), "platform-people", "users", Permission.PLATFORM_READ, 15)]
MANAGE = Permission.PLATFORM_MANAGE
LONGEST_WORDS = 100


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who asked, and how they showed who they are. It is kept with your name."),
    )  # fmt: skip


@page("GET")
def people(request: PageRequest) -> HttpResponseBase:
    """People by name, e-mail address or phone number. Without a search the list is empty: nobody browses through everybody."""
    require(request.actor, Permission.PLATFORM_READ)
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS]
    rows = queries.people_found(words)
    paging = paged(request, rows[: COUNT_LIMIT + 1].count())
    shown = list(rows[paging.offset : paging.offset + paging.size])
    counts = queries.accounts_counted(shown)
    context = {
        "title": _("People"),
        "rows": [(person, _state(person), counts[person.pk]) for person in shown],
        "paging": paging,
        "words": words,
        "shortest": queries.SHORTEST,
        "is_searched": len(words.replace(" ", "")) >= queries.SHORTEST,
    }
    return respond(request, "project/people.html", "rows", context)


@page("GET")
def person_detail(request: PageRequest, person_id: int) -> HttpResponseBase:
    """One person: contact, accounts and roles, how they sign in, what was done for them."""
    require(request.actor, Permission.PLATFORM_READ)
    person = _person(person_id)
    sessions = sessions_of(person.pk, current_key=None, at=clock.now())
    context = {
        "title": person.display_name,
        "state": _state(person),
        "crumbs": [(_("People"), reverse("platform-people"))],
        "places": queries.places_of(person),
        "interventions": queries.interventions_of(person),
        "facts": _facts(person),
        "signing_in": _signing_in(person, len(sessions)),
        "actions_given": _actions(request, person, has_sessions=bool(sessions)),
    }
    return respond(request, "project/person.html", None, context)


@page("GET", "POST")
def sessions_end(request: PageRequest, person_id: int) -> HttpResponseBase:
    """Sign somebody out of every browser."""
    says = _("They are signed out of every browser and told by letter. They can sign in again.")
    return _help(
        request, person_id, identity.end_sessions_for, _("Sign %(name)s out everywhere?"), says, _("Sign out everywhere"),
        _("They are signed out everywhere."),
    )  # fmt: skip


@page("GET", "POST")
def factors_reset(request: PageRequest, person_id: int) -> HttpResponseBase:
    """Remove lost second factors, once the person has shown who they are."""
    says = _(
        "Their authenticator app, passkeys and recovery codes stop working, and they are signed out everywhere. Afterwards the password alone"
        " signs them in. Make sure first that it is they: call the number on file, or ask an Admin who knows them."
    )
    return _help(
        request, person_id, identity.reset_second_factors, _("Remove the second factors of %(name)s?"), says, _("Remove second factors"),
        _("The second factors are removed."),
    )  # fmt: skip


@page("GET", "POST")
def lock(request: PageRequest, person_id: int) -> HttpResponseBase:
    """Let somebody in nowhere."""
    says = _(
        "They are signed out everywhere and cannot sign in; API keys that act as them stop working. Their roles wait until you unlock them."
    )
    return _help(request, person_id, identity.lock_sign_in, _("Lock %(name)s out?"), says, _("Lock"), _("They are locked out."))


@page("GET", "POST")
def unlock(request: PageRequest, person_id: int) -> HttpResponseBase:
    """Let somebody in again."""
    says = _("They can sign in again, with the roles they had.")
    return _help(request, person_id, identity.unlock_sign_in, _("Unlock %(name)s?"), says, _("Unlock"), _("They can sign in again."), False)


def _help(
    request: PageRequest, person_id: int, operation: Callable[..., Any], title: str, says: str, confirm: str, did: str,
    is_danger: bool = True,
) -> HttpResponseBase:  # fmt: skip
    """Ask for the reason and to confirm, then do it."""
    require(request.actor, MANAGE)
    person = _person(person_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operation(actor=request.actor, person=person, reason=form.cleaned_data["reason"], at=clock.now())
        except Invalid as error:
            explain(form, error)
        except identity.CannotBeLocked as error:
            form.add_error(None, error.message)
        else:
            return done(request, "platform-person", person.pk, message=did)
    context = {
        "title": title % {"name": person.display_name}, "says": says, "action": request.path, "confirm": confirm, "is_danger": is_danger,
        "cancel_url": reverse("platform-person", args=[person.pk]), "form": form,
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form.errors else 200)


def _person(person_id: int) -> Person:
    person = Person.objects.filter(pk=person_id, deleted_at=None).first()
    if person is None:
        raise NotFound(_("There is nothing here with that id."))
    return person


def _state(person: Person) -> str:
    return "open" if person.is_active else "locked"


def _facts(person: Person) -> list[tuple[str, Any]]:
    return [
        (_("User id"), str(person.pk)),
        (_("E-mail"), person.email),
        (_("Confirmed"), person.email_verified_at),
        (_("Phone"), person.phone),
        (_("Language"), dict(settings.LANGUAGES).get(person.language, person.language)),
        (_("Created"), person.created_at),
        (_("Deletion due"), person.erasure_due_at),
    ]


def _signing_in(person: Person, sessions: int) -> list[tuple[str, Any]]:
    security = security_of(person)
    return [
        (_("Password"), security.has_password),
        (_("Authenticator app"), security.app_since is not None),
        (_("Passkeys"), str(len(security.passkeys))),
        (_("Recovery codes left"), str(security.codes_left)),
        (_("Signed in"), ngettext("%(count)s browser", "%(count)s browsers", sessions) % {"count": sessions}),
        (_("Last sign-in"), person.last_login),
    ]


def _actions(request: PageRequest, person: Person, *, has_sessions: bool) -> list[Action]:
    refused = "" if request.actor.may_platform(MANAGE) else lacks(MANAGE)
    nowhere = refused or ("" if has_sessions else _("They are signed in nowhere."))
    nothing = refused or ("" if has_second_factor(person.pk) else _("They have no second factor."))
    myself = refused or (_("You cannot lock yourself out.") if person.pk == request.person.pk else "")

    def at(name: str) -> str:
        return reverse(name, args=[person.pk])

    last = (
        Action(_("Lock"), at("platform-person-lock"), "lock", asks=True, is_danger=True, disabled=myself)
        if person.is_active
        else Action(_("Unlock"), at("platform-person-unlock"), "lock-open", asks=True, disabled=refused)
    )
    return [
        Action(_("Sign out everywhere"), at("platform-person-sessions-end"), "logout", asks=True, disabled=nowhere),
        Action(_("Remove second factors"), at("platform-person-factors-reset"), "shield-off", asks=True, is_danger=True, disabled=nothing),
        last,
    ]
