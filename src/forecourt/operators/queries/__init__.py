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
from forecourt.operators.queries.security import WithoutFactor, second_factor_asked, second_factor_from, without_second_factor
from forecourt.operators.queries.themes import Look, ThemeRow, look_of, operator_and_theme, theme_for, theme_rows, usable_themes

__all__ = [
    "AccountRow",
    "Look",
    "MemberRow",
    "OperatorRow",
    "SubAccountRow",
    "ThemeRow",
    "WithoutFactor",
    "accounts_of",
    "installation",
    "invitation_of",
    "invitations_for",
    "look_of",
    "may_open",
    "member_rows",
    "operator_and_theme",
    "operator_rows",
    "second_factor_asked",
    "second_factor_from",
    "sub_account_rows",
    "theme_for",
    "theme_rows",
    "usable_themes",
    "without_second_factor",
]
