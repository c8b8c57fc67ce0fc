"""Words of operator accounts, who reaches one, and the colours of a theme. No database."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from forecourt.access import Actor, Permission

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text of ordinary size
# The lightest and darkest grounds of portal/static/portal/tokens.css on which coloured text stands.
PAPER, NIGHT = "#f1f4f5", "#20272b"
WHITE, INK, BLACK = "#ffffff", "#10181c", "#000000"
_STEPS = 50


class Placed(Protocol):
    """An operator, as far as a scope asks."""

    pk: int
    organisation_id: int


def reaches(actor: Actor, permission: Permission, operator: Placed) -> bool:
    """Whether this permission holds for the actor in this account. Asks no database: for tabs and buttons."""
    scope = actor.reach_of(permission)
    return scope.is_everywhere or operator.organisation_id in scope.organisation_ids or operator.pk in scope.operator_ids


def in_account(path: str, operator_id: int | None) -> str:
    """
    The address of a page as a letter or the bell gives it: opened in the account that it is about (spec §4).

    Who may not work in that account comes to the page all the same, in the account they are in.
    """
    return f"{path}{'&' if '?' in path else '?'}account={operator_id}" if operator_id else path


@dataclass(frozen=True, slots=True)
class Palette:
    """
    A theme's colours as the portal needs them: text and buttons readable in light and dark, whatever was chosen.

    `button` carries white text. `is_darkened`: the chosen colour was too light for text on paper, so a darker one is used there.
    """

    light: str
    light_strong: str
    light_soft: str
    dark: str
    dark_strong: str
    dark_soft: str
    button: str
    button_strong: str
    secondary: str
    accent: str
    is_darkened: bool


def palette(primary: str, secondary: str, accent: str) -> Palette:
    """The palette of three chosen colours (`#rrggbb`)."""
    light_soft, dark_soft = mixed(primary, WHITE, 0.9), mixed(primary, NIGHT, 0.8)
    light = readable(primary, on=(PAPER, light_soft))
    dark = readable(primary, on=(NIGHT, dark_soft))
    button = readable(primary, on=(WHITE,))
    return Palette(
        light=light,
        light_strong=mixed(light, INK, 0.2),
        light_soft=light_soft,
        dark=dark,
        dark_strong=mixed(dark, WHITE, 0.25),
        dark_soft=dark_soft,
        button=button,
        button_strong=mixed(button, INK, 0.2),
        secondary=secondary,
        accent=accent,
        is_darkened=light != primary,
    )


def readable(colour: str, *, on: Iterable[str]) -> str:
    """The colour, mixed with as much black or white as it needs to be read on every one of these grounds (`LEAST_CONTRAST`)."""
    grounds = list(on)
    towards = INK if sum(map(luminance, grounds)) / len(grounds) > 0.2 else WHITE
    tried = (mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((one for one in tried if all(contrast(one, ground) >= LEAST_CONTRAST for ground in grounds)), towards)


def text_on(colour: str) -> str:
    """White or black: whichever reads better on this ground, always at least `LEAST_CONTRAST`."""
    return WHITE if contrast(WHITE, colour) >= contrast(BLACK, colour) else BLACK


def contrast(one: str, other: str) -> float:
    """1 to 21 (WCAG 2.2, “contrast ratio”)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """0 to 1 (WCAG 2.2, “relative luminance”)."""
    parts = [value / 255 for value in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with this share (0 to 1) of another."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine * (1 - share) + theirs * share):02x}" for mine, theirs in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def stylesheet(colours: Palette, *, where: str = ":root") -> str:
    """The tokens of docs/design.md that a theme sets, for the whole portal or for a part of a page."""
    tokens = {
        "brand": f"light-dark({colours.light}, {colours.dark})",
        "brand-strong": f"light-dark({colours.light_strong}, {colours.dark_strong})",
        "brand-soft": f"light-dark({colours.light_soft}, {colours.dark_soft})",
        "on-brand": f"light-dark({WHITE}, {INK})",
        "primary": colours.button,
        "primary-strong": colours.button_strong,
        "petrol": colours.secondary,
        "volt": colours.accent,
    }
    return f"{where} {{\n" + "".join(f"  --fc-{name}: {value};\n" for name, value in tokens.items()) + "}\n"


def is_colour(text: str) -> bool:
    """Whether it is `#rrggbb`, lower case."""
    return len(text) == 7 and text[0] == "#" and all(letter in "0123456789abcdef" for letter in text[1:])
