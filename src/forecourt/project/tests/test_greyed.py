"""What a role does not include is drawn greyed with the reason, not left out (spec §3.2); whoever may, follows the link."""

import re

import pytest

from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import make_charge
from forecourt.integrations.tests.factories import make_credential
from forecourt.ledger.tests.factories import make_wallet
from forecourt.network.tests.factories import make_charge_point
from forecourt.pricing.tests.factories import make_price_group

GREYED = re.compile(
    r'<button class="btn[^>]*aria-disabled="true" title="Your role does not include “[^”]+”(?: here)?\.">(.*?)</button>', re.DOTALL
)
BUTTONS = [
    ("/teams/", "sven", ["Import", "New team"]),
    ("/teams/{team}/wallet", "sven", ["Adjust"]),
    ("/wallets/{wallet}", "sven", ["Adjust"]),
    ("/price-groups/", "sven", ["Add price group"]),
    ("/price-groups/", "bea", ["Add price group"]),
    ("/charge-points/", "sven", ["Import", "Connect a station", "Add charge point"]),
    ("/sites/", "sven", ["Add site"]),
    ("/charge-keys/", "sven", ["Add charge key"]),
    ("/charges/{charge}", "bea", ["Note", "Stop charge"]),
    ("/api-keys/{key}/webhook", "oscar", ["Edit"]),
]


def words(html: str) -> str:
    return re.sub(r"<span.*?</span>|<[^>]+>|\s+", " ", html, flags=re.DOTALL).strip()


@pytest.fixture
def places(cast):
    point = make_charge_point("Quay 1", cast.harbour)
    charge = make_charge(point, state=Charge.State.CHARGING)
    credential, _ = make_credential(cast.northwind)
    make_price_group("Night", cast.harbour)
    return {"team": cast.harbour.pk, "wallet": make_wallet(cast.harbour).pk, "charge": charge.pk, "key": credential.pk}


@pytest.mark.parametrize(("address", "who", "labels"), BUTTONS)
def test_a_button_that_the_role_lacks_is_greyed_and_says_why(cast, places, address, who, labels):
    url = address.format(**places)
    greyed = {words(found) for found in GREYED.findall(cast.client(who).get(url).content.decode())}
    assert set(labels) <= greyed
    page = cast.client("ada").get(url).content.decode()
    assert not GREYED.search(page)
