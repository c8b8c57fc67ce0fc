"""Writes of people, by what happens to them."""

from forecourt.identity.operations.contact import change_email, change_phone, offer_code, redeem_code, remove_phone
from forecourt.identity.operations.erasing import CannotBeErased, ask_for_erasure, erase_person, keep_account, objections
from forecourt.identity.operations.exporting import ExportRuns, ask_for_export, fail_export, finish_export, gather
from forecourt.identity.operations.interventions import (
    CannotBeLocked,
    KeptOut,
    end_sessions_for,
    lock_sign_in,
    reset_second_factors,
    unlock_sign_in,
)
from forecourt.identity.operations.keeping_out import keep_out, let_in
from forecourt.identity.operations.people import (
    PersonExists,
    check_password,
    create_person,
    set_password,
    set_platform_role,
    verify_email,
)
from forecourt.identity.operations.profile import edit_profile, remove_picture, set_picture, set_preferences
from forecourt.identity.operations.sessions import end_other_sessions, end_session, end_sessions_of

__all__ = [
    "CannotBeErased",
    "CannotBeLocked",
    "ExportRuns",
    "KeptOut",
    "PersonExists",
    "ask_for_erasure",
    "ask_for_export",
    "change_email",
    "change_phone",
    "check_password",
    "create_person",
    "edit_profile",
    "end_other_sessions",
    "end_session",
    "end_sessions_for",
    "end_sessions_of",
    "erase_person",
    "fail_export",
    "finish_export",
    "gather",
    "keep_account",
    "keep_out",
    "let_in",
    "lock_sign_in",
    "objections",
    "offer_code",
    "redeem_code",
    "remove_phone",
    "remove_picture",
    "reset_second_factors",
    "set_password",
    "set_picture",
    "set_platform_role",
    "set_preferences",
    "unlock_sign_in",
    "verify_email",
]
