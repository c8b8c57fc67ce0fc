"""The whole list of who reacts to what, and what higher domains add to lower ones. Called once, when Django is ready."""

from forecourt.kit import registries
from forecourt.operators import pages as operators


def connect() -> None:
    """Fill the registries and the reactions. Running it twice changes nothing."""
    registries.menu.add(*operators.MENU)
    registries.shell_slots.add(("account_switcher", operators.account_switcher))
