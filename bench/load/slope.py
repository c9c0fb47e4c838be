"""A straight line through a series, and how sure its slope is. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slope:
    """`per_x` rises by so much for each unit of x; `error` is its standard error."""

    per_x: float
    error: float

    @property
    def is_rising(self) -> bool:
        """More than two errors above nought?"""
        return self.per_x > 2 * self.error


def slope_of(points: Sequence[tuple[float, float]]) -> Slope:
    """Least squares. Raises ValueError below three points or where all stand at the same x.

    The error takes each point's distance from the line as independent of its neighbours'. Memory moves in steps and
    stays there, so that the true error is larger: two errors are the least to ask for.
    """
    count = len(points)
    if count < 3:
        raise ValueError("a slope and its error take three points")
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    width = sum((x - mean_x) ** 2 for x, _ in points)
    if width == 0:
        raise ValueError("all points stand at the same x")
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / width
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    return Slope(slope, math.sqrt(left / (count - 2) / width))
