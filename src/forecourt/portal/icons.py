"""Tabler icons as inline SVG, read from npm once per process. They are decoration: a word stands beside, or the control has a label."""

import functools
import re

from django.utils.safestring import SafeString, mark_safe

from forecourt.portal.staticfiles import node_modules

NAME = re.compile(r"[a-z0-9-]+")


@functools.cache
def icon(name: str, extra: str = "") -> SafeString:
    """
    :raises LookupError: if npm brought no icon of this name: a misspelt icon should break a test, not a page's looks.
    """
    folder, _, bare = f"outline/{name}".rpartition("/") if "/" not in name else name.rpartition("/")
    path = node_modules() / "@tabler/icons/icons" / folder / f"{bare}.svg"
    if not NAME.fullmatch(bare) or folder not in ("outline", "filled") or not path.is_file():
        raise LookupError(f"There is no icon “{name}”.")
    body = re.sub(r"\s+", " ", path.read_text().partition(">")[2].rpartition("</svg>")[0]).strip()
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", body).strip()
    paint = 'fill="currentColor"' if folder == "filled" else 'fill="none" stroke="currentColor" stroke-width="1.75"'
    classes = f"fc-icon {extra}".strip()
    svg = (
        f'<svg class="{classes}" viewBox="0 0 24 24" {paint} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{body}</svg>'
    )
    return mark_safe(svg)  # noqa: S308 — from files that npm's lock file pins
