"""Fisher's z as tests of causal-learn that record the smallest statistic of every pair."""

from __future__ import annotations

from functools import cache
from math import asinh, sqrt
from typing import Any

import numpy as np
from scipy.linalg.lapack import dpotrf
from scipy.special import ndtr, ndtri

from methods.types.arrays import FloatArray
from methods.types.method import Exact


def register(exact: Exact) -> str:
    """Register the test with the library and return its name.

    The statistic is `z = sqrt(N - |S| - 3) |atanh(r)|`. `smallest[x, y]` holds the smallest `z` of
    columns `x` and `y` over the sets `S` tried.
    """
    from causallearn.utils.cit import register_ci_test

    name = f"lagbench_{exact}_fisherz"
    register_ci_test(name, _tests()[exact])
    return name


@cache
def _tests() -> dict[Exact, Any]:
    from causallearn.utils.cit import CIT_Base, FisherZ

    class FromCorrelation(CIT_Base):  # type: ignore[misc]
        """The test on a correlation matrix, which the library passes in place of the data."""

        def __init__(self, data: Any, *, n_rows: int, smallest: FloatArray) -> None:
            super().__init__(data)
            self.method = "fast"  # the library reads this
            self.n_rows, self.smallest = n_rows, smallest
            self.known: dict[tuple[int, ...], float] = {}

        def __call__(self, x: int, y: int, conditions: Any = None) -> float:
            x, y = sorted((int(x), int(y)))
            key = (*sorted(map(int, conditions or ())), x, y)
            if key not in self.known:
                # The last row holds the component of y along x given the others, then the rest.
                chosen = list(key)
                factor, _ = dpotrf(self.data[chosen][:, chosen], lower=1)
                z = abs(asinh(factor[-1, -2] / factor[-1, -1])) * sqrt(self.n_rows - len(key) - 1)
                _keep_smallest(self.smallest, x, y, z)
                self.known[key] = 2 * float(ndtr(-z))
            return self.known[key]

    class Recorded(FisherZ):  # type: ignore[misc]
        """The library's own test; statistics near 8.2 tie, where p-values reach rounding."""

        def __init__(self, data: Any, *, n_rows: int, smallest: FloatArray) -> None:
            super().__init__(data)
            self.smallest = smallest

        def __call__(self, x: int, y: int, conditions: Any = None) -> float:
            p = float(super().__call__(x, y, conditions))
            _keep_smallest(self.smallest, x, y, -ndtri(max(p, np.finfo(float).eps / 2) / 2))
            return p

    return {"fast": FromCorrelation, "library": Recorded}


def _keep_smallest(smallest: FloatArray, x: int, y: int, statistic: float) -> None:
    smallest[x, y] = smallest[y, x] = min(smallest[x, y], statistic)
