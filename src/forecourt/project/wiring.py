"""The whole list of who reacts to what, and what higher domains add to lower ones. Called once, when Django is ready."""

from forecourt.billing import operations as billing
from forecourt.billing.events import ChargeSettled
from forecourt.charging.events import ChargeFailed, ChargeReadyToSettle
from forecourt.dashboards import operations as dashboards
from forecourt.kit import events, registries
from forecourt.kit.events import Event, Reaction
from forecourt.ledger import operations as ledger
from forecourt.ledger import pages as ledger_pages
from forecourt.operators import pages as operators
from forecourt.pricing import pages as pricing
from forecourt.teams.events import TeamCreated

REACTIONS: dict[type[Event], list[Reaction]] = {
    TeamCreated: [ledger.open_team_wallets],
    ChargeReadyToSettle: [billing.settle_charges],
    ChargeSettled: [dashboards.roll_up],
    ChargeFailed: [dashboards.roll_up],
}


def connect() -> None:
    """Fill the registries and the reactions. Running it twice changes nothing."""
    for event, reactions in REACTIONS.items():
        events.wire(event, reactions)
    for pages in (operators, ledger_pages, pricing):
        registries.menu.add(*pages.MENU)
        registries.tabs.add(*getattr(pages, "TABS", []))
    registries.shell_slots.add(("account_switcher", operators.account_switcher))
