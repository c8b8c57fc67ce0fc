"""The TXT records of a name. Tests put another resolver in its place."""

from collections.abc import Callable
from typing import Final

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

PREFIX: Final = "_forecourt"
SECONDS: Final = 5.0


class LookupFailed(Exception):
    """Nobody could be asked; which says nothing about the record."""


def txt_records(name: str) -> frozenset[str]:
    """
    The texts at a name; none if there is no such name.

    :raises LookupFailed: if the name servers did not answer.
    """
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    except dns.exception.DNSException as error:
        raise LookupFailed(_("The name servers did not answer.")) from error
    return frozenset(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


Resolver = Callable[[str], frozenset[str]]
