"""The whole list of who reacts to what, and what higher domains add to lower ones. Called once, when Django is ready."""

from forecourt.audit import pages as audit_pages
from forecourt.audit.events import LogExportFinished, StreamGivenUp
from forecourt.billing import operations as billing
from forecourt.billing import pages as billing_pages
from forecourt.billing.events import ChargeSettled
from forecourt.charging import operations as charging
from forecourt.charging import pages as charging_pages
from forecourt.charging.api import WEBHOOKS as CHARGE_WEBHOOKS
from forecourt.charging.events import ChargeFailed, ChargeReadyToSettle
from forecourt.dashboards import operations as dashboards
from forecourt.dashboards import pages as dashboards_pages
from forecourt.gateway import pages as gateway_pages
from forecourt.gateway.webhooks import STREAMS as GATEWAY_STREAMS
from forecourt.identity import pages as identity_pages
from forecourt.identity.events import ContactChanged
from forecourt.integrations import pages as integrations_pages
from forecourt.integrations.pages import own_keys
from forecourt.kit import events, registries
from forecourt.kit.events import Event, Reaction
from forecourt.ledger import operations as ledger
from forecourt.ledger import pages as ledger_pages
from forecourt.ledger.api import WEBHOOKS as LEDGER_WEBHOOKS
from forecourt.network import operations as network
from forecourt.network import pages as network_pages
from forecourt.network.api import WEBHOOKS as NETWORK_WEBHOOKS
from forecourt.network.api.members import API_FIELDS as NETWORK_FIELDS
from forecourt.network.api.members import PAGE_FIELDS as NETWORK_PAGE_FIELDS
from forecourt.network.queries import figures as network_figures
from forecourt.network.queries.charge_points import public_operator_ids
from forecourt.notifications import pages as notifications_pages
from forecourt.operators import pages as operators_pages
from forecourt.operators import second_factor
from forecourt.operators.letterheads import letterhead
from forecourt.operators.queries.accounts import organisation_names
from forecourt.pricing import operations as pricing
from forecourt.pricing import pages as pricing_pages
from forecourt.pricing.api import API_FIELDS as PRICING_FIELDS
from forecourt.pricing.api import PAGE_FIELDS as PRICING_PAGE_FIELDS
from forecourt.pricing.api import WEBHOOKS as PRICING_WEBHOOKS
from forecourt.project import audit_items, audit_letters, operations_pages, people_pages, personal_columns, personal_parts
from forecourt.sso import gates as sso_gates
from forecourt.sso.pages import directories as directory_pages
from forecourt.sso.pages import overview as sso_pages
from forecourt.sso.queries import directories
from forecourt.teams import accounts
from forecourt.teams import pages as teams_pages
from forecourt.teams import personal as teams_personal
from forecourt.teams.api import WEBHOOKS as TEAM_WEBHOOKS
from forecourt.teams.events import MemberGroupGiven, MemberJoined, RestrictionsApplied, TeamCreated
from forecourt.teams.pages import history, mine, support

REACTIONS: dict[type[Event], list[Reaction]] = {
    ContactChanged: [teams_personal.follow_contact],
    TeamCreated: [ledger.open_team_wallets],
    MemberJoined: [pricing.price_new_members],
    MemberGroupGiven: [pricing.price_members_of_groups],
    RestrictionsApplied: [network.widen_keys],
    ChargeReadyToSettle: [billing.settle_charges],
    ChargeSettled: [dashboards.roll_up],
    ChargeFailed: [dashboards.roll_up],
    StreamGivenUp: [audit_letters.tell_admins],
    LogExportFinished: [audit_letters.tell_exporter],
}

PAGES = (
    charging_pages, network_pages, teams_pages, ledger_pages, billing_pages, pricing_pages, operators_pages, gateway_pages,
    dashboards_pages, notifications_pages, operations_pages, people_pages, integrations_pages, sso_pages, directory_pages, audit_pages,
)  # fmt: skip

# What each domain keeps about a person, and which audited columns are a person's (GDPR; docs/domains/identity.md).
PERSONAL_PARTS: tuple[registries.PersonalPart, ...] = personal_parts.PARTS
PERSONAL_COLUMNS: tuple[registries.PersonalColumns, ...] = personal_columns.COLUMNS
# What `forecourt rotate-keys` writes anew.
ENCRYPTED_COLUMNS: tuple[registries.EncryptedColumn, ...] = personal_columns.ENCRYPTED


def connect() -> None:
    """Fill the registries and the reactions. Running it twice changes nothing."""
    for event, reactions in REACTIONS.items():
        events.wire(event, reactions)
    for pages in PAGES:
        registries.menu.add(*getattr(pages, "MENU", ()))
        registries.tabs.add(*getattr(pages, "TABS", ()))
        registries.cards.add(*getattr(pages, "CARDS", ()))
        registries.row_actions.add(*getattr(pages, "ROW_ACTIONS", ()))
    registries.shell_slots.add(*operators_pages.SLOTS)
    registries.shell_slots.add(("bell", notifications_pages.bell), ("account_menu", identity_pages.account_menu))
    registries.api_fields.add(*PRICING_FIELDS, *NETWORK_FIELDS)
    registries.page_fields.add(*PRICING_PAGE_FIELDS, *NETWORK_PAGE_FIELDS)
    registries.letterheads.add(letterhead)
    registries.public_operators.add(public_operator_ids)
    registries.organisation_names.add(organisation_names)
    registries.cards.add(*support.CARDS, *mine.CARDS, *second_factor.CARDS, *own_keys.CARDS, *history.CARDS)
    registries.turnstiles.add(second_factor.lead)
    sso_gates.connect(registries)
    registries.account_figures.add(*accounts.FIGURES, *network_figures.FIGURES)
    registries.deletion_objections.add(*accounts.OBJECTIONS)
    registries.deletion_objections.add(*network.OBJECTIONS, *charging.OBJECTIONS, *ledger.OBJECTIONS)
    registries.sign_in_objections.add(directories.objection)
    registries.deletion_of_person.add(*personal_parts.OBJECTIONS)
    registries.personal_parts.add(*PERSONAL_PARTS)
    registries.personal_columns.add(*PERSONAL_COLUMNS)
    registries.audit_items.add(*audit_items.ITEMS)
    registries.encrypted_columns.add(*ENCRYPTED_COLUMNS)
    registries.webhook_sources.add(*CHARGE_WEBHOOKS, *NETWORK_WEBHOOKS, *TEAM_WEBHOOKS, *LEDGER_WEBHOOKS, *PRICING_WEBHOOKS)
    registries.webhook_streams.add(*GATEWAY_STREAMS)
