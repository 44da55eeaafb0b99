"""Regimes that a method found without being told: how well, and which graph stands for which."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from methods import LaggedGraph
from methods.types.arrays import IntArray
from methods.types.errors import InputError

K = TypeVar("K", bound=Hashable)

Numbers = tuple[float, float, float]
"""Value, floor and ceiling of a metric."""


class Overlap(NamedTuple):
    """How true and found regimes share the time steps.

    `steps[a, b]`, shape `(len(true), len(found))`, counts the steps of the true label `true[a]`
    that have the found label `found[b]`. Found labels come in order of their first step, so that
    nothing depends on what they are called.
    """

    true: IntArray
    found: IntArray
    steps: IntArray


def overlap(estimate: LaggedGraph, truth: LaggedGraph) -> Overlap | None:
    """Return the overlap of both graphs' regimes, or None where the estimate found none.

    Raises
    ------
    ValueError
        If the truth has regimes but no label per step, or the numbers of steps differ.
    """
    if estimate.regimes is None or not truth.per_regime:
        return None
    if truth.regimes is None:
        raise InputError(
            "truth: expected the label of every step, since the labels found have names of their "
            "own, found none; use dataclasses.replace(truth, regimes=sample.regimes)"
        )
    lengths = [[len(part) for part in graph.regimes or ()] for graph in (truth, estimate)]
    if lengths[0] != lengths[1]:
        raise InputError(
            f"estimate: expected regimes of as many steps as the segments have, {lengths[0]}, "
            f"found {lengths[1]}"
        )
    true, row = np.unique(np.concatenate(truth.regimes), return_inverse=True)
    found, first, column = np.unique(
        np.concatenate(estimate.regimes), return_index=True, return_inverse=True
    )
    steps = np.bincount(row * len(found) + column, minlength=len(true) * len(found))
    order = np.argsort(first)
    return Overlap(true, found[order], steps.reshape(len(true), len(found))[:, order])


def differ(truth: LaggedGraph) -> bool:
    """Whether some regimes have other edges than others, so that they can be told apart."""
    edges = {np.asarray(graph.adjacency).tobytes() for graph in truth.per_regime.values()}
    return len(edges) > 1


def graphs_of_regimes(
    estimate: LaggedGraph, truth: LaggedGraph, shared: Overlap | None
) -> dict[int, LaggedGraph]:
    """Return the estimate's graph for every regime of the truth.

    Where the method was told the labels, that is its graph of the same label. Where it found
    them, it is the graph of the found regime that covers most of the true regime's steps (of
    equals, the one met first); two true regimes may share one. Its graph over all steps stands
    in where it has none.
    """
    if shared is None:
        matched = [(label, label) for label in truth.per_regime]
    else:
        best = shared.found[shared.steps.argmax(axis=1)]
        matched = list(zip(shared.true.tolist(), best.tolist(), strict=True))
    unmatched = dict.fromkeys(truth.per_regime, estimate)
    return unmatched | {
        label: estimate.per_regime.get(found, estimate) for label, found in matched
    }


def regime_metrics(shared: Overlap) -> dict[str, tuple[float, float, float]]:
    """Return value, floor and ceiling of `ari`, `n_found` and `n_error`.

    `n_found` is the number of found regimes, with the number of true ones as its ceiling and no
    floor; `n_error` is how far it is from that, either way.
    """
    error = abs(len(shared.found) - len(shared.true))
    return {
        "ari": (adjusted_rand(shared.steps), 0.0, 1.0),
        "n_found": (float(len(shared.found)), np.nan, float(len(shared.true))),
        "n_error": (float(error), np.nan, 0.0),
    }


def adjusted_rand(steps: IntArray) -> float:
    r"""Return the adjusted Rand index of two partitions with this table of common members.

    With `S` the number of pairs of steps that are together in both, `A` and `B` those together
    in one, and `N` all pairs,

    .. math:: ARI = \frac{S - A B / N}{(A + B) / 2 - A B / N}

    (Hubert and Arabie, 1985, doi:10.1007/BF01908075): 1 for equal partitions, and 0 expected
    where one of them is shuffled. It can be as low as -1/2.
    """
    together, in_rows, in_columns, pairs = (
        int((counts * (counts - 1) // 2).sum())
        for counts in (steps, steps.sum(axis=1), steps.sum(axis=0), steps.sum())
    )
    if together == in_rows == in_columns:
        return 1.0
    expected = in_rows * in_columns / pairs
    return (together - expected) / ((in_rows + in_columns) / 2 - expected)


def average(tables: Sequence[Mapping[K, Numbers]]) -> dict[K, Numbers]:
    """Return the mean of the defined values, floors and ceilings that all regimes' tables have."""
    return {
        key: _mean_of_defined([table[key] for table in tables])
        for key in tables[0]
        if all(key in table for table in tables)
    }


def _mean_of_defined(rows: Sequence[Numbers]) -> Numbers:
    defined = [row for row in rows if not np.isnan(row[0])]
    if not defined:
        return (np.nan, np.nan, np.nan)
    value, floor, ceiling = np.mean(defined, axis=0).tolist()
    return value, floor, ceiling
