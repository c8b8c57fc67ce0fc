"""Which passwords are refused beyond Django's own rules (ASVS 5.0, 6.2.11 and 6.2.12)."""

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forecourt.identity.models import Person

# Words that a guesser tries first here. A password must hold at least six letters or digits beside them.
OUR_WORDS = ("forecourt", "charging", "charger", "chargepoint", "elbil", "opladning", "ladestander", "ladeboks", "password", "kodeord")
BESIDE = 6
LONGEST_LINE = 128  # bytes


class NotOurWords:
    """Refuses a password that is little more than a word of the trade or the name of the person's company."""

    def validate(self, password: str, user: Person | None = None) -> None:
        left = re.sub(r"[\W_]", "", password.casefold())
        for word in (*OUR_WORDS, *_company(user)):
            left = left.replace(word, "")
        if len(left) < BESIDE <= len(password):
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("The password must not be little more than a word of charging or the name of your company.")


class NotBreached:
    """
    Refuses a password whose SHA-1 is in the file that `FORECOURT_REFUSED_PASSWORDS` names: one hexadecimal hash a line, sorted,
    perhaps with `:count` behind it, as lists of breached passwords come. Without the file it refuses nothing.
    """

    def validate(self, password: str, user: Person | None = None) -> None:
        if not settings.REFUSED_PASSWORDS:
            return
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with Path(settings.REFUSED_PASSWORDS).open("rb") as lines:
            if holds(lines, wanted):
                raise ValidationError(_("This password is known from a breach. Choose another."), code="password_breached")

    def get_help_text(self) -> str:
        return _("The password must not be known from a breach.")


def holds(lines: BinaryIO, wanted: bytes) -> bool:
    """Whether a sorted file has a line that begins with `wanted`: a binary search, about 35 reads in the largest lists."""
    low, high = 0, lines.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        lines.seek(middle)
        if middle:
            lines.readline(LONGEST_LINE)  # to the beginning of a line
        begins = lines.tell()
        line = lines.readline(LONGEST_LINE)[: len(wanted)].upper()
        if line == wanted:
            return True
        if not line or line > wanted:
            high = middle
        else:
            low = max(begins, middle + 1)
    return False


def _company(user: Person | None) -> list[str]:
    """The name in the address: `nordlys` of `ada@nordlys.dk`."""
    domain = (getattr(user, "email", None) or "").casefold().rpartition("@")[2]
    return [re.sub(r"\W", "", part) for part in domain.split(".")[:-1] if len(part) > 3]
