r"""Links at lag 0, and their orientation apart: which pairs are linked, and which way.

Let `A` be the pairs of variables that the truth links at lag 0, and `B` those that the estimate
does, with whatever mark. Then

.. math:: precision = \frac{|A \cap B|}{|B|}, \quad recall = \frac{|A \cap B|}{|A|}, \quad
    F_1 = \frac{2 |A \cap B|}{|A| + |B|}

are those of the adjacencies. The orientation is that of the arrowheads on the pairs `A & B`. With
`H` the arrowheads of the truth on these pairs and `G` those of the estimate,

.. math:: precision = \frac{|G \cap H|}{|G|}, \quad recall = \frac{|G \cap H|}{|H|}.

A link `o-o` or `x-x` has no arrowhead: it lowers the recall of the orientation, and not its
precision. One of `<->` is right and one is wrong. That of `o->` counts as that of `-->`. An
estimate without marks that has selected both directions has `o-o`. The definitions are those of
`AdjacencyConfusion`, and of `ArrowConfusion` on common edges, in causal-learn (Zheng et al., JMLR
25, 2024, paper 60).
"""

from __future__ import annotations

import numpy as np

from bench.scoring.regimes import Numbers
from methods import LaggedGraph
from methods.types.arrays import BoolArray


def orientation_metrics(estimate: LaggedGraph, truth: LaggedGraph) -> dict[str, Numbers]:
    """Return value, floor and ceiling of the adjacency and the orientation at lag 0.

    Nothing is returned where the estimate makes no decision or the truth has no edge at lag 0. A
    share of nothing is 0. The floor of the adjacency is that of as many random pairs; that of the
    orientation turns every link by a coin.

    Parameters
    ----------
    estimate, truth
        Graphs of the same names and shape. Pairs of which the truth makes no claim are left out.
    """
    if estimate.adjacency is None:
        return {}
    claimed = ~np.isnan(truth.scores[:, :, 0]) & ~np.eye(truth.n_vars, dtype=bool)
    claimed |= claimed.T
    marks, true = (np.where(claimed, g.to_tigramite()[:, :, 0], "") for g in (estimate, truth))
    n_found, n_true = _pairs(marks != ""), _pairs(true != "")
    if not n_true:
        return {}
    common = (marks != "") & (true != "")
    n_common, chance = _pairs(common), n_found * n_true / _pairs(claimed)
    heads, right = (np.char.endswith(array, ">") & common for array in (marks, true))
    n_heads, n_right = int(heads.sum()), int((heads & right).sum())
    numbers = {
        "adjacency_precision": (_share(n_common, n_found), _share(chance, n_found)),
        "adjacency_recall": (n_common / n_true, chance / n_true),
        "adjacency_f1": (2 * n_common / (n_found + n_true), 2 * chance / (n_found + n_true)),
        "orientation_precision": (_share(n_right, n_heads), 0.5),
        "orientation_recall": (_share(n_right, n_common), _share(n_heads / 2, n_common)),
    }
    return {f"{name}@own": (value, floor, 1.0) for name, (value, floor) in numbers.items()}


def _pairs(entries: BoolArray) -> int:
    """Return the number of pairs with an entry, which both directions have."""
    return int(entries.sum()) // 2


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
