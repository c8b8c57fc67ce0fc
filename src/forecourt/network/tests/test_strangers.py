"""What another operator sees of public sites and charge points: what stands at the roadside, none of the owner's own words."""

import pytest

from forecourt.integrations.tests.factories import api_client
from forecourt.network.models import ChargePoint, Site
from forecourt.network.tests.factories import AT, make_charge_point, make_site, make_station

pytestmark = pytest.mark.django_db
WORDS = {"note": "secret", "partner_external_id": "secret", "partner_custom_payload": {"secret": 1}, "metadata": {"toilets": "secret"}}
PLACE = {"latitude": "55.5", "longitude": "12.5"}
BOX = "topLatitude=56&bottomLatitude=55&leftLongitude=12&rightLongitude=13&centerLatitude=55.5&centerLongitude=12.5&zoom=15"


@pytest.fixture
def street(cast):
    site = make_site("Havnegade", cast.harbour, **WORDS, **PLACE)
    station = make_station("CP-1", cast.harbour, serial_number="secret", firmware_version="secret", imsi="secret", iccid="secret")
    fields = {**WORDS, **PLACE, "operator_note": "secret", "meter_id": "secret", "show_on_map": True, "active_at": AT}
    make_charge_point("Quay 1", cast.harbour, site=site, station=station, **fields)
    make_charge_point("Quay 2", cast.harbour, **fields)


@pytest.mark.parametrize(
    ("path", "count"),
    [("/sites?includePublic=true", 1), ("/charge-points?includePublic=true", 2), (f"/charge-points/map?{BOX}&includeAllOperators=true", 2)],
)
def test_a_stranger_reads_no_word_of_the_owners(cast, street, path, count):
    answers = {who: api_client(getattr(cast, who)).call("GET", path, **{"Monta-Version": "v2"}) for who in ("northwind", "eastgate")}
    for answer in answers.values():
        assert answer.status_code == 200
        found = answer.json()
        assert len(found["data"] if "data" in found else found["chargePoints"] + found["sites"]) == count
    assert "secret" in answers["northwind"].content.decode()
    assert "secret" not in answers["eastgate"].content.decode()


def test_no_driver_and_no_stranger_reads_an_identity(cast):
    """guarantees.md §1: station ids are guessable from maps where they are shown there."""
    station = make_station("CP-KNOWN", cast.harbour, serial_number="CP-KNOWN")
    fields = {**PLACE, "show_on_map": True, "active_at": AT, "evse_id": "DK*NWD*E7"}
    make_charge_point("Quay 1", cast.harbour, station=station, **fields)
    driver, stranger = api_client(cast.eastgate, person=cast.ada), api_client(cast.eastgate)
    shown = driver.call("GET", "/charge-points").json()["data"]
    assert [row["serialNumber"] for row in shown] == ["DK*NWD*E7"]
    for path in ("/charge-points?includePublic=true", f"/charge-points/map?{BOX}&includeAllOperators=true"):
        answer = stranger.call("GET", path, **{"Monta-Version": "v2"})
        assert "Quay 1" in answer.content.decode()
        assert "CP-KNOWN" not in answer.content.decode()


@pytest.mark.parametrize(("path", "model"), [("/sites", Site), ("/charge-points", ChargePoint)])
def test_one_row_of_a_stranger_is_not_there(cast, street, path, model):
    assert api_client(cast.eastgate).call("GET", f"{path}/{model.objects.all()[0].pk}").status_code == 404
