"""The horizontal axis of a panel: where its values are, and the texts below them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.report.styles import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Positions = Mapping[float | str, float]
"""Where each value of an axis is, from 0 to one less than their number."""

_WIDE = 20  # factor between the ends of an axis from which on it is logarithmic
_CHARACTERS = 28  # texts of ticks that fit below a panel side by side


def value_of(x: Any) -> float | str:
    """Return a value of the axis as it is if it is a number, else as text."""
    return x if isinstance(x, int | float) and not isinstance(x, bool) else str(x)


def positions(values: Sequence[Any]) -> dict[float | str, float]:
    """Return where each value of the axis is.

    Numbers are in proportion, or by their logarithms where they are positive and span a factor
    of 20 or more; names are evenly spaced.
    """
    found = list(dict.fromkeys(map(value_of, values)))
    numbers = sorted(value for value in found if not isinstance(value, str))
    if len(found) < 2 or len(numbers) < len(found):
        return {value: float(k) for k, value in enumerate(found)}
    wide = numbers[0] > 0 and numbers[-1] >= _WIDE * numbers[0]
    places = [math.log(value) if wide else float(value) for value in numbers]
    unit = (places[-1] - places[0]) / (len(numbers) - 1)
    return {v: (place - places[0]) / unit for v, place in zip(numbers, places, strict=True)}


def shifted(at: Positions, k: int, n: int) -> dict[float | str, float]:
    """Return the positions of the k-th of n curves: a small shift keeps their intervals apart."""
    reach = min(0.4, 0.75 * _gap(at))
    return {x: place + reach * (k - (n - 1) / 2) / max(n, 8) for x, place in at.items()}


def draw_ticks(ax: Axes, at: Positions) -> None:
    """Write the values below the axis, slanted where they would overlap."""
    texts = [_short(value) for value in at]
    long = sum(map(len, texts)) > _CHARACTERS * min(1.0, _gap(at) * len(at) / 2)
    ax.set_xticks(
        list(at.values()),
        [plain(text) for text in texts],
        rotation=30 if long else 0,
        ha="right" if long else "center",
    )
    ax.set_xlim(-0.5, len(at) - 0.5)


def _gap(at: Positions) -> float:
    """Return the smallest distance of two neighbours on the axis."""
    places = sorted(at.values())
    return min((b - a for a, b in itertools.pairwise(places)), default=1.0)


def _short(value: float | str) -> str:
    """Return the text below a tick, as 2.5k for 2500."""
    if isinstance(value, str):
        return value
    for unit, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{sign}"
    return f"{value:g}"
