"""Fisher's z as tests of causal-learn that keep the smallest statistic of every pair."""

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
    """Return the name under which the library has the test.

    With `z = sqrt(N - |S| - 3) |atanh(r)|`, the smallest `z` over the sets `S` tried for columns
    `x` and `y` comes to stand at `smallest[x, y]`.
    """
    from causallearn.utils.cit import register_ci_test

    name = f"lagbench_{exact}_fisherz"
    register_ci_test(name, _tests()[exact])
    return name


@cache
def _tests() -> dict[Exact, Any]:
    from causallearn.utils.cit import CIT_Base, FisherZ

    class FromCorrelation(CIT_Base):  # type: ignore[misc]
        """Reads a correlation matrix where the library hands over the data."""

        def __init__(self, data: Any, *, n_rows: int, smallest: FloatArray) -> None:
            super().__init__(data)
            self.method = "fast"  # which the library asks for
            self.n_rows, self.smallest = n_rows, smallest
            self.known: dict[tuple[int, ...], float] = {}

        def __call__(self, x: int, y: int, conditions: Any = None) -> float:
            x, y = sorted((int(x), int(y)))
            key = (*sorted(map(int, conditions or ())), x, y)
            if key not in self.known:
                # The factor's last row holds what x leaves of y given the others, and the rest.
                chosen = list(key)
                factor, _ = dpotrf(self.data[chosen][:, chosen], lower=1)
                z = abs(asinh(factor[-1, -2] / factor[-1, -1])) * sqrt(self.n_rows - len(key) - 1)
                _keep_smallest(self.smallest, x, y, z)
                self.known[key] = 2 * float(ndtr(-z))
            return self.known[key]

    class Recorded(FisherZ):  # type: ignore[misc]
        """The library's own test; its p-values end at rounding, statistics near 8.2 tie there."""

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
