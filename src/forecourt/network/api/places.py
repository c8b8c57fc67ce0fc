"""What charge points and sites have in common in the contract: location, filters by place, connectors, metadata."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from forecourt.access import Scope
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Out
from forecourt.kit.errors import Invalid

LOCATION = Annotated[str, Field(pattern=r"^(-?\d*\.\d+|\d+\.\d*)(,)(-?\d*\.\d+|\d+\.\d*)$")]
PUBLISHED = "(r.visibility = 'public' AND r.deleted_at IS NULL AND {0})"
CP_METADATA = (
    "floorLevel", "cableLength", "hdvParkingSpot", "vehicleAccessibility", "accessConditions", "busCompatible", "motorcycleCompatible",
    "lorryCompatible", "lorryWithDangerousGoodsCompatible", "lorryWithTrailerCompatible", "personalVehicleCompatible",
    "personalVehicleWithTrailerCompatible", "rigidLoryCompatible", "vanCompatible", "vehicleWithDisabilityPermitCompatible",
    "additionalParkingFeesPolicy", "buildingTenantsOnlyPolicy", "customersOnlyPolicy", "disabilityPermitPolicy", "evOnlyPolicy",
    "employeesOnlyPolicy", "overnightParkingPolicy", "parkingOnlyWhileChargingPolicy", "reservationPolicy", "taxisOnlyPolicy",
    "behindBarrierPolicy", "dangerousGoodsAllowed", "rigidVehiclesAllowed", "twoWheeledStation", "heightRestriction", "reservationRequired",
    "overnightParkingAllowed", "barrier", "chargingWhenClosed", "trailerPullThrough",
)  # fmt: skip
SITE_METADATA = (
    "toilets", "energyMix", "pictures", "siteDeveloper", "cafeAddress", "foodDeliveryAddress", "hotelAddress", "mallAddress",
    "museumAddress", "parkAddress", "outdoorGymAddress", "recreationAreaAddress", "restaurantAddress", "supermarketAddress", "parkingType",
    "openingDate", "openingHours", "totalParkingSpaces", "totalAccessibleSpace", "facilities", "atm", "digitalChargePriceDisplay",
    "driverLounge", "fuelStation", "parkingArea", "powerSupply", "shower", "vendingMachine", "washingMachine", "wifi", "cafe",
    "foodDelivery", "hotel", "mall", "museum", "park", "outdoorGym", "recreationArea", "restaurant", "supermarket", "airport",
    "bikeSharing", "busStop", "carpoolParking", "metroStation", "taxiStand", "tramStop", "secureTruckParking", "truckDealership",
    "truckParking", "truckRepair", "truckWash", "accessControlledArea", "cameraSurveillance", "entryGate", "exitGate", "floodLighting",
    "guard", "licensePlateRecognition", "pedestrianTurnstiles", "perimeterFence", "roofed", "lighting", "truckOnly", "trailerParking",
    "venueWithAccessibility",
)  # fmt: skip


class ConnectorOut(Out):
    """A kind of plug."""

    id: int
    identifier: str
    name: str


def metadata(stored: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Every field of the contract, null where nothing is known; null altogether where nothing is."""
    return None if stored is None else {name: stored.get(name) for name in names}


def columns_of_place(table: str, site: str) -> dict[str, str]:
    """Location of a row that falls back to its site's."""
    lines = ("address1", "address2", "address3", "zip_code", "city", "province", "country_area_id")
    own = f"{table}.address1 <> '' OR {table}.city <> ''"
    return {name: f"CASE WHEN {own} THEN {table}.{name} ELSE {site}.{name} END" for name in lines} | {
        "latitude": f"coalesce({table}.latitude, {site}.latitude)",
        "longitude": f"coalesce({table}.longitude, {site}.longitude)",
        "country_id": f"coalesce({table}.country_id, {site}.country_id)",
    }


def box(where: Where, text: str | None, latitude: str, longitude: str) -> None:
    """`minLat,minLon,maxLat,maxLon`. :raises Invalid: for anything else."""
    if text is None:
        return
    try:
        low_latitude, low_longitude, high_latitude, high_longitude = (Decimal(part) for part in text.split(","))
    except (ValueError, ArithmeticError) as error:
        raise Invalid("boundingBox is minLat,minLon,maxLat,maxLon.", fields={"boundingBox": "Give four numbers."}) from error
    where.add(f"{latitude} BETWEEN %s AND %s AND {longitude} BETWEEN %s AND %s", low_latitude, high_latitude, low_longitude, high_longitude)


def nearest(listing: Listing, place: str | None, latitude: str, longitude: str) -> Listing:
    """The listing, nearest first. Distances on a flat map, longitude shrunk with the latitude: enough for an order."""
    if place is None:
        return listing
    north, east = (float(part) for part in place.split(","))
    distance = f"(({latitude} - ({north})) ^ 2 + (({longitude} - ({east})) * cos(radians({north}))) ^ 2)"
    return listing.ordered(f"{distance} ASC NULLS LAST, r.id DESC")


def or_published(scope: Scope, where: Where, extra: str) -> tuple[Scope, Where]:
    """The same question, with every operator's public rows beside the own ones."""
    own = " OR ".join(f"r.{column} = %s" for column, _ in scope.equalities()) or "false"
    where.add(f"({own} OR {PUBLISHED.format(extra)})", *(id for _, id in scope.equalities()))
    return Scope(is_everywhere=True), where


def is_own(row: Any, scope: Scope) -> bool:
    return row.scope_operator_id in scope.operator_ids or row.team_id in scope.team_ids
