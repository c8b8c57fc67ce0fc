"""One row of everything for each of three owners: Northwind's team Harbour, its Sub-account's team Garden, the stranger's team Gate."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

from forecourt.api.tests.world import told
from forecourt.audit.tests.factories import recorded
from forecourt.billing.tests.factories import make_agreement
from forecourt.charging.tests.factories import make_charge
from forecourt.identity.models import Person
from forecourt.identity.tests.factories import make_person
from forecourt.integrations.models import WebhookConfig
from forecourt.integrations.tests.factories import make_credential
from forecourt.kit import clock
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.tests.factories import make_charge_point, make_key, make_site, make_station
from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.operators.models import Operator
from forecourt.operators.tests.factories import make_invitation, make_theme
from forecourt.pricing.tests.factories import make_price_group
from forecourt.sso.tests.scim_client import make_directory
from forecourt.teams.models import Team
from forecourt.teams.tests.factories import (
    make_feature_group,
    make_member_group,
    make_nesting,
    make_run,
    make_team,
    make_team_invitation,
    make_team_member,
    make_template,
)
from tests.cast import Cast, assemble

UNWATCHED = {"sessions", "contenttypes", "auth", "places", "api", "procrastinate"}


@dataclass
class World:
    """`ids[owner][name]` is the id to put where a URL says `<int:name>`; owners are `harbour`, `garden`, `gate`."""

    cast: Cast
    ids: dict[str, dict[str, Any]]


def make_world() -> World:
    cast = assemble()
    Person.objects.filter(pk=cast.tom.pk).update(email_verified_at=clock.now())  # an invitation finds who has confirmed the address
    ids = {name: _things(cast.platform, getattr(cast, name)) for name in ("harbour", "garden", "gate")}
    ids["harbour"] |= {
        "notification_id": Notification.objects.create(person_id=cast.tom.pk, text="Hello").pk,
        "email_id": OutgoingEmail.objects.create(to="tom@example.com", subject="Hello", text="Hello", kind="test").pk,
        "token": "wrong",
        "kind": "email",
        "passkey_id": 0,
        "provider_id": 0,
        "domain_id": 0,
        "mapping_id": 0,
        "named_id": 0,
        "session_id": 0,
        "person_id": cast.tom.pk,
        "file_id": 1,
        "invitation_id": make_invitation(cast.eastgate, "tom@example.com").pk,
        "team_invitation_id": make_team_invitation("tom@example.com", cast.gate, at=clock.now()).pk,
        "sub_account_id": cast.southwind.pk,
        "key": "wrong",
        "code": "WRONG",
        "event_id": recorded(entity_type="Team", entity_id=cast.harbour.pk)[0].id,
    }
    return World(cast, ids)


def _things(platform: Operator, team: Team) -> dict[str, Any]:
    operator = team.operator
    assert operator
    wallet = make_wallet(team)
    give_funds(wallet, 10_000)
    site = make_site(f"{team.name} site", team, latitude="55.7", longitude="12.6")
    prices = make_price_group(f"{team.name} prices", team)
    station = make_station(f"{team.name}-1", team)
    point = make_charge_point(f"{team.name} point", team, site=site, station=station, price_group=prices)
    key = make_key(f"04{team.pk:010d}", team)
    charge = make_charge(point, payer=team, charge_key=key, price_group=prices, transaction_id=str(team.pk))  # it runs
    member = make_team_member(make_person(f"{team.name}'s member", email=f"{team.pk}@example.com"), team)
    group = make_member_group(f"{team.name}'s staff", team)
    credential, _ = make_credential(operator, name=f"{team.name}'s key")
    directory, _ = make_directory(operator)
    entry = told(credential)
    WebhookConfig.objects.filter(pk=entry.config_id).update(url="http://localhost:9/")  # refused at once
    return {
        "what": "reset",
        "feature_group_id": make_feature_group(operator, f"{team.name} features").pk, "team_run_id": make_run(operator).pk,
        "template_id": make_template(operator, f"{team.name} rules").pk,
        "relation_id": make_nesting(team, make_team(f"{team.name}'s guests", operator)).pk,
        "team_id": team.pk, "operator_id": operator.pk, "wallet_id": wallet.pk, "site_id": site.pk, "group_id": prices.pk,
        "station_id": station.pk, "charge_point_id": point.pk, "key_id": key.pk, "charge_id": charge.pk, "member_id": member.pk, "profile_id": group.pk, "run_id": 10**6,
        "account_id": operator.pk, "theme_id": make_theme(f"{team.name} theme", operator).pk,
        "operator_member_id": make_invitation(operator, f"helper-{team.pk}@example.com").pk,
        "credential_id": credential.pk, "entry_id": entry.pk, "directory_id": directory.pk, "agreement_id": make_agreement(operator, platform).pk,
        "transaction_id": WalletTransaction.objects.get(to_wallet=wallet).pk,
    }  # fmt: skip


def fingerprint() -> dict[str, Any]:
    """What every table of the product holds; two are equal if nothing changed. Sessions (toasts) and rate counters do not count."""
    tables = sorted({model._meta.db_table for model in apps.get_models() if model._meta.app_label not in UNWATCHED})
    each = (f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{table}\" t" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}
