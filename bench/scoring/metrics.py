"""What is known of every metric by its name: which way is better, and between what it lies.

A name is `level:metric@rule`, of which level and rule may be absent: `f1 fair`, `auprc`,
`summary:f1@own`.
"""

from __future__ import annotations

import math
from typing import Literal

LOWER_IS_BETTER = frozenset(
    {"shd", "fp", "fn", "reversed", "error", "n_error", "fdr", "cpu_seconds", "stopped"}
)
"""Metrics that count errors or costs; of all others more is better."""

_UNBOUNDED = frozenset(
    {"shd", "tp", "fp", "fn", "reversed", "error", "n_error", "n_found", "cpu_seconds"}
)
_LOWEST = {"ari": -0.5, "effect_r": -1.0}


def direction(metric: str) -> Literal[1, -1]:
    """Return 1 where more of a metric is better, -1 where less is."""
    return -1 if _plain(metric) in LOWER_IS_BETTER else 1


def bounds(metric: str) -> tuple[float, float]:
    """Return the least and the largest value of a metric."""
    name = _plain(metric)
    return _LOWEST.get(name, 0.0), math.inf if name in _UNBOUNDED else 1.0


def difference_bounds(metric: str) -> tuple[float, float]:
    """Return the least and the largest difference of two values of a metric."""
    low, high = bounds(metric)
    return low - high, high - low


def _plain(metric: str) -> str:
    return metric.rpartition(":")[2].partition("@")[0].partition(" ")[0]
