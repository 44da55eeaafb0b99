"""Tigramite's permutation tests on every numpy: the one function that a new numpy breaks."""

from __future__ import annotations

import numpy as np
from tigramite.independence_tests.cmiknn import CMIknn

from methods.types.arrays import FloatArray


class PermutedCMIknn(CMIknn):  # type: ignore[misc]
    """`CMIknn` of tigramite where `np.corrcoef` takes no `ddof`, as from numpy 2.4 on.

    The argument had no effect before, so results are those of the library. It is needed for the
    length of the blocks that are permuted, by autocorrelation, where there are no conditions.
    """

    def _get_acf(self, series: FloatArray, max_lag: int | None = None) -> FloatArray:
        """Return the autocorrelation at lags `0..max_lag`, by default a tenth of the rows."""
        last = int(max(5, 0.1 * len(series))) if max_lag is None else max_lag
        pairs = [(series[lag:], series[: len(series) - lag]) for lag in range(1, last + 1)]
        return np.array([1.0, *(np.corrcoef(*pair)[0, 1] for pair in pairs)])
