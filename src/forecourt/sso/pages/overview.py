"""Single sign-on of an organisation, on one page: providers, domains, roles of groups, and who may use a password all the same."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, refused_everywhere
from forecourt.kit.registries import MenuEntry
from forecourt.portal.pages import PageRequest, page, respond
from forecourt.sso.models import BreakGlass, EmailDomain, GroupRole, IdentityProvider
from forecourt.sso.operations.domains import expected_record
from forecourt.sso.pages.frame import main_account

MENU = [MenuEntry("settings", gettext_lazy("Single sign-on"), "sso", "login-2", Permission.SSO_READ, 45)]


@page("GET")
def overview(request: PageRequest) -> HttpResponseBase:
    operator = main_account(request, Permission.SSO_READ)
    domains = EmailDomain.objects.filter(operator=operator, deleted_at=None).select_related("provider").order_by("domain")
    context = {
        "title": _("Single sign-on"),
        "providers": IdentityProvider.objects.filter(operator=operator, deleted_at=None).order_by("name"),
        "domains": [(domain, *expected_record(domain)) for domain in domains],
        "groups": GroupRole.objects.filter(organisation_id=operator.organisation_id).select_related("operator").order_by("group"),
        "named": BreakGlass.objects.filter(operator=operator).select_related("person").order_by("pk"),
        "refused": refused_everywhere(request.actor, Permission.SSO_MANAGE),
    }
    return respond(request, "sso/overview.html", None, context)
