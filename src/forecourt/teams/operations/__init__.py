"""Writes of teams, their members and invitations, and the one way a person comes to be."""

from forecourt.teams.operations.invitations import InvitationOver, accept_invitation, invite_member
from forecourt.teams.operations.members import (
    AlreadyMember,
    OwnerStays,
    add_member,
    edit_member,
    remove_member,
    transfer_ownership,
)
from forecourt.teams.operations.teams import (
    NotSetUp,
    TeamIsNeeded,
    create_team,
    delete_team,
    edit_team,
    freeze_team,
    unfreeze_team,
    welcome_person,
)

__all__ = [
    "AlreadyMember",
    "InvitationOver",
    "NotSetUp",
    "OwnerStays",
    "TeamIsNeeded",
    "accept_invitation",
    "add_member",
    "create_team",
    "delete_team",
    "edit_member",
    "edit_team",
    "freeze_team",
    "invite_member",
    "remove_member",
    "transfer_ownership",
    "unfreeze_team",
    "welcome_person",
]
