r"""Borders between regimes: which of them a finder found, within a tolerance.

A border is a step inside a segment whose label differs from that of the step before it. A found
border is right where it lies within `TOLERANCE` steps of a true one; each of the two counts once.
Of the `P` found and `N` true borders let `R` be those that are right:

.. math:: precision = R / P, \quad recall = R / N, \quad F_1 = 2 R / (P + N)

(as in `ruptures`: Truong, Oudre and Vayatis, 2020, doi:10.1016/j.sigpro.2019.107299, section 2.4).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.scoring.regimes import Numbers
from methods import LaggedGraph
from methods.types.arrays import IntArray

TOLERANCE = 25
"""Steps by which a found border may miss a true one, to either side."""


def border_metrics(estimate: LaggedGraph, truth: LaggedGraph) -> dict[str, Numbers]:
    """Return value, floor and ceiling of `border_precision`, `border_recall` and `border_f1`.

    Both graphs hold the labels of the same steps. Nothing is returned where no true label
    changes inside a segment. Precision is 0 where no border is found. The floor is what as many
    borders at random places are expected to reach, if each hits independently of the others.
    """
    assert estimate.regimes is not None
    assert truth.regimes is not None
    true, found = borders(truth.regimes), borders(estimate.regimes)
    if not len(true):
        return {}
    steps = sum(len(part) for part in truth.regimes)
    chance = len(true) * (1 - (1 - min(1.0, (2 * TOLERANCE + 1) / steps)) ** len(found))
    values = _shares(_right(true, found), len(true), len(found))
    floors = _shares(min(chance, len(found)), len(true), len(found))
    names = ("border_precision", "border_recall", "border_f1")
    return {
        name: (value, floor, 1.0) for name, value, floor in zip(names, values, floors, strict=True)
    }


def borders(labels: Sequence[IntArray]) -> IntArray:
    """Return the borders of all segments, which are set so far apart that none reaches another."""
    places, start = [], 0
    for part in labels:
        places.append(start + np.flatnonzero(np.diff(part)) + 1)
        start += len(part) + 2 * TOLERANCE + 1
    return np.concatenate(places).astype(np.int64)


def _right(true: IntArray, found: IntArray) -> float:
    """Return the number of found borders that are right."""
    from ruptures.metrics import precision_recall

    if not len(found):
        return 0.0
    # The library takes a last border at the end, and a margin that is not reached.
    end = max(true[-1], found[-1]) + 1
    _, recall = precision_recall([*true, end], [*found, end], margin=TOLERANCE + 1)
    return float(recall * len(true))


def _shares(right: float, true: int, found: int) -> tuple[float, float, float]:
    return right / found if found else 0.0, right / true, 2 * right / (true + found)
