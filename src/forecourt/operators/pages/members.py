"""Members and access of an account (spec §2.3)."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import OperatorRole, Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.operators import operations, queries
from forecourt.operators.history import may_read_history
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.pages.forms import InviteForm, RoleForm
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.operators.queries import MemberRow
from forecourt.operators.states import MEMBER
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, paged, respond

SHOWN_ONCE = "operator_invitation_link"  # session key: the link of an invitation, for the next page
READ, MANAGE = Permission.OPERATOR_MEMBER_READ, Permission.OPERATOR_MEMBER_MANAGE


@page("GET")
def member_list(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Who works in the account, who is invited, and as what."""
    operator = fetch_account(request.actor, account_id, READ)
    states = request.GET.getlist("state")
    rows = queries.member_rows(operator, at=clock.now(), search=request.GET.get("q", "").strip(), states=states)
    if request.GET.get("format") == "csv":
        header = [_("Name"), _("Contact"), _("Role"), _("State"), _("Member since")]
        table = ([row.name, row.email, OperatorRole(row.role).label, row.state, row.accepted_at] for row in rows)
        return csv_response("members.csv", header, table)
    paging, refused = paged(request, len(rows)), refusal(request.actor, MANAGE, operator)
    is_logged = may_read_history(request.actor, operator)
    shown = rows[paging.offset : paging.offset + paging.size]
    context = frame(request, operator) | {
        "rows": [
            (row, OperatorRole(row.role).label, _actions(operator, row, refused, request.person.pk, is_logged=is_logged)) for row in shown
        ],
        "paging": paging,
        "csv": True,
        "chips": state_chips("operator-member", tuple(MEMBER), chosen=states),
        "invite_refused": refused,
        "link": request.session.pop(SHOWN_ONCE, None),
        "main_account": _main_of(operator),
    }
    return respond(request, "operators/member_list.html", "rows", context)


def _main_of(operator: Operator) -> Operator | None:
    """Whose people work in a Sub-account too."""
    return None if operator.is_main else Operator.objects.filter(organisation_id=operator.organisation_id, is_main=True).first()


def _actions(operator: Operator, row: MemberRow, refused: str, person_id: int, *, is_logged: bool) -> list[Action]:
    args, is_invitation = [operator.pk, row.id], row.state not in ("accepted", "blocked")
    myself = refused or (_("You cannot block yourself.") if row.person_id == person_id else "")
    actions = [Action(_("Change role"), reverse("account-member-edit", args=args), "pencil", disabled=refused)]
    if is_invitation:
        actions.append(
            Action(_("Send a new link"), reverse("account-member-resend", args=args), "mail-forward", posts=True, disabled=refused)
        )
    elif row.state == "blocked":
        actions.append(Action(_("Unblock"), reverse("account-member-unblock", args=args), "lock-open", posts=True, disabled=refused))
    else:
        actions.append(Action(_("Block"), reverse("account-member-block", args=args), "ban", asks=True, disabled=myself))
    if is_logged:
        actions.append(Action(_("History"), reverse("account-member-history", args=args), "history"))
    label = _("Withdraw the invitation") if is_invitation else _("Remove")
    return [*actions, Action(label, reverse("account-member-remove", args=args), "user-minus", asks=True, is_danger=True, disabled=refused)]


@page("GET", "POST")
def member_new(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Invite somebody, by e-mail or phone. The link is mailed, and shown once to hand over."""
    operator = fetch_account(request.actor, account_id, MANAGE)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            member, link = operations.invite_member(
                actor=request.actor, operator=operator, email=given["email"], phone=given["phone"],
                role=OperatorRole(given["role"]), at=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            explain(form, error)
        else:
            request.session[SHOWN_ONCE] = link
            says = _("The invitation is on its way.") if member.invited_email else _("The invitation is open. Hand over its link.")
            return done(request, "account-members", operator.pk, message=says)
    return _form(request, operator, form, _("Invite a member"), _("Invite"))


@page("GET", "POST")
def member_edit(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """Give somebody another role."""
    operator, member = named(request, account_id, operator_member_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_role(actor=request.actor, member=member, role=OperatorRole(form.cleaned_data["role"]), at=clock.now())
        except operations.LastAdmin as error:
            form.add_error("role", error.message)
        else:
            return done(request, "account-members", operator.pk, message=_("The role is changed."))
    return _form(request, operator, form, _("Role of %(name)s") % {"name": member_name(member)}, _("Save"))


def _form(request: PageRequest, operator: Operator, form: InviteForm | RoleForm, heading: str, submit: str) -> HttpResponseBase:
    back = reverse("account-members", args=[operator.pk])
    context = frame(request, operator) | {
        "title": heading, "form": form, "submit": submit, "cancel_url": back, "crumbs": [(operator.name, back)],
    }  # fmt: skip
    return respond(request, "portal/form.html", None, context)


@page("POST")
def member_resend(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """A new link; the one before stops working."""
    operator, member = named(request, account_id, operator_member_id)
    _member, link = operations.resend_invitation(actor=request.actor, member=member, at=clock.now())
    request.session[SHOWN_ONCE] = link
    return done(request, "account-members", operator.pk, message=_("The invitation is open again, with a new link."))


@page("GET", "POST")
def member_block(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """Keep somebody out for now, after asking."""
    operator, member = named(request, account_id, operator_member_id)
    if request.method == "POST":
        operations.block_member(actor=request.actor, member=member, at=clock.now())
        return done(request, "account-members", operator.pk, message=_("%(name)s is blocked.") % {"name": member_name(member)})
    says = _("They lose access to %(account)s at once. Their role waits until you unblock them.") % {"account": operator.name}
    return _ask(request, operator, _("Block %(name)s?") % {"name": member_name(member)}, says, _("Block"))


@page("POST")
def member_unblock(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """Let somebody in again."""
    operator, member = named(request, account_id, operator_member_id)
    operations.unblock_member(actor=request.actor, member=member, at=clock.now())
    return done(request, "account-members", operator.pk, message=_("%(name)s has access again.") % {"name": member_name(member)})


@page("GET", "POST")
def member_remove(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """Take somebody out, or withdraw an invitation, after asking."""
    operator, member = named(request, account_id, operator_member_id)
    if request.method == "POST":
        operations.remove_member(actor=request.actor, member=member, at=clock.now())
        return done(request, "account-members", operator.pk, message=_("%(name)s has no access any more.") % {"name": member_name(member)})
    says = _("They lose access to %(account)s at once. What they did stays in the audit log.") % {"account": operator.name}
    return _ask(request, operator, _("Remove %(name)s?") % {"name": member_name(member)}, says, _("Remove"))


def _ask(request: PageRequest, operator: Operator, title: str, says: str, confirm: str) -> HttpResponseBase:
    back = reverse("account-members", args=[operator.pk])
    context = {"title": title, "says": says, "action": request.path, "confirm": confirm, "is_danger": True, "cancel_url": back}
    return respond(request, "portal/dialog.html", "dialog", context)


def named(request: PageRequest, account_id: int, member_id: int, needs: Permission = MANAGE) -> tuple[Operator, OperatorMember]:
    """The account and its member, as far as the actor may (`access.fetch`)."""
    operator = fetch_account(request.actor, account_id, needs)
    rows = OperatorMember.objects.select_related("person", "operator")
    member: OperatorMember = fetch(rows, actor=request.actor, id=member_id, needs=needs)
    if member.operator_id != operator.pk:
        raise NotFound(_("There is nothing here with that id."))
    return operator, member


def member_name(member: OperatorMember) -> str:
    return member.person.display_name if member.person else member.invited_email or member.invited_phone or ""
