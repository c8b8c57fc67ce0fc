"""Every URL of the product: each domain's own list, and the one API."""

from django.urls import include, path

from forecourt.api import build as api
from forecourt.audit.api import router as audit_api
from forecourt.billing.api import router as billing_api
from forecourt.charging.api import router as charging_api
from forecourt.gateway.api import router as gateway_api
from forecourt.integrations.api import router as integrations_api
from forecourt.ledger.api import router as ledger_api
from forecourt.network.api import router as network_api
from forecourt.operators.api import router as operators_api
from forecourt.pricing.api import router as pricing_api
from forecourt.project import guards, operations_pages, people_pages, setup
from forecourt.teams.api import router as teams_api

ROUTERS = [
    integrations_api,
    network_api,
    gateway_api,
    charging_api,
    billing_api,
    pricing_api,
    ledger_api,
    teams_api,
    operators_api,
    audit_api,
]

urlpatterns = [
    *api.urls(ROUTERS),
    path("", include("forecourt.portal.urls")),
    path(".well-known/security.txt", guards.security_txt, name="security-txt"),
    path("setup/<str:token>", setup.setup, name="setup"),
    path("", include("forecourt.identity.urls")),
    path("", include("forecourt.files.urls")),
    path("", include("forecourt.audit.urls")),
    path("", include("forecourt.operators.urls")),
    path("", include("forecourt.teams.urls")),
    path("", include("forecourt.dashboards.urls")),
    path("", include("forecourt.notifications.urls")),
    path("platform/operations", operations_pages.operations, name="platform-operations"),
    path("platform/operations/retry", operations_pages.retry, name="platform-retry"),
    path("platform/people", people_pages.people, name="platform-people"),
    path("platform/people/<int:person_id>", people_pages.person_detail, name="platform-person"),
    path("platform/people/<int:person_id>/sign-out", people_pages.sessions_end, name="platform-person-sessions-end"),
    path("platform/people/<int:person_id>/second-factors", people_pages.factors_reset, name="platform-person-factors-reset"),
    path("platform/people/<int:person_id>/lock", people_pages.lock, name="platform-person-lock"),
    path("platform/people/<int:person_id>/unlock", people_pages.unlock, name="platform-person-unlock"),
    path("", include("forecourt.ledger.urls")),
    path("", include("forecourt.gateway.urls")),
    path("", include("forecourt.billing.urls")),
    path("", include("forecourt.charging.urls")),
    path("", include("forecourt.network.urls")),
    path("", include("forecourt.pricing.urls")),
    path("", include("forecourt.integrations.urls")),
    path("", include("forecourt.integrations.own_urls")),
    path("", include("forecourt.sso.urls")),
]

handler400 = "forecourt.portal.errors.bad_request"
handler403 = "forecourt.portal.errors.forbidden"
handler404 = "forecourt.portal.errors.not_found"
handler500 = "forecourt.portal.errors.broken"
