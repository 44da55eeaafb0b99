"""What chance earns: the expected score of a random ranking and of a random graph."""

from __future__ import annotations

import numpy as np

from bench.scoring.candidates import Candidates
from bench.scoring.counts import expected_metrics, threshold_metrics
from bench.scoring.decisions import Selection
from bench.scoring.ranking import ranks_two_classes, tpr_at_fdr10
from methods.types.arrays import FloatArray, IntArray

_DRAWS = 200


def selection_floor(candidates: Candidates, selection: Selection) -> dict[str, float]:
    """Return the expected metrics of a random graph with as many edges, in closed form.

    With `m` of `N` candidates selected and `P` true, `precision = P / N`, `recall = m / N`,
    `F1 = 2 m P / (N (m + P))` and `SHD = m + P - 2 m P / N - R m (N - m) / (N (N - 1))`, where
    `R` counts the pairs of opposite candidates of which exactly one is true (0 at lags of at
    least 1). `@top3` keeps the number of edges of each effect, so the sums run over effects.
    """
    return expected_metrics(candidates, selection.blind())


def simulated_floor(candidates: Candidates, rng: np.random.Generator) -> dict[str, float]:
    """Return the floors of the metrics of scores and of `@oracle`.

    `auroc` is 1/2 and `auprc` is the expected average precision of a random order of `N`
    candidates with `P` true ones,

        (H_N + (P - 1) / (N - 1) (N - H_N)) / N,   H_N = 1 + 1/2 + ... + 1/N

    (Bestgen, 2015, doi:10.1515/pralin-2015-0007). `effect_r` is 0. `tpr@fdr10` and `@oracle`
    have no closed form and are means over 200 random orders. What is drawn depends on the truth
    alone, so that one state of `rng` gives one floor to every method.
    """
    n, n_true = len(candidates.true), candidates.n_true
    if n_true == 0:
        nothing = threshold_metrics(0.0, 0.0, 0, 0.0)
        ranks = dict.fromkeys(("auroc", "auprc", "tpr@fdr10", "effect_r"), np.nan)
        return ranks | {f"{name}@oracle": float(value) for name, value in nothing.items()}
    place = _places_of_true(n, n_true, rng)
    floor = {f"{name}@oracle": mean for name, mean in _oracle_floor(candidates, place).items()}
    floor["effect_r"] = 0.0 if np.ptp(candidates.size) else np.nan
    if not ranks_two_classes(candidates):
        return floor | dict.fromkeys(("auroc", "auprc", "tpr@fdr10"), np.nan)
    found = np.arange(1, n_true + 1)
    tpr = tpr_at_fdr10(place, np.broadcast_to(found, place.shape)).max(axis=1) / n_true
    return floor | {
        "auroc": 0.5,
        "auprc": expected_average_precision(n, n_true),
        "tpr@fdr10": float(tpr.mean()),
    }


def expected_average_precision(n: int, n_true: int) -> float:
    """Return the mean average precision of a random order with `n_true` of `n` entries true."""
    harmonic = float((1 / np.arange(1, n + 1)).sum())
    return (harmonic + (n_true - 1) / (n - 1) * (n - harmonic)) / n


def _places_of_true(n: int, n_true: int, rng: np.random.Generator) -> IntArray:
    """Return the places (1 is the top) of the true edges in random orders, `(draws, n_true)`.

    A best threshold always ends at a true edge, so the places of the others do not matter.
    """
    draws = [rng.choice(n, n_true, replace=False, shuffle=False) for _ in range(_DRAWS)]
    return 1 + np.sort(np.stack(draws), axis=1)


def _oracle_floor(candidates: Candidates, place: IntArray) -> dict[str, float]:
    n, n_true = len(candidates.true), candidates.n_true
    f1 = 2 * np.arange(1, n_true + 1) / (place + n_true)
    best = f1.argmax(axis=1)
    selected, tp = place[np.arange(len(place)), best], best + 1
    # Given the counts, both the selected edges and the selected non-edges are random subsets.
    wrong_in: FloatArray = (selected - tp) / max(n - n_true, 1)
    right_out: FloatArray = (n_true - tp) / n_true
    reversed_ = candidates.n_reversible * wrong_in * right_out
    metrics = threshold_metrics(tp, selected, n_true, reversed_)
    return {name: float(np.mean(value)) for name, value in metrics.items()}
