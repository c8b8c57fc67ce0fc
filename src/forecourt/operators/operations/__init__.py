"""Writes of operators, by noun."""

from forecourt.operators.operations.accounts import (
    AccountIsNeeded,
    NameTaken,
    choose_account,
    close_account,
    create_operator,
    edit_company,
    edit_support,
    open_sub_account,
)
from forecourt.operators.operations.invitations import (
    INVITATION_PURPOSE,
    InvitationOver,
    accept_invitation,
    expire_invitations,
    invite_member,
    reject_invitation,
    resend_invitation,
)
from forecourt.operators.operations.members import LastAdmin, block_member, change_role, remove_member, unblock_member
from forecourt.operators.operations.security import SecondFactorMissing, require_second_factor
from forecourt.operators.operations.themes import ThemeIsUsed, choose_theme, create_theme, delete_theme, edit_theme, make_default

__all__ = [
    "INVITATION_PURPOSE",
    "AccountIsNeeded",
    "InvitationOver",
    "LastAdmin",
    "NameTaken",
    "SecondFactorMissing",
    "ThemeIsUsed",
    "accept_invitation",
    "block_member",
    "change_role",
    "choose_account",
    "choose_theme",
    "close_account",
    "create_operator",
    "create_theme",
    "delete_theme",
    "edit_company",
    "edit_support",
    "edit_theme",
    "expire_invitations",
    "invite_member",
    "make_default",
    "open_sub_account",
    "reject_invitation",
    "remove_member",
    "require_second_factor",
    "resend_invitation",
    "unblock_member",
]
