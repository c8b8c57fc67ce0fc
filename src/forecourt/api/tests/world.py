"""A small world with a row of everything: Northwind's, seen by its own key, by Southwind's, by a stranger's and by people's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from tests.cast import Cast

from forecourt.audit.tests.factories import recorded
from forecourt.audit.tokens import public_id
from forecourt.charging.models import ChargeEnergy
from forecourt.charging.tests.factories import AT, make_charge, make_place
from forecourt.gateway.models import OcppMessage
from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.secrets import sealed_headers, sealed_secret
from forecourt.integrations.tests.factories import ApiClient, api_client, make_credential
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.models import Brand, ConnectorType, Integration, Model
from forecourt.network.tests.factories import make_site
from forecourt.places.models import Country, CountryArea, Currency
from forecourt.pricing.models import PriceGroupTag
from forecourt.teams.models import TeamMember
from forecourt.teams.tests.factories import make_feature_group, make_member_group, make_nesting

TABLES = (
    "network_chargepoint", "network_site", "network_station", "network_chargekey", "network_integration", "network_command", "teams_team",
    "teams_teammember", "charging_charge", "pricing_pricegroup", "pricing_pricegrouptag", "ledger_wallettransaction", "ledger_entry",
    "identity_person", "operators_operator", "integrations_credential",
)  # fmt: skip


@dataclass
class World:
    cast: Cast
    ids: dict[str, Any]
    place: Any
    charge: Any

    def path(self, path: str) -> str:
        """The endpoint's path with Northwind's ids in it."""
        for name, value in self.ids.items():
            path = path.replace(f"{{int:{name}}}", str(value)).replace(f"{{str:{name}}}", str(value))
        assert "{" not in path, path
        return path

    def client(self, operator: str = "northwind", **fields: Any) -> ApiClient:
        client = api_client(getattr(self.cast, operator), **fields)
        if operator == "northwind" and not fields:  # a key with everything also has a webhook
            self.ids["entry_id"] = told(Credential.objects.order_by("-pk")[0]).pk
        return client


def told(credential: Credential) -> WebhookEntry:
    """A webhook of the key, and an entry that waits."""
    config = WebhookConfig.objects.create(
        credential=credential, organisation_id=credential.organisation_id, operator_id=credential.operator_id,
        url="https://hooks.example.com/", secret_encrypted=sealed_secret("a-secret-of-the-receiver"), secret_set_at=AT,
        headers_encrypted=sealed_headers({"X-Key": "7"}), event_types=["*"], enabled_at=AT, next_try_at=AT,
    )  # fmt: skip
    return WebhookEntry.objects.create(
        config=config, event_type="teams", entity_type="team", entity_id="1", change="updated", event_time=AT, payload="{}"
    )


def assemble(cast: Cast) -> World:
    site = make_site("Pier", cast.harbour, address1="Kaj 1", zip_code="2100", city="København", latitude="55.7", longitude="12.6")
    place = make_place(cast, site=site)
    point = place.point
    Integration.objects.get_or_create(charge_point=point, station=place.station, number=1)
    charge = make_charge(
        point, payer=cast.hotel, state="stopped", started_at=AT, stopped_at=AT + timedelta(hours=1),
        meter_stop_wh=10_000, price_minor=2500, price_net_minor=2000, price_vat_minor=500, person=cast.dora, charge_key=place.key,
        auth_type="rfid", auth_id=place.key.identifier, price_group=place.prices, partner_external_id="C-1",
    )  # fmt: skip
    ChargeEnergy.objects.create(charge=charge, from_at=AT, wh=[1000] * 10)
    charge.state, charge.completed_at = "completed", AT + timedelta(hours=1)
    charge.save(update_fields=["state", "completed_at"])
    OcppMessage.objects.create(
        id=1, at=AT, station_id=place.station.pk, number=1, direction="in", type=2, message_id="m", action="Heartbeat", frame="[2]"
    )
    wallet = make_wallet(cast.northwind)
    give_funds(wallet, 5000)
    tag = PriceGroupTag.objects.create(organisation_id=cast.northwind.organisation_id, operator=cast.northwind, name="Energy")
    member = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
    ids = {
        "charge_point_id": point.pk, "identity": place.station.identity, "site_id": site.pk, "charge_id": charge.pk, "key_id": place.key.pk,
        "integration_id": Integration.objects.get(charge_point=point).pk, "team_id": cast.harbour.pk, "member_id": member.pk, "profile_id": make_member_group("Staff", cast.harbour).pk,
        "user_id": cast.dora.pk, "feature_group_id": make_feature_group(cast.northwind).pk, "relation_id": make_nesting(cast.harbour, cast.hotel).pk, "operator_id": cast.northwind.pk, "wallet_id": wallet.pk, "group_id": place.prices.pk, "tag_id": tag.pk,
        "transaction_id": WalletTransaction.objects.get(to_wallet=wallet).pk, "brand_id": Brand.objects.first().pk,
        "model_id": Model.objects.first().pk, "connector_id": ConnectorType.objects.first().pk, "country_id": Country.objects.first().pk,
        "area_id": CountryArea.objects.first().pk, "currency_id": Currency.objects.first().pk,
        "entry_id": told(make_credential(cast.northwind)[0]).pk, "event_id": public_id(recorded(entity_type="Team", entity_id=cast.harbour.pk)[0].id),
    }  # fmt: skip
    return World(cast, ids, place, charge)


def fingerprint() -> dict[str, Any]:
    """What every table holds; two are equal if nothing changed."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()
    return found
