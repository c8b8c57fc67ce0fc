"""Joining a team by its code, and the code itself."""

import io

import segno
from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.identity import throttles
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.teams import operations
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.pages.member import ask
from forecourt.teams.pages.member_forms import CodeForm

P = Permission
JOIN = throttles.Door("join", 20, 3600)  # per person, and per browser address: codes tried


class JoiningForm(forms.Form):
    accepts_joins_at_once = forms.BooleanField(
        label=gettext_lazy("Let everybody in who knows the code"), required=False,
        help_text=gettext_lazy("Otherwise somebody who manages members answers each request."),
    )  # fmt: skip


@page("GET")
def join(request: PageRequest) -> HttpResponseBase:
    """Type the code; the link and the QR code lead past this page."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return done(request, "join-team", _plain(form.cleaned_data["code"]))
    context = {"title": _("Join a team"), "form": form}
    return respond(request, "teams/join.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
def join_team(request: PageRequest, code: str) -> HttpResponseBase:
    """
    The team's name, and one button. Codes tried are counted per person and address; a wrong code, and a team that takes
    nobody in, look alike.
    """
    at = clock.now()
    throttles.take(JOIN, request.person.pk, request.META.get("REMOTE_ADDR"), at=at)
    team = _team(code)
    if request.method == "POST":
        member = operations.request_to_join(actor=request.actor, team=team, person=request.person, at=at)
        if member.state == TeamMember.State.ACCEPTED:
            return done(request, "team-detail", team.pk, message=_("You are a member of %(team)s now") % {"team": team.name})
        return done(request, "join", message=_("%(team)s has your request. We tell you when somebody answers it.") % {"team": team.name})
    return respond(request, "teams/join_team.html", None, {"title": _("Join %(team)s") % {"team": team.name}, "team": team})


def _team(code: str) -> Team:
    """:raises NotFound: for a code that opens nothing now."""
    rows = Team.objects.filter(deleted_at=None, frozen_at=None, blocked_at=None).exclude(type=Team.Type.PERSONAL)
    team = rows.filter(join_code=_plain(code)).first()
    if team is None:
        raise NotFound(_("This code opens no team. Check it with the people who gave it to you."))
    return team


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


@page("GET", "POST")
def join_code(request: PageRequest, team_id: int) -> HttpResponseBase:
    """The team's code, its link and QR code, and whether it lets people in at once."""
    needs = P.TEAM_MEMBER_MANAGE if request.method == "POST" else P.TEAM_MEMBER_READ
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    form = JoiningForm(request.POST if request.method == "POST" else None, initial={"accepts_joins_at_once": team.accepts_joins_at_once})
    if request.method == "POST" and form.is_valid():
        at_once = form.cleaned_data["accepts_joins_at_once"]
        operations.set_joining(actor=request.actor, team=team, accepts_at_once=at_once, at=clock.now())
        return done(request, "team-join-code", team.pk, message=_("Saved."))
    context = frame(request, team) | {
        "form": form,
        "join_url": _link(team),
        "manage_refused": refusal(request.actor, P.TEAM_MEMBER_MANAGE, team),
    }
    return respond(request, "teams/join_code.html", None, context)


@page("GET")
def join_code_picture(request: PageRequest, team_id: int) -> HttpResponseBase:
    """The link as a QR code, SVG."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_READ)
    picture = io.BytesIO()
    segno.make(_link(team), error="m").save(picture, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})


@page("GET", "POST")
def join_code_new(request: PageRequest, team_id: int) -> HttpResponseBase:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_MANAGE)
    if request.method == "POST":
        operations.change_join_code(actor=request.actor, team=team, at=clock.now())
        return done(request, "team-join-code", team.pk, message=_("The team has a new join code."))
    says = _("The code of today, its link and every printed QR code stop working. Open requests stay.")
    back = reverse("team-join-code", args=[team.pk])
    return ask(request, team, _("Make a new join code?"), says, _("Make new code"), is_danger=True, cancel_url=back)


def _link(team: Team) -> str:
    return f"{settings.PUBLIC_URL}{reverse('join-team', args=[team.join_code])}"
