"""Putting in or inviting one person."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch
from forecourt.api.extras import write_extras
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import acting
from forecourt.portal.pages import PageRequest, done, explain, page
from forecourt.teams import operations, queries
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.pages.member import RESOURCE, asked_role, member_form
from forecourt.teams.pages.member_forms import NewMemberForm
from forecourt.teams.pages.teams import SHOWN_ONCE
from forecourt.teams.queries.groups import groups_for
from forecourt.teams.queries.rights import taken_rights
from forecourt.teams.rules import may_grant_wallet, reaches, toggles_for

P = Permission


@page("GET", "POST")
def member_new(request: PageRequest, team_id: int) -> HttpResponseBase:
    """
    An operator's people put in who has an account; anybody else is invited. A team's own people always invite: so the page
    does not tell them who has an account here.
    """
    rows = Team.objects.select_related("operator").filter(deleted_at=None)
    team: Team = fetch(rows, actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_MANAGE)
    form = _form(request, team)
    if request.method == "POST" and form.is_valid():
        try:
            return _put_in_or_invite(request, team, form)
        except Invalid as error:
            explain(form, error)
        except operations.AlreadyMember as error:
            form.add_error("email", error.message)
    return member_form(request, team, form, _("Add a member"), _("Add member"))


def _form(request: PageRequest, team: Team) -> NewMemberForm:
    role = asked_role(request, TeamRole.MEMBER)
    form = NewMemberForm(
        request.POST if request.method == "POST" else None, groups=groups_for(team), initial={"role": role, "email": request.GET.get("email", "")},
        toggles=toggles_for(role, may_grant_wallet=may_grant_wallet(request.actor, team), taken=taken_rights(team)),
    )  # fmt: skip
    form.add_extras(request.actor, team.operator, team, None)
    return form


def _put_in_or_invite(request: PageRequest, team: Team, form: NewMemberForm) -> HttpResponseBase:
    given = form.cleaned_data
    person = _person(request, team, given)
    with acting(request.actor):
        at = clock.now()
        terms = {"actor": request.actor, "team": team, "role": TeamRole(given["role"]), "group": given["group"], "at": at, **form.values()}
        if person is not None and reaches(request.actor, P.PERSON_READ, team):
            member, link = operations.add_member(person=person, **terms), None
        else:
            whom: dict[str, Any] = {"person": person} if given["user_id"] else {"email": given["email"], "phone": given["phone"]}
            member, link = operations.invite_member(**whom, **terms)
        write_extras(RESOURCE, member.pk, form.extras(), actor=request.actor, at=at)
    return _answer(request, team, member, link)


def _person(request: PageRequest, team: Team, given: dict[str, Any]) -> Person | None:
    """Whom the form names; by id only whom the actor may know of. :raises Invalid: for an id that names nobody known."""
    living = Person.objects.filter(deleted_at=None)
    if given["user_id"]:
        person = living.filter(pk=given["user_id"]).first()
        if person is None or not queries.is_known_to(request.actor, person):
            says = _("There is no such user.")
            raise Invalid(says, fields={"user_id": says})
        return person
    if given["email"]:
        return queries.person_by_email(given["email"])
    return living.filter(phone=given["phone"]).first()


def _answer(request: PageRequest, team: Team, member: TeamMember, link: str | None) -> HttpResponseBase:
    if link is None:
        return done(request, "team-members", team.pk, message=_("%(name)s is a member now.") % {"name": member.person})
    request.session[SHOWN_ONCE] = link
    says = (
        _("The invitation is on its way.")
        if member.invited_email or member.person_id
        else _("Give them the link: we send no text messages.")
    )
    return done(request, "team-members", team.pk, message=says)
