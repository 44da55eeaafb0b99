"""Counting the errors of a decided graph: one definition of SHD, written down."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.scoring.candidates import Candidates
from bench.scoring.decisions import Selection
from methods.types.arrays import BoolArray, FloatArray


def threshold_metrics(tp: Any, selected: Any, n_true: int, reversed_: Any) -> dict[str, Any]:
    r"""Return f1, precision, recall, shd, tp, fp, fn and reversed.

    Parameters
    ----------
    tp, selected, reversed_
        Selected true edges, selected edges and reversed pairs: numbers, or arrays of one shape.
    n_true
        Number of true edges, `P`.

    Notes
    -----
    With `m` selected edges, `fp = m - tp` and `fn = P - tp`,

    .. math:: F_1 = \frac{2\,tp}{m + P}, \qquad SHD = fp + fn - reversed.

    `reversed` counts unordered pairs of variables of which the estimate has exactly the
    opposite direction: `i -> j` selected and not true, `j -> i` true and not selected. Such a
    pair is one error and not two, as in Tsamardinos, Brown and Aliferis (2006,
    doi:10.1007/s10994-006-6889-7). It is counted at lag 0 and in the summary graph; at lags of
    at least 1 it is 0 by definition, because time fixes the direction and `i(t-l) -> j(t)`
    and `j(t-l) -> i(t)` are two different links. The source compares CPDAGs, where an
    unoriented edge against an oriented one also costs 1; here every edge is directed. Others
    count a reversal as 2 (`fp + fn`), compare undirected skeletons, or report the minimum over
    thresholds, so SHD from elsewhere may not be comparable.

    Where the truth has no edge, f1, precision and recall are NaN. Where nothing is selected,
    precision is 0 (as in scikit-learn), so that an empty answer is not left out of a mean.
    """
    fp, fn = selected - tp, n_true - tp
    scale = 1.0 if n_true else np.nan
    return {
        "f1": scale * 2 * tp / np.maximum(selected + n_true, 1),
        "precision": scale * tp / np.maximum(selected, 1),
        "recall": scale * tp / max(n_true, 1),
        "shd": fp + fn - reversed_,
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "reversed": reversed_,
    }


def expected_metrics(candidates: Candidates, selection: Selection) -> dict[str, float]:
    """Return the metrics of a selection, exact in expectation over its random ties.

    The number of selected edges is the same for every outcome of the ties, so each metric is
    linear in `tp` and `reversed` and its expectation is the metric of the expected counts.
    """
    # Ties share whole places, so the sum is a whole number but for rounding.
    selected = float(np.round(selection.weight.sum()))
    tp = float(selection.weight[candidates.true].sum())
    reversed_ = _expected_reversed(candidates, selection)
    metrics = threshold_metrics(tp, selected, candidates.n_true, reversed_)
    return {name: float(value) for name, value in metrics.items()}


def _expected_reversed(candidates: Candidates, selection: Selection) -> float:
    wrong, right = candidates.reversible()
    weight, group = selection.weight, selection.group
    tied: BoolArray = (weight > 0) & (weight < 1)
    size = np.bincount(group, weights=tied, minlength=int(group.max()) + 1)[group]
    same_draw = tied[wrong] & tied[right] & (group[wrong] == group[right])
    # Two entries drawn without replacement from g: P(one in, other out) = w (1 - w) g / (g - 1).
    factor: FloatArray = np.ones(len(wrong))
    factor[same_draw] = size[wrong][same_draw] / (size[wrong][same_draw] - 1)
    return float((weight[wrong] * (1 - weight[right]) * factor).sum())
