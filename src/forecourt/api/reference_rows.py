"""Small tables that only migrations write, kept in memory by each process: an answer needs no join for a country's name."""

from typing import Any

from forecourt.api.rows import read


class Reference:
    """
    A table by its first column. Read when something is asked for that is not there: at the first question, and after a
    migration that brought more.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._rows: dict[Any, tuple[Any, ...]] = {}

    def get(self, key: Any) -> tuple[Any, ...] | None:
        """The other columns; None without a key, and for one that there is not."""
        if key is not None and key not in self._rows:
            self._rows = {row[0]: row[1:] for row in read(self.sql)}
        return self._rows.get(key)


COUNTRIES = Reference("SELECT id, name FROM places_country")
CURRENCIES = Reference("SELECT identifier, name, decimals FROM places_currency")


def country_name(id: int | None) -> str | None:
    found = COUNTRIES.get(id)
    return found[0] if found else None


def currency(identifier: str) -> dict[str, Any] | None:
    """As the contract shows one beside an amount."""
    found = CURRENCIES.get(identifier)
    return {"identifier": identifier.lower(), "name": found[0], "decimals": found[1]} if found else None
