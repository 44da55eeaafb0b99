"""Metrics of scores: no threshold is chosen, or the error rate chooses it."""

from __future__ import annotations

import numpy as np

from bench.scoring.candidates import Candidates
from methods.types.arrays import FloatArray, IntArray


def rank_metrics(candidates: Candidates) -> dict[str, float]:
    """Return `auroc`, `auprc`, `tpr@fdr10` and `effect_r`.

    The first three are NaN unless there is at least one true edge and one non-edge: a ranking of
    one class is no ranking. Silent entries are tied below every scored one.

    Notes
    -----
    `auroc` is the probability that an edge ranks above a non-edge, ties counting one half.
    `auprc` is the average precision `sum_k (R_k - R_{k-1}) P_k` over distinct thresholds, as
    scikit-learn defines it, not the trapezoid under the curve. `tpr@fdr10` is the largest
    `tp / P` over thresholds that keep ties together and have `fp <= 0.1 (tp + fp)`, 0 if there
    is none. `effect_r` is Pearson's correlation between the scores and the sizes of the true
    effects, where a silent entry has the score 0; NaN where either is constant.
    """
    effect_r = {"effect_r": correlation(np.nan_to_num(candidates.score), candidates.size)}
    if not ranks_two_classes(candidates):
        return {"auroc": np.nan, "auprc": np.nan, "tpr@fdr10": np.nan, **effect_r}
    _, selected, tp = thresholds(candidates)
    n, n_true = len(candidates.true), candidates.n_true
    return {
        **_areas(np.append(selected, n), np.append(tp, n_true)),
        "tpr@fdr10": float(tpr_at_fdr10(selected, tp).max() / n_true),
        **effect_r,
    }


def _areas(selected: IntArray, tp: IntArray) -> dict[str, float]:
    """Return `auroc` and `auprc` from the counts at all thresholds, from none to all selected.

    A hundred times faster than scikit-learn's, which check their arguments again for each of the
    dozens of rankings of a cell; the tests hold them equal.
    """
    fp = selected - tp
    recall, false_rate = tp / tp[-1], fp / fp[-1]
    precision = tp[1:] / np.maximum(selected[1:], 1)
    return {
        "auroc": float(np.trapezoid(recall, false_rate)),
        "auprc": min(1.0, float(np.diff(recall) @ precision)),  # rounding can pass 1
    }


def ranks_two_classes(candidates: Candidates) -> bool:
    """Return whether there is at least one true edge and one non-edge."""
    return 0 < candidates.n_true < len(candidates.true)


def correlation(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's correlation, NaN where one of the two is constant."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    # Scores may be of any size: scaled first, their squares neither overflow nor vanish.
    a, b = x / np.abs(x).max(), y / np.abs(y).max()
    a, b = a - a.mean(), b - b.mean()
    r = a @ b / np.sqrt((a @ a) * (b @ b))
    return float(np.clip(r, -1, 1))  # rounding can pass 1


def thresholds(candidates: Candidates) -> tuple[IntArray, IntArray, IntArray]:
    """Return the lowest rank kept, the number selected and the true ones among them.

    One entry per threshold, from the empty selection down to every scored candidate; tied
    candidates come in together and silent ones never.
    """
    length = int(candidates.rank.max()) + 1
    here = np.bincount(candidates.rank, minlength=length)[:0:-1]
    hits = np.bincount(candidates.rank[candidates.true], minlength=length)[:0:-1]
    lowest = np.arange(length, 0, -1)
    return lowest, np.cumsum(np.append(0, here)), np.cumsum(np.append(0, hits))


def tpr_at_fdr10(selected: IntArray, tp: IntArray) -> IntArray:
    """Return `tp` where the false discovery proportion is at most 0.1, else 0."""
    # Whole numbers, so that exactly one false edge in ten is allowed.
    return np.where(10 * (selected - tp) <= selected, tp, 0)
