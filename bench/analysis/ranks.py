"""Average ranks of methods, Friedman's test, and Wilcoxon's test of each pair, with Holm.

Ranks: Demsar, JMLR 7, 2006 (jmlr.org/papers/v7/demsar06a.html). Pairs: Benavoli, Corani and
Mangili, JMLR 17, 2016 (jmlr.org/papers/v17/benavoli16a.html), who show that a test on mean ranks
lets the other methods decide whether two differ. Holm, Scandinavian Journal of Statistics 6, 1979.
The tests are those of scipy and statsmodels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_LEVEL, _DIGITS = 0.05, 12


@dataclass(frozen=True)
class Ranks:
    """Average ranks of methods over kinds of system.

    Parameters
    ----------
    average
        Average rank of each method, best (lowest) first; ties share their mean rank.
    n_points
        Kinds of system (simulator and point of the grid) on which all of them have a score.
    n_conditions
        Conditions of these: the lengths of one kind count as one.
    p_value
        Of Friedman's test that all methods are alike; NaN below three methods or two points.
    pairs
        P-value of each pair of methods, `[method, method]`, after Holm's correction over all
        pairs; empty below two methods or points.
    """

    average: pd.Series
    n_points: int
    n_conditions: int
    p_value: float
    pairs: pd.DataFrame

    def groups(self) -> list[list[str]]:
        """Return the largest runs of methods, in order of rank, no two of which differ at 5 %."""
        names = [str(name) for name in self.average.index]
        if self.pairs.empty:
            return []
        equal = self.pairs.loc[names, names].to_numpy(dtype=float) >= _LEVEL
        ends = [_end(equal, start) for start in range(len(names))]
        runs = [(k, end) for k, end in enumerate(ends) if k == 0 or end > ends[k - 1]]
        return [names[k : end + 1] for k, end in runs if end > k]


def _end(equal: np.ndarray, start: int) -> int:
    """Return the last of the methods from `start` on that are all equal to one another."""
    end = start
    while end + 1 < len(equal) and equal[end + 1, start : end + 1].all():
        end += 1
    return end


def average_ranks(scores: pd.DataFrame) -> Ranks:
    """Rank methods (columns) on each kind of system; higher is better.

    Parameters
    ----------
    scores
        The mean over systems of each condition (rows), with the levels `point` and `condition`.
        The mean over the conditions of one point is one value. Rows on which a method has no
        score are left out for all of them.
    """
    import pandas as pd

    complete = scores.dropna()
    points = complete.groupby(level="point").mean()
    average = points.rank(axis=1, ascending=False).mean().sort_values(kind="stable")
    n, k = points.shape
    if n < 2 or k < 2 or not (points.nunique(axis=1) > 1).any():
        return Ranks(average, n, len(complete), math.nan, pd.DataFrame())
    p_value = math.nan
    if k > 2:
        from scipy import stats

        p_value = float(stats.friedmanchisquare(*points.to_numpy().T).pvalue)
    return Ranks(average, n, len(complete), p_value, _pairs(points))


def _pairs(points: pd.DataFrame) -> pd.DataFrame:
    """Return the p-value of Wilcoxon's signed-rank test of each pair, corrected by Holm."""
    import numpy as np
    import pandas as pd
    from statsmodels.stats.multitest import multipletests

    values = points.to_numpy()
    rows, columns = np.triu_indices(values.shape[1], 1)
    raw = [_wilcoxon(values[:, i] - values[:, j]) for i, j in zip(rows, columns, strict=True)]
    found = np.ones((values.shape[1], values.shape[1]))
    found[rows, columns] = found[columns, rows] = multipletests(raw, method="holm")[1]
    return pd.DataFrame(found, index=points.columns, columns=points.columns)


def _wilcoxon(differences: np.ndarray) -> float:
    """Return the p-value of the signed-rank test; 1 where nothing differs."""
    from scipy import stats

    differences = differences.round(_DIGITS)  # equal means of the same scores are ties
    if not differences.any():
        return 1.0
    return float(stats.wilcoxon(differences).pvalue)
