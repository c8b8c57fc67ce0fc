"""Addresses of the network's pages, at the root of the portal."""

from django.urls import path

from forecourt.network.pages import changes, charge_point, charge_points, connecting, keys, sites

urlpatterns = [
    path("charge-points/", charge_points.charge_point_list, name="charge-points"),
    path("charge-points/map", charge_points.charge_point_map, name="charge-points-map"),
    path("charge-points/new", charge_points.charge_point_new, name="charge-point-new"),
    path("charge-points/import", charge_points.charge_point_import, name="charge-point-import"),
    path("charge-points/connect", connecting.choose, name="connect"),
    path("charge-points/<int:charge_point_id>", charge_point.overview, name="charge-point"),
    path("charge-points/<int:charge_point_id>/commands", charge_point.commands, name="charge-point-commands"),
    path("charge-points/<int:charge_point_id>/configuration", charge_point.configuration, name="charge-point-configuration"),
    path("charge-points/<int:charge_point_id>/history", charge_point.history, name="charge-point-history"),
    path("charge-points/<int:charge_point_id>/edit", charge_points.charge_point_edit, name="charge-point-edit"),
    path("charge-points/<int:charge_point_id>/connect", connecting.connect, name="charge-point-connect"),
    path("charge-points/<int:charge_point_id>/connected", connecting.connected, name="charge-point-connected"),
    path("charge-points/<int:charge_point_id>/disconnect", changes.disconnect, name="charge-point-disconnect"),
    path("charge-points/<int:charge_point_id>/password", changes.password, name="charge-point-password"),
    path("charge-points/<int:charge_point_id>/maintenance", changes.maintenance, name="charge-point-maintenance"),
    path("charge-points/<int:charge_point_id>/exempt", changes.exempt, name="charge-point-exempt"),
    path("charge-points/<int:charge_point_id>/transfer", changes.transfer, name="charge-point-transfer"),
    path("charge-points/<int:charge_point_id>/delete", changes.delete, name="charge-point-delete"),
    path("charge-points/<int:charge_point_id>/read-configuration", changes.configuration_read, name="charge-point-read-configuration"),
    path("charge-points/<int:charge_point_id>/ask/<slug:what>", changes.command, name="charge-point-command"),
    path("sites/", sites.site_list, name="sites"),
    path("sites/map", sites.site_map, name="sites-map"),
    path("sites/new", sites.site_new, name="site-new"),
    path("sites/<int:site_id>", sites.site_detail, name="site"),
    path("sites/<int:site_id>/edit", sites.site_edit, name="site-edit"),
    path("sites/<int:site_id>/delete", sites.site_delete, name="site-delete"),
    path("charge-keys/", keys.key_list, name="charge-keys"),
    path("charge-keys/new", keys.key_new, name="charge-key-new"),
    path("charge-keys/<int:key_id>/edit", keys.key_edit, name="charge-key-edit"),
    path("charge-keys/<int:key_id>/block", keys.key_block, name="charge-key-block"),
    path("charge-keys/<int:key_id>/delete", keys.key_delete, name="charge-key-delete"),
]
