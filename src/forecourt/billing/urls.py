"""The portal's addresses of billing."""

from django.urls import path

from forecourt.billing import pages

urlpatterns = [
    path("fees/", pages.fee_list, name="fee-list"),
    path("fees/new", pages.fee_new, name="fee-new"),
    path("fees/<int:agreement_id>/end", pages.fee_end, name="fee-end"),
    path("platform/fees/", pages.platform_fee_list, name="platform-fee-list"),
    path("platform/fees/new", pages.platform_fee_new, name="platform-fee-new"),
]
