"""Raw SQL into named tuples: the batch operations read a few narrow columns of many rows."""

from collections.abc import Sequence
from typing import Any, TypeVar

from forecourt.kit.statements import execute, fetched, run

R = TypeVar("R")


def rows(kind: type[R], statement: str, parameters: Sequence[Any]) -> list[R]:
    """Each row as `kind`, whose fields stand in the statement's order."""
    with run(statement, parameters) as cursor:
        return [kind(*row) for row in cursor]


__all__ = ["execute", "fetched", "rows"]
