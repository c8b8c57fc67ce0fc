"""The product's addresses with this domain's, whether or not they are wired yet."""

from django.http import HttpResponse
from django.urls import include, path

from forecourt.billing.pages import charge_card
from forecourt.portal.pages import PageRequest, page
from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as wired

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@page("GET")
def card_alone(request: PageRequest, charge_id: int) -> HttpResponse:
    return HttpResponse(charge_card(request))


urlpatterns = [
    *wired,
    path("", include("forecourt.ledger.urls")),
    path("", include("forecourt.billing.urls")),
    path("card/<int:charge_id>", card_alone),
]
