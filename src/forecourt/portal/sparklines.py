"""Where the points of a sparkline stand. Drawing only: floats are fine here."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 100, 28, 2


def points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Points in a box of 100 × 28, lowest value at the bottom. A flat line runs in the middle; fewer than two values draw nothing."""
    if len(values) < 2:
        return []
    low, spread = min(values), max(values) - min(values)
    step = WIDTH / (len(values) - 1)
    return [(round(step * place, 2), _height((value - low) / spread if spread else 0.5)) for place, value in enumerate(map(float, values))]


def _height(share: float) -> float:
    return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 2)
