"""Tigramite's permutation test, with a repair of the one function that a new numpy breaks."""

from __future__ import annotations

import numpy as np
from tigramite.independence_tests.cmiknn import CMIknn

from methods.types.arrays import FloatArray


class PermutedCMIknn(CMIknn):  # type: ignore[misc]
    """`CMIknn` of tigramite for numpy from 2.4 on, where `np.corrcoef` takes no `ddof`.

    The argument had no effect before, so results are those of the library. The library uses the
    function where there are no conditions. It then sets the length of the permuted blocks by
    autocorrelation.
    """

    def _get_acf(self, series: FloatArray, max_lag: int | None = None) -> FloatArray:
        """Return the autocorrelation at lags `0..max_lag`, by default a tenth of the rows."""
        last = int(max(5, 0.1 * len(series))) if max_lag is None else max_lag
        pairs = [(series[lag:], series[: len(series) - lag]) for lag in range(1, last + 1)]
        return np.array([1.0, *(np.corrcoef(*pair)[0, 1] for pair in pairs)])
