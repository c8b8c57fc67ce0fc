"""What needs no database: how long a session lives, what a browser calls itself, what of an address is shown."""

import re
from datetime import datetime, timedelta

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
EXPORT_LASTS = timedelta(days=7)

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/"), ("Firefox", r"(?:Firefox|FxiOS)/"), ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS)/"),
    ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"Android"), ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Windows", r"Windows"), ("macOS", r"Mac OS X"),
    ("ChromeOS", r"CrOS"), ("Linux", r"Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """“Firefox, Windows”: what a person recognises their own device by. Empty if the browser does not say."""
    browser = next((name for name, mark in _BROWSERS if re.search(mark, user_agent)), "")
    system = next((name for name, mark in _SYSTEMS if re.search(mark, user_agent)), "")
    return ", ".join(part for part in (browser, system) if part)


def is_session_over(*, since: datetime, seen: datetime, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether a session ended: nothing was asked for `idle`, or it began `absolute` ago (ASVS 5.0, 7.3.1 and 7.3.2)."""
    return now - seen >= idle or now - since >= absolute


def masked(address: str) -> str:
    """What of an e-mail address or phone number is shown to whoever might not own it: a…@example.com, +45…78."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else f"{address[:3]}…{address[-2:]}"
