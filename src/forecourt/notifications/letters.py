"""The look of a letter: plain text as it was written, and the same text in HTML under the sender's own head (spec §2.4)."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import urlize

from forecourt.kit import registries


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose letter it is. Addresses are absolute; colours `#rrggbb`; `support` is the line at the foot, empty without one."""

    name: str
    logo: str = ""
    colour: str = "#0b5c6b"
    text_colour: str = "#ffffff"
    support: str = ""
    terms_url: str = ""


PLAIN = Letterhead("Forecourt")


def letterhead_of(operator_id: int | None) -> Letterhead:
    """The head of this operator's letters; the product's own where nobody gives one."""
    found = (draw(operator_id) for draw in registries.letterheads)
    return next((head for head in found if head is not None), PLAIN)


def as_text(text: str, head: Letterhead) -> str:
    return f"{text}\n\n-- \n{head.support}" if head.support else text


def as_html(subject: str, text: str, head: Letterhead) -> str:
    """Paragraphs at blank lines, addresses as links. Everything is escaped: it may hold what people wrote."""
    paragraphs = [urlize(part.strip(), autoescape=True) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return render_to_string("notifications/letter.html", {"subject": subject, "paragraphs": paragraphs, "head": head})
