"""Reads of operators, by noun."""

from forecourt.operators.queries.accounts import (
    AccountRow,
    OperatorRow,
    SubAccountRow,
    accounts_of,
    installation,
    may_open,
    operator_rows,
    sub_account_rows,
)
from forecourt.operators.queries.members import MemberRow, invitation_of, invitations_for, member_rows
from forecourt.operators.queries.themes import Look, ThemeRow, look_of, operator_and_theme, theme_for, theme_rows, usable_themes

__all__ = [
    "AccountRow",
    "Look",
    "MemberRow",
    "OperatorRow",
    "SubAccountRow",
    "ThemeRow",
    "accounts_of",
    "installation",
    "invitation_of",
    "invitations_for",
    "look_of",
    "may_open",
    "member_rows",
    "operator_and_theme",
    "operator_rows",
    "sub_account_rows",
    "theme_for",
    "theme_rows",
    "usable_themes",
]
