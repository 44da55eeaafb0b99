"""The rules that turn scores into a graph; every rule says its name in the metric."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from bench.scoring.candidates import Candidates
from bench.scoring.ranking import thresholds
from methods.types.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Selection:
    """A decided graph, with the ties at its border left open.

    Parameters
    ----------
    weight
        Probability that each candidate is selected, shape `(N,)`: 1 above the border, 0 below
        it, and `r / g` for `g` tied candidates that share `r` places. A constant score thus
        earns what a random graph earns, never more.
    group
        Candidates that compete for the same places, shape `(N,)`; the number of selected edges
        of a group is fixed and groups are drawn independently.
    """

    weight: FloatArray
    group: IntArray

    def blind(self) -> Self:
        """Return the random selection with as many edges in every group."""
        places = np.bincount(self.group, weights=self.weight)
        share = places / np.maximum(np.bincount(self.group), 1)
        return replace(self, weight=share[self.group])


def decide(candidates: Candidates) -> dict[str, Selection]:
    """Return the selection of every rule; silent candidates are never selected.

    `own`: the method's decision, left out where it makes none. `top3`: the three highest scores
    per effect (fewer where fewer are scored). `global_k`: as many edges as the truth has in
    this level. `oracle`: the threshold of the best F1, with ties kept together; of equal
    thresholds the one with the fewest edges.
    """
    everything = np.zeros_like(candidates.effect)
    rules = {
        "top3": per_effect(candidates, 3),
        "global_k": overall(candidates, candidates.n_true),
        "oracle": Selection(_best_f1(candidates), everything),
    }
    if candidates.selected is not None:
        rules["own"] = Selection(candidates.selected.astype(float), everything)
    return rules


def per_effect(candidates: Candidates, k: int) -> Selection:
    """Return the `k` highest scores of each effect, fewer where fewer are scored."""
    weight = np.zeros(len(candidates.rank))
    for effect in np.unique(candidates.effect):
        here = candidates.effect == effect
        weight[here] = _highest(candidates.rank[here], k)
    return Selection(weight, candidates.effect)


def overall(candidates: Candidates, k: int) -> Selection:
    """Return the `k` highest scores of all, fewer where fewer are scored."""
    return Selection(_highest(candidates.rank, k), np.zeros_like(candidates.effect))


def _highest(rank: IntArray, places: int) -> FloatArray:
    """Return the probability to be among the highest when ties are broken at random."""
    places = min(places, int(np.count_nonzero(rank)))
    if places == 0:
        return np.zeros(len(rank))
    border = np.partition(rank, -places)[-places]
    above, tied = rank > border, rank == border
    weight: FloatArray = np.where(tied, (places - above.sum()) / tied.sum(), above)
    return weight


def _best_f1(candidates: Candidates) -> FloatArray:
    lowest, selected, tp = thresholds(candidates)
    f1 = 2 * tp / np.maximum(selected + candidates.n_true, 1)
    weight: FloatArray = (candidates.rank >= lowest[np.argmax(f1)]).astype(float)
    return weight
