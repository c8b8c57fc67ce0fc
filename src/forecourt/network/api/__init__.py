"""Door: partner API of the network (§11.2–§11.4, §11.9, §11.13, §11.17)."""

from ninja import Router

from forecourt.network.api.catalogue import router as catalogue
from forecourt.network.api.charge_points import router as charge_points
from forecourt.network.api.integrations import router as integrations
from forecourt.network.api.keys import router as keys
from forecourt.network.api.map import router as charge_point_map
from forecourt.network.api.nested import router as nested
from forecourt.network.api.sites import router as sites
from forecourt.network.api.stations import router as stations
from forecourt.network.api.webhooks import WEBHOOKS, charge_points_by_id

router = Router()
for _part in (charge_point_map, charge_points, stations, integrations, catalogue, sites, keys, nested):
    router.add_router("", _part)

__all__ = ["WEBHOOKS", "charge_points_by_id", "router"]
