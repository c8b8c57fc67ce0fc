"""The bell, and for the platform's people the outgoing e-mail."""

from django.conf import settings
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, require
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.kit.registries import MenuEntry
from forecourt.notifications import operations, queries
from forecourt.notifications.models import OutgoingEmail
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.portal.redirects import SeeOther

MENU = [MenuEntry("platform", gettext_lazy("Outgoing e-mail"), "platform-emails", "mail", Permission.PLATFORM_READ, 30)]
STATES = ("waiting", "sent", "kept", "failed")


def bell(request: PageRequest) -> str:
    """The shell's slot. It stands twice on a page and asks once."""
    person = getattr(request, "person", None)
    if person is None:
        return ""
    if not hasattr(request, "unread_notifications"):
        request.unread_notifications = queries.unread_count(person.pk)  # type: ignore[attr-defined]
    unread: int = request.unread_notifications  # type: ignore[attr-defined]
    shown = f"{queries.MOST_COUNTED}+" if unread > queries.MOST_COUNTED else str(unread)
    return render_to_string("notifications/_bell.html", {"unread": unread, "shown": shown})


@page("GET", "POST")
def notification_list(request: PageRequest) -> HttpResponseBase:
    """A person's own notifications. A POST marks all of them as read."""
    if request.method == "POST":
        operations.mark_read(person_id=request.person.pk, at=clock.now())
        return done(request, "notifications", message=_("All are read."))
    rows = queries.notifications_of(request.person.pk)
    paging = paged(request, rows[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("Notifications"),
        "rows": rows[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "unread": queries.unread_count(request.person.pk),
    }
    return respond(request, "notifications/notification_list.html", "rows", context)


@page("POST")
def notification_open(request: PageRequest, notification_id: int) -> HttpResponseBase:
    """Mark one as read and go where it leads; a link out of this installation is not followed."""
    notification = queries.notifications_of(request.person.pk).filter(pk=notification_id).first()
    if notification is None:
        raise NotFound(_("There is nothing here with that id."))
    operations.mark_read(person_id=request.person.pk, id=notification.pk, at=clock.now())
    is_ours = notification.url.startswith("/") and url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return SeeOther(notification.url if is_ours else reverse("notifications"))


@page("GET")
def email_list(request: PageRequest) -> HttpResponseBase:
    """Every e-mail that the installation sent, or kept because no mail server is set."""
    require(request.actor, Permission.PLATFORM_READ)
    chosen = [state for state in request.GET.getlist("state") if state in STATES]
    rows = queries.emails(search=request.GET.get("q", "").strip(), states=chosen)
    paging = paged(request, rows.order_by()[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("Outgoing e-mail"),
        "rows": rows[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "chips": state_chips("email", STATES, chosen=chosen),
        "has_server": bool(settings.EMAIL_HOST),
        "may_read": request.actor.may_platform(Permission.PLATFORM_MANAGE),
        "is_narrowed": bool(request.GET),
    }
    return respond(request, "notifications/email_list.html", "rows", context)


@page("GET")
def email_detail(request: PageRequest, email_id: int) -> HttpResponseBase:
    """One e-mail as text. Administrators only: a letter may hold a link that signs somebody in."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    email = _email(email_id)
    context = {
        "title": email.subject,
        "email": email,
        "crumbs": [(_("Outgoing e-mail"), reverse("platform-emails"))],
        "facts": [(_("To"), email.to), (_("Kind"), email.kind.replace("_", " ")), (_("Written"), email.created_at), (_("Sent"), email.sent_at), (_("Tries"), email.attempts)],
        "refused": "" if settings.EMAIL_HOST else _("No mail server is set. Letters are kept here."),
    }  # fmt: skip
    return respond(request, "notifications/email_detail.html", None, context)


@page("POST")
def email_resend(request: PageRequest, email_id: int) -> HttpResponseBase:
    """Send it once more."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    again = operations.resend_email(actor=request.actor, email=_email(email_id))
    return done(request, "platform-email", again.pk, message=_("The letter goes out again."))


def _email(email_id: int) -> OutgoingEmail:
    email = OutgoingEmail.objects.filter(pk=email_id).first()
    if email is None:
        raise NotFound(_("There is nothing here with that id."))
    return email
