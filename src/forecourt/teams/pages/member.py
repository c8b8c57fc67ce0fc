"""One member: the page, role and rights, fee, block, hand over, remove, leave."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch
from forecourt.api.extras import extras_of, write_extras
from forecourt.kit import clock, registries
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.money import Money
from forecourt.kit.operations import acting
from forecourt.portal import formats
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations, queries
from forecourt.teams.models import MemberFee, Team, TeamMember
from forecourt.teams.operations.rights import RIGHTS
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.pages.member_forms import FeeForm, MemberForm
from forecourt.teams.pages.members import row_actions
from forecourt.teams.pages.teams import SHOWN_ONCE
from forecourt.teams.queries import restrictions
from forecourt.teams.queries.rights import taken_rights
from forecourt.teams.rules import PAYMENT_TYPE_LABELS, ROLE_LABELS, TOGGLE_LABELS, may_grant_wallet, toggles_for

P = Permission
RESOURCE = "team-member"
PEOPLE = ("person", "team", "team__operator", "team__currency", "group")


@page("GET")
def member_detail(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Everything about one member; domains above add cards (`registries.cards`, page "team-member")."""
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_READ)
    row = queries.member_row(member, at=clock.now())
    fee = MemberFee.objects.filter(member=member).order_by("-starts_on", "-pk").first()
    context = frame(request, team) | {
        "title": name_of(member),
        "member": member,
        "row": row,
        "crumbs": [(_("Teams"), reverse("teams")), (team.name, reverse("team-members", args=[team.pk]))],
        "tabs": [],
        "contact": _contact(member),
        "rights": _rights(request, member),
        "where": _where(member),
        "fee": fee,
        "fee_amount": Money(fee.amount_minor, fee.currency) if fee else None,
        "cards": [draw(request, member) for where, draw in registries.cards if where == "team-member"],
        "actions_given": row_actions(request, team, row),
        "manage_refused": refusal(request.actor, P.TEAM_MEMBER_MANAGE, team),
    }
    return respond(request, "teams/member.html", None, context)


def _contact(member: TeamMember) -> list[tuple[str, Any]]:
    person = member.person
    return [
        (_("E-mail"), (person.email if person else None) or member.invited_email),
        (_("Phone"), (person.phone if person else None) or member.invited_phone),
        (_("User id"), str(person.pk) if person else None),
        (_("Role"), ROLE_LABELS[member.role]),
        (_("Member group"), member.group.name if member.group else None),
        (_("Invited"), member.invited_at),
        (_("Joined"), member.accepted_at),
        (_("Declined"), member.rejected_at),
        (_("Note"), member.note),
        (_("Partner’s id"), member.partner_external_id),
    ]


def _rights(request: PageRequest, member: TeamMember) -> list[tuple[Any, Any]]:
    stored = extras_of(RESOURCE, [member.pk])[member.pk]
    named = [
        (field.label, _chosen(request, field, member, stored.get(field.name)))
        for field in registries.page_fields
        if field.resource == RESOURCE
    ]
    toggles: list[tuple[Any, Any]] = [(label, getattr(member, name)) for name, label in TOGGLE_LABELS.items()]
    return [*toggles, (_("Pays with the team’s wallet at"), PAYMENT_TYPE_LABELS.get(member.charge_payment_type)), *named]


def _chosen(request: PageRequest, field: Any, member: TeamMember, value: Any) -> str | None:
    """The labels of what is chosen; what the reader may not see by name has its number."""
    if value is None:
        return None
    values = value if field.is_many else [value]
    labels = dict(field.choices(request.actor, operator=member.team.operator, team=member.team))
    return ", ".join(str(labels.get(one, one)) for one in values)


def _where(member: TeamMember) -> list[tuple[Any, Any]]:
    holds = restrictions.holds_for(member.team, member)
    pairs = (
        (_("Countries"), holds.countries, restrictions.country_names(holds.countries), holds.countries_from),
        (
            _("Operators of charge points"),
            holds.operators,
            restrictions.operator_names(holds.operators, member.team.operator),
            holds.operators_from,
        ),
    )
    return [
        (
            label,
            _("Everywhere") if ids is None else _("%(names)s, from %(source)s") % {"names": names or _("nowhere"), "source": source},
        )
        for label, ids, names, source in pairs
    ]


@page("GET", "POST")
def member_edit(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Role and rights. Choosing another role shows which toggles it can have."""
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    is_owner = member.role == TeamRole.OWNER
    role = TeamRole.OWNER if is_owner else asked_role(request, TeamRole(member.role))
    toggles = toggles_for(role, may_grant_wallet=may_grant_wallet(request.actor, team), taken=taken_rights(team))
    initial: dict[str, Any] = {"role": role, "note": member.note, **{name: getattr(member, name) for name in RIGHTS}}
    form = MemberForm(request.POST if request.method == "POST" else None, toggles=toggles, is_owner=is_owner, initial=initial)
    form.add_extras(request.actor, member.team.operator, team, member.pk)
    if request.method == "POST" and form.is_valid():
        chosen = TeamRole(form.cleaned_data.get("role", role))
        try:
            with acting(request.actor):
                at = clock.now()
                operations.edit_member(actor=request.actor, member=member, at=at, role=chosen, **form.values())
                write_extras(RESOURCE, member.pk, form.extras(), actor=request.actor, at=at)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "team-members", team.pk, message=_("The member is changed."))
    return member_form(request, team, form, _("Edit %(name)s") % {"name": name_of(member)}, _("Save member"))


def asked_role(request: PageRequest, otherwise: TeamRole) -> TeamRole:
    """The role that the form asks about: posted, or chosen while the form is open."""
    asked = (request.POST if request.method == "POST" else request.GET).get("role", "")
    return TeamRole(asked) if asked in (TeamRole.ADMIN, TeamRole.MEMBER) else otherwise


def member_form(request: PageRequest, team: Team, form: MemberForm, title: str, submit: str) -> HttpResponseBase:
    context = {"title": title, "team": team, "form": form, "submit": submit, "cancel_url": reverse("team-members", args=[team.pk]),
               "crumbs": [(_("Teams"), reverse("teams")), (team.name, reverse("team-members", args=[team.pk]))]}  # fmt: skip
    return respond(request, "teams/member_form.html", None, context, status=422 if form.errors else 200)


@page("POST")
def member_resend(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """A new link for an invitation; the old one stops working."""
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    _member, request.session[SHOWN_ONCE] = operations.resend_invitation(actor=request.actor, member=member, at=clock.now())
    return done(request, "team-members", team.pk, message=_("A new link is on its way."))


@page("POST")
def member_accept(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    operations.accept_request(actor=request.actor, member=member, at=clock.now())
    return done(request, "team-members", team.pk, message=_("%(name)s is a member now.") % {"name": name_of(member)})


@page("GET", "POST")
def member_reject(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    if request.method == "POST":
        operations.reject_request(actor=request.actor, member=member, at=clock.now())
        return done(request, "team-members", team.pk, message=_("The request is declined."))
    says = _("They are told. They can ask again as long as they know the join code.")
    return ask(request, team, _("Decline %(name)s?") % {"name": name_of(member)}, says, _("Decline request"))


@page("GET", "POST")
def member_block(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    if request.method == "POST":
        operations.block_member(actor=request.actor, member=member, at=clock.now())
        return done(request, "team-members", team.pk, message=_("%(name)s is blocked.") % {"name": name_of(member)})
    says = _("They can no longer open the team or pay with its wallet, and cannot ask to join again, until somebody unblocks them.")
    return ask(request, team, _("Block %(name)s?") % {"name": name_of(member)}, says, _("Block member"), is_danger=True)


@page("POST")
def member_unblock(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    operations.unblock_member(actor=request.actor, member=member, at=clock.now())
    return done(request, "team-members", team.pk, message=_("%(name)s is a member again.") % {"name": name_of(member)})


@page("GET", "POST")
def member_owner(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Hand the team over."""
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    if request.method == "POST":
        operations.transfer_ownership(actor=request.actor, member=member, at=clock.now())
        return done(request, "team-members", team.pk, message=_("%(name)s is the owner now.") % {"name": name_of(member)})
    says = _("%(name)s gets every right in %(team)s. The owner of today becomes an admin.") % {"name": name_of(member), "team": team.name}
    return ask(request, team, _("Make %(name)s the owner?") % {"name": name_of(member)}, says, _("Make owner"))


@page("GET", "POST")
def member_remove(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_DELETE)
    is_invited = member.state not in (TeamMember.State.ACCEPTED, TeamMember.State.BLOCKED)
    if request.method == "POST":
        operations.remove_member(actor=request.actor, member=member, at=clock.now())
        return done(
            request, "team-members", team.pk, message=_("The invitation is withdrawn.") if is_invited else _("The member is removed.")
        )
    title, says, verb = _removing(is_invited)
    return ask(request, team, title % {"name": name_of(member)}, says, verb, is_danger=True)


def _removing(is_invited: bool) -> tuple[str, str, str]:
    if is_invited:
        return _("Withdraw the invitation of %(name)s?"), _("The link in their e-mail stops working."), _("Withdraw invitation")
    return _("Remove %(name)s?"), _("They can no longer open the team or pay with its wallet. What they charged stays."), _("Remove member")


@page("GET", "POST")
def team_leave(request: PageRequest, team_id: int) -> HttpResponseBase:
    """A member goes. The owner hands the team over first."""
    team: Team = fetch(Team.objects, actor=request.actor, id=team_id, needs=P.TEAM_READ)
    member = TeamMember.objects.filter(team=team, person=request.person, state=TeamMember.State.ACCEPTED, deleted_at=None).first()
    if member is None:
        raise NotFound(_("You are not a member of this team."))
    if request.method == "POST":
        operations.remove_member(actor=request.actor, member=member, at=clock.now())
        return done(request, "/", message=_("You have left %(team)s.") % {"team": team.name})
    says = _("You can no longer open it or pay with its wallet. A monthly fee ends with this month. Your charges stay yours.")
    return ask(
        request,
        team,
        _("Leave %(team)s?") % {"team": team.name},
        says,
        _("Leave team"),
        is_danger=True,
        cancel_url=reverse("team-detail", args=[team.pk]),
    )


@page("GET", "POST")
def member_fee(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Set or change what a member pays each month."""
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    currency = member.team.currency.identifier
    fee = MemberFee.objects.filter(member=member, ends_on=None).first()
    initial = {"amount": Money(fee.amount_minor, fee.currency).major, "note": fee.agreed_note} if fee else {}
    form = FeeForm(request.POST if request.method == "POST" else None, currency=currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        amount = Money.rounded(form.cleaned_data["amount"], currency)
        try:
            operations.set_fee(actor=request.actor, member=member, amount=amount, note=form.cleaned_data["note"], at=clock.now())
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "team-member", team.pk, member.pk, message=_("The monthly fee is set. The member is told."))
    context = {"title": _("Monthly fee of %(name)s") % {"name": name_of(member)}, "form": form, "submit": _("Set monthly fee"), "fee": fee,
               "cancel_url": reverse("team-member", args=[team.pk, member.pk]), "team": team, "member": member,
               "crumbs": [(team.name, reverse("team-members", args=[team.pk])), (name_of(member), reverse("team-member", args=[team.pk, member.pk]))]}  # fmt: skip
    return respond(request, "teams/fee_form.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
def member_fee_end(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    fee = MemberFee.objects.filter(member=member, ends_on=None).first()
    back = reverse("team-member", args=[team.pk, member.pk])
    if request.method == "POST":
        if fee is not None:
            operations.end_fee(actor=request.actor, fee=fee, at=clock.now())
        return done(request, back, message=_("The monthly fee ends. The member is told."))
    amount = formats.money(Money(fee.amount_minor, fee.currency)) if fee else formats.NOTHING
    title = _("End the monthly fee of %(amount)s for %(name)s?") % {"amount": amount, "name": name_of(member)}
    return ask(request, team, title, _("This month is still owed, nothing after it."), _("End monthly fee"), cancel_url=back)


def member_named(request: PageRequest, team_id: int, member_id: int, needs: Permission) -> tuple[Team, TeamMember]:
    """:raises NotFound: if the member is not this team's. :raises Forbidden: as `access.fetch`."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    member = TeamMember.objects.filter(team=team, deleted_at=None, pk=member_id).select_related(*PEOPLE).first()
    if member is None:
        raise NotFound(_("There is nothing here with that id."))
    return team, member


def name_of(member: TeamMember) -> str:
    return member.person.display_name if member.person else member.invited_email or member.invited_phone or f"#{member.pk}"


def ask(
    request: PageRequest, team: Team, title: str, says: str, confirm: str, *, is_danger: bool = False, cancel_url: str = ""
) -> HttpResponseBase:
    context = {"title": title, "says": says, "action": request.path, "confirm": confirm, "is_danger": is_danger,
               "cancel_url": cancel_url or reverse("team-members", args=[team.pk])}  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)
