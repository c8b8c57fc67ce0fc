"""
Two sides look at a charge: the owner of the charge point and the payer. What belongs to one is not shown to the other
(docs/domains/charging.md, "Two sides").
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

SHOWN_OF_A_KEY = 4  # characters at its end


class Reach(Protocol):
    """Where a permission holds: an `access.Scope`."""

    @property
    def organisation_ids(self) -> Collection[int]: ...
    @property
    def operator_ids(self) -> Collection[int]: ...
    @property
    def team_ids(self) -> Collection[int]: ...
    @property
    def person_ids(self) -> Collection[int]: ...
    @property
    def is_everywhere(self) -> bool: ...


class TwoSided(Protocol):
    """A charge, however it was read."""

    organisation_id: int
    operator_id: int
    team_id: int
    payer_organisation_id: int | None
    payer_operator_id: int | None
    payer_team_id: int | None
    person_id: int | None
    partner_side: str


def lies_in(reach: Reach, organisation_id: int | None, operator_id: int | None, team_id: int | None, person_id: int | None = None) -> bool:
    """Whether a row with these scope columns is reached."""
    return (
        operator_id in reach.operator_ids
        or organisation_id in reach.organisation_ids
        or team_id in reach.team_ids
        or person_id in reach.person_ids
        or reach.is_everywhere
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer sees of a charge: the owner's note and cost, the partner's fields of whoever set them."""

    of_owner: bool
    of_partner: bool


def sight(reach: Reach, charge: TwoSided) -> Sight:
    of_owner = lies_in(reach, charge.organisation_id, charge.operator_id, charge.team_id)
    if charge.partner_side == "owner":
        return Sight(of_owner, of_owner)
    of_payer = lies_in(reach, charge.payer_organisation_id, charge.payer_operator_id, charge.payer_team_id, charge.person_id)
    return Sight(of_owner, of_payer)


def masked(identifier: str) -> str:
    """A charge key as a stranger sees it: enough to tell two apart on the phone, too little to charge with."""
    return f"•••{identifier[-SHOWN_OF_A_KEY:]}" if len(identifier) > SHOWN_OF_A_KEY else "•••"
