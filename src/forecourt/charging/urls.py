"""The portal's addresses of charges."""

from django.urls import path

from forecourt.charging.pages import commands, details, lists

urlpatterns = [
    path("charges/", lists.charge_list, name="charge-list"),
    path("charges/<int:charge_id>", details.charge_detail, name="charge-detail"),
    path("charges/<int:charge_id>/meter-values", details.charge_meter_values, name="charge-meter-values"),
    path("charges/<int:charge_id>/note", details.charge_note, name="charge-note"),
    path("charges/<int:charge_id>/stop", commands.charge_stop, name="charge-stop"),
    path("charges/<int:charge_id>/end", commands.charge_end, name="charge-end"),
    path("charges/<int:charge_id>/restart", commands.charge_restart, name="charge-restart"),
    path("charge-points/<int:charge_point_id>/start", commands.charge_start, name="charge-start"),
]
