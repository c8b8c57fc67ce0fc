"""
What a member pays the team each month (spec P2.1). The agreement is made outside; here it is recorded and the member is
told. `billing` collects.

Months are calendar months of the team's zone. A fee that is in force on any day of a month is owed for that month, once:
so a change holds from the first of the next month.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.money import Money
from forecourt.kit.operations import locked, operation
from forecourt.operators.rules import in_account
from forecourt.teams.models import MemberFee, Team, TeamMember
from forecourt.teams.operations.letters import tell
from forecourt.teams.rules import next_month

LARGEST_MINOR = 10_000_000  # a month; more is a slip of the keyboard


@operation
def set_fee(*, actor: Actor, member: TeamMember, amount: Money, at: datetime, note: str = "") -> MemberFee:
    """
    Let a member pay this each month, VAT included, or change what they pay. A first fee begins today; a change holds from the
    first of the next month, because this month is owed already. The member is told.

    Beside itself: the member's row is locked. The same amount again changes only the note and tells nobody.

    :raises Invalid: for an amount that is not above zero, or in another currency than the team's; for who has not accepted.
    """
    member = locked(member)
    team = Team.objects.select_related("currency").get(pk=member.team_id)
    note = _checked(member, team, amount, note)
    open_fee = MemberFee.objects.filter(member=member, ends_on=None).first()
    if open_fee is not None and open_fee.amount_minor == amount.minor:
        open_fee.agreed_note = note
        open_fee.save(update_fields=["agreed_note"])
        return open_fee
    fee = _next_fee(member, team, open_fee, local_day(team, at))
    fee.amount_minor, fee.currency, fee.agreed_note = amount.minor, amount.currency, note
    fee.save()
    _tell_of(fee, member, team)
    return fee


@operation
def end_fee(*, actor: Actor, fee: MemberFee, at: datetime) -> MemberFee:
    """
    End a fee with this month, which is owed still; one that has not begun is never owed. The member is told. Again: nothing
    happens. The row is locked.
    """
    fee = locked(fee)
    if fee.ends_on is None:
        team = Team.objects.get(pk=fee.team_id)
        _end(fee, local_day(team, at))
        _tell_end(fee, team)
    return fee


def end_fees_of(member: TeamMember, *, at: datetime) -> None:
    """Who leaves the team owes no month after this one."""
    for fee in MemberFee.objects.filter(member=member, ends_on=None).select_related("team").select_for_update(of=("self",)):
        _end(fee, local_day(fee.team, at))


def local_day(team: Team, at: datetime) -> date:
    """The day in the team's zone."""
    return at.astimezone(ZoneInfo(team.time_zone)).date()


def _checked(member: TeamMember, team: Team, amount: Money, note: str) -> str:
    checks = Checks()
    if amount.currency != team.currency.identifier or not 0 < amount.minor <= LARGEST_MINOR:
        checks.fail("amount", _("Enter an amount above zero, in %(currency)s.") % {"currency": team.currency.identifier})
    note = checks.text("note", note, limit=255, is_required=False)
    checks.finish()
    if member.state != TeamMember.State.ACCEPTED or member.deleted_at or member.person_id is None:
        raise Invalid(_("Only a member who has accepted pays a monthly fee."))
    return note


def _next_fee(member: TeamMember, team: Team, open_fee: MemberFee | None, today: date) -> MemberFee:
    """The row that takes the new amount: one that has not begun yet, or one from the first day that nothing is owed for."""
    if open_fee is not None and open_fee.starts_on > today:
        return open_fee
    starts_on = today
    if open_fee is not None:
        open_fee.ends_on = starts_on = next_month(today)
        open_fee.save(update_fields=["ends_on"])
    else:
        ended_on = MemberFee.objects.filter(member=member).aggregate(last=Max("ends_on"))["last"]
        starts_on = max(today, ended_on) if ended_on else today
    scope = {"organisation_id": team.organisation_id, "operator_id": team.operator_id}
    return MemberFee(member=member, team=team, starts_on=starts_on, **scope)


def _end(fee: MemberFee, today: date) -> None:
    fee.ends_on = fee.starts_on if fee.starts_on > today else next_month(today)
    fee.save(update_fields=["ends_on"])


def _tell_of(fee: MemberFee, member: TeamMember, team: Team) -> None:
    person = member.person
    if person is None:
        return
    with override(person.language):
        words = {"team": team.name, "amount": str(Money(fee.amount_minor, fee.currency)), "day": fee.starts_on.isoformat()}
        subject = _("You pay %(amount)s a month to %(team)s") % words
        text = _(
            "%(team)s has recorded a monthly fee of %(amount)s, VAT included, from %(day)s.\n\nIt is taken from your own wallet "
            "once for each month. If you did not agree to this, talk to the team, or leave it."
        )
        url = in_account(f"/teams/{team.pk}/leave", team.operator_id)
        tell(team, person=person, subject=subject, text=text % words, kind="member_fee", url=url)


def _tell_end(fee: MemberFee, team: Team) -> None:
    person = TeamMember.objects.select_related("person").get(pk=fee.member_id).person
    if person is None:
        return
    with override(person.language):
        words = {"team": team.name, "day": fee.ends_on.isoformat() if fee.ends_on else ""}
        subject = _("Your monthly fee to %(team)s ends") % words
        tell(team, person=person, subject=subject, text=_("From %(day)s you owe nothing more.") % words, kind="member_fee")
