"""What tenancy costs a list: a page of the same size for a Main account's Admin and for somebody who reads only a part of it."""

from collections.abc import Iterator, Mapping

from bench import http
from bench.installation import Installation

RESOURCES = ("charges", "charge-points", "teams")
TURNS = 3  # in turns, so that all of them meet the same machine


def ratios(at: Installation, callers: Mapping[str, dict[str, str]], *, path: str, seconds: float) -> Iterator[tuple[str, float, int]]:
    """
    (who, CPU for a request in percent of the first caller's, bad answers) for each of the other callers: headers by name.

    CPU is that of web and PostgreSQL together; the cheapest of the turns counts, for what else runs only adds.
    """
    cheapest, bad = dict.fromkeys(callers, float("inf")), dict.fromkeys(callers, 0)
    for who in list(callers) * TURNS:
        before = at.cpu_seconds()
        measured = http.measure(at.web, [path], callers[who], seconds=seconds, connections=2)
        cheapest[who] = min(cheapest[who], (at.cpu_seconds() - before) / measured.requests)
        bad[who] += measured.bad
    first, *others = callers
    for who in others:
        yield who, 100 * cheapest[who] / cheapest[first], bad[first] + bad[who]
