"""Average ranks of methods, Friedman's test, and Nemenyi's test of each pair.

Demsar, JMLR 7, 2006 (jmlr.org/papers/v7/demsar06a.html). The tests are those of scipy and
scikit-posthocs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.05


@dataclass(frozen=True)
class Ranks:
    """Average ranks of methods over systems.

    Parameters
    ----------
    average
        Average rank of each method, best (lowest) first; ties share their mean rank.
    n_systems
        Systems on which all of them have a score.
    p_value
        Of Friedman's test that all methods are alike; NaN below three methods or two systems.
    pairs
        P-value of Nemenyi's test for each pair of methods, `[method, method]`; empty
        below two methods or systems.
    """

    average: pd.Series
    n_systems: int
    p_value: float
    pairs: pd.DataFrame

    def groups(self) -> list[list[str]]:
        """Return the largest runs of methods, in order of rank, that do not differ at 5 %."""
        names = [str(name) for name in self.average.index]
        if self.pairs.empty:
            return []
        equal = self.pairs.loc[names, names].to_numpy(dtype=float) >= _LEVEL
        ends = [int(row.nonzero()[0].max()) for row in equal]
        runs = [(k, end) for k, end in enumerate(ends) if k == 0 or end > ends[k - 1]]
        return [names[k : end + 1] for k, end in runs if end > k]


def average_ranks(scores: pd.DataFrame) -> Ranks:
    """Rank methods (columns) on each system (rows); higher is better.

    Systems on which a method has no score are left out for all of them.
    """
    import pandas as pd

    complete = scores.dropna()
    average = complete.rank(axis=1, ascending=False).mean().sort_values(kind="stable")
    n, k = complete.shape
    if n < 2 or k < 2 or not (complete.nunique(axis=1) > 1).any():
        return Ranks(average, n, math.nan, pd.DataFrame())
    from scikit_posthocs import posthoc_nemenyi_friedman
    from scipy import stats

    p_value = math.nan
    if k > 2:
        p_value = float(stats.friedmanchisquare(*complete.to_numpy().T).pvalue)
    pairs = posthoc_nemenyi_friedman(complete.to_numpy())
    named = pd.DataFrame(pairs.to_numpy(), index=complete.columns, columns=complete.columns)
    return Ranks(average, n, p_value, named)
