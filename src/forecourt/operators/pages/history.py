"""What was changed about a member of an account, and by whom."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, lacks_here
from forecourt.kit.errors import Forbidden
from forecourt.operators.history import history_of, log_addresses, may_read_history
from forecourt.operators.pages.frame import frame
from forecourt.operators.pages.members import READ, member_name, named
from forecourt.portal.pages import PageRequest, page, respond

ENTITY = "OperatorUser"  # as the audit trail names it


@page("GET")
def member_history(request: PageRequest, account_id: int, operator_member_id: int) -> HttpResponseBase:
    """The last changes of a member's role and state, and the way to all of them."""
    operator, member = named(request, account_id, operator_member_id, READ)
    if not may_read_history(request.actor, operator):
        message = lacks_here(Permission.AUDIT_READ)
        raise Forbidden(message, permission=Permission.AUDIT_READ.value)
    about, by = log_addresses(request.actor, entity=ENTITY, id=member.pk, person_id=member.person_id, operator=operator)
    context = frame(request, operator) | {
        "title": _("History of %(name)s") % {"name": member_name(member)},
        "crumbs": [(operator.name, reverse("account-members", args=[operator.pk]))],
        "changes": history_of(request.actor, entity=ENTITY, id=member.pk),
        "about_url": about,
        "by_url": by,
    }
    return respond(request, "operators/member_history.html", None, context)
