"""Changing an e-mail address or phone number: a code to the new one shows that it is theirs, the old one is told."""

import json
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.identity import letters, rules
from forecourt.identity.events import ContactChanged
from forecourt.identity.models import OneTimeCode, Person
from forecourt.identity.operations.people import PersonExists
from forecourt.kit.errors import NotFound
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import decrypt, encrypt, is_same, keyed_hash
from forecourt.notifications import operations as notifications

PURPOSE = "one-time-code"
Kind = OneTimeCode.Kind


@operation
def offer_code(*, actor: Actor, kind: str, address: str, at: datetime, person: Person | None = None, **more: Any) -> OneTimeCode:
    """
    Send a code to an address that somebody says is theirs: `email` or `phone` of a `person`, or `sign_up` (an e-mail address,
    with `more` of what was filled in). It replaces the one before it.

    Where a living person has the address, no code goes out and its owner is told. Whoever asked sees no difference.

    :raises Invalid: at `address`, if it is none.
    """
    checks = Checks()
    address = checks.phone("address", address) if kind == Kind.PHONE else checks.email("address", address)
    checks.finish()
    owner = _owner(kind, address)
    digits = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    if person:
        OneTimeCode.objects.filter(person=person, kind=kind).delete()
    code = OneTimeCode.objects.create(
        kind=kind,
        person=person,
        code_hash=None if owner else _hash(digits),
        payload=encrypt(json.dumps({"address": address, **more}), purpose=PURPOSE),
        tries_left=rules.CODE_TRIES,
        created_at=at,
        expires_at=at + rules.CODE_LASTS,
    )
    if owner:
        _tell_owner(owner, kind)
    else:
        _send(kind, address, digits, person)
    return code


@operation
def redeem_code(*, kind: str, code_id: int, digits: str, at: datetime, person: Person | None = None) -> dict[str, Any] | None:
    """
    What the code was for (`address`, and what a sign-up filled in), if these are its digits. Then it is used up.

    None for wrong digits, which cost one of five tries; the caller's transaction must not be undone after it.
    """
    code = OneTimeCode.objects.select_for_update().filter(pk=code_id, kind=kind, person=person, expires_at__gt=at, tries_left__gt=0).first()
    if code is None:
        return None
    if code.code_hash is None or not is_same(bytes(code.code_hash), _hash(digits)):
        code.tries_left -= 1
        code.save(update_fields=["tries_left"])
        return None
    told: dict[str, Any] = asked_for(code)
    code.delete()
    return told


def asked_for(code: OneTimeCode) -> dict[str, Any]:
    """The address that the code went to, and what a sign-up filled in."""
    told: dict[str, Any] = json.loads(decrypt(bytes(code.payload), purpose=PURPOSE))
    return told


@operation
def change_email(*, actor: Actor, person: Person, email: str, at: datetime) -> Person:
    """
    The address was shown to be theirs: it is theirs from now on, and the old one is told.

    :raises PersonExists: if somebody was faster.
    """
    person = locked(person)
    before = person.email
    person.email, person.email_verified_at = email, at
    _save(person, "email")
    if before:
        letters.write(person, kind="contact_notice", subject=_EMAIL_MOVED, text=_MOVED, to=before, what=_masked(email), link=_help())
    return person


@operation
def change_phone(*, actor: Actor, person: Person, phone: str, at: datetime) -> Person:
    """
    The number was shown to be theirs: it is theirs from now on. The old number and the e-mail address are told.

    :raises PersonExists: if somebody was faster.
    """
    person = locked(person)
    before = person.phone
    person.phone, person.phone_verified_at = phone, at
    _save(person, "phone")
    letters.write(person, kind="contact_notice", subject=_PHONE_MOVED, text=_MOVED, what=_masked(phone), link=_help())
    if before:
        with letters.in_language_of(person):
            text = _("Your account's phone number is now %(what)s. If this was not you: %(link)s") % {
                "what": _masked(phone),
                "link": _help(),
            }
        notifications.send_sms(to=before, text=text, kind="contact_notice", person_id=person.pk)
    return person


@operation
def remove_phone(*, actor: Actor, person: Person, at: datetime) -> Person:
    """Take the phone number away; the number and the e-mail address are told. Without one nothing changes."""
    person = locked(person)
    if person.phone is None:
        return person
    before, person.phone, person.phone_verified_at = person.phone, None, None
    _save(person, "phone")
    letters.write(person, kind="contact_notice", subject=_PHONE_GONE, text=_GONE, what=_masked(before), link=_help())
    with letters.in_language_of(person):
        text = _("This number was removed from your account. If this was not you: %(link)s") % {"link": _help()}
    notifications.send_sms(to=before, text=text, kind="contact_notice", person_id=person.pk)
    return person


def _save(person: Person, field: str) -> None:
    try:
        with transaction.atomic():
            person.save(update_fields=[field, f"{field}_verified_at"])
    except IntegrityError as error:
        raise PersonExists(_("Somebody else has it by now.")) from error
    announce(ContactChanged(person.pk))


def _owner(kind: str, address: str) -> Person | None:
    living = Person.objects.filter(deleted_at=None)
    return living.filter(phone=address).first() if kind == Kind.PHONE else living.filter(email__iexact=address).first()


def _send(kind: str, address: str, digits: str, person: Person | None) -> None:
    with letters.in_language_of(person):
        if kind == Kind.PHONE:
            text = _("Your Forecourt code is %(code)s. It works for 10 minutes. Give it to nobody.") % {"code": digits}
            notifications.send_sms(to=address, text=text, kind="code", person_id=person.pk if person else None)
            return
        text = _("Your code is %(code)s.\n\nIt works for 10 minutes. Give it to nobody.\n\nIf you did not ask for it, ignore this letter.")
        notifications.send_email(
            to=address, subject=_("Your code"), text=text % {"code": digits}, kind="code", person_id=person.pk if person else None
        )


def _tell_owner(owner: Person, kind: str) -> None:
    subject, text = (_SIGN_UP_SUBJECT, _SIGN_UP_TEXT) if kind == Kind.SIGN_UP else (_TAKEN_SUBJECT, _TAKEN_TEXT)
    letters.write(owner, kind="contact_notice", subject=subject, text=text, link=_help())


def _help() -> str:
    return f"{settings.PUBLIC_URL}/accounts/password/reset/"


def _hash(digits: str) -> bytes:
    return keyed_hash("".join(digits.split()), purpose=PURPOSE)


_masked = rules.masked
_EMAIL_MOVED = gettext_lazy("Your e-mail address was changed")
_PHONE_MOVED = gettext_lazy("Your phone number was changed")
_PHONE_GONE = gettext_lazy("Your phone number was removed")
_GONE = gettext_lazy(
    "Your account no longer has %(what)s.\n\nIf this was not you, somebody is in your account: choose a new password and tell us by answering"
    " this letter.\n%(link)s"
)
_MOVED = gettext_lazy(
    "Your account now has %(what)s.\n\nIf this was not you, somebody is in your account: choose a new password and tell us by answering"
    " this letter.\n%(link)s"
)
_TAKEN_SUBJECT = gettext_lazy("Somebody tried to use your contact data")
_TAKEN_TEXT = gettext_lazy(
    "Somebody wanted to add your e-mail address or phone number to another account. Nothing changed: it stays yours.\n\nIf it was you,"
    " sign in to the account that has it. If you forgot its password:\n%(link)s"
)
_SIGN_UP_SUBJECT = gettext_lazy("You have an account already")
_SIGN_UP_TEXT = gettext_lazy(
    "Somebody wanted to sign up with your e-mail address, but you have an account. Nothing changed.\n\nIf it was you and you forgot the"
    " password:\n%(link)s"
)


def pending(person: Person, kind: str, *, at: datetime) -> OneTimeCode:
    """
    The code that a person was sent and may still type in.

    :raises NotFound: if there is none, or its time is over.
    """
    code = OneTimeCode.objects.filter(person=person, kind=kind, expires_at__gt=at).first()
    if code is None:
        raise NotFound(_("This code is no longer good. Ask for a new one."))
    return code
