"""Chance: every source of it has a name, and what it gives follows from the seed and that name alone."""

from random import Random


def seeded(seed: int, *name: object) -> Random:
    return Random("/".join(str(part) for part in (seed, *name)))  # noqa: S311  a simulation, no secret
