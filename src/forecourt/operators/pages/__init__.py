"""Pages of operators: for the platform's people, for the people of an account, and the switcher."""

from forecourt.operators.pages.filtering import AccountFilter, account_filter
from forecourt.operators.pages.frame import MENU, TABS
from forecourt.operators.pages.platform import MENU as PLATFORM_MENU
from forecourt.operators.pages.shell import SLOTS
from forecourt.operators.pages.switching import CARDS

MENU = [*PLATFORM_MENU, *MENU]

__all__ = ["CARDS", "MENU", "SLOTS", "TABS", "AccountFilter", "account_filter"]
