"""The PC algorithm of causal-learn on the lag-unrolled series, with time as knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import atanh, copysign, sqrt
from typing import Annotated, Any

import numpy as np
from annotated_types import Interval
from scipy.special import ndtr

from methods.base import Handles, Method
from methods.graph import LaggedGraph
from methods.series import TimeSeries
from methods.unrolled import blocks, require_independent, require_windows

_TEST = "lagbench_fisherz"


@dataclass(frozen=True, kw_only=True)
class PC(Method):
    """Peter-Clark algorithm on the columns `X_i(t - l)`, `l = 0..max_lag`, one tier per lag.

    Tiers are background knowledge: nothing causes an earlier time. An edge `i(t - l) -> j(t)` is
    selected where the skeleton keeps it; time gives its direction. The library decides 0 or 1,
    so the score is taken from its tests: the smallest Fisher-z statistic
    `sqrt(N - |S| - 3) |atanh(r)|` over all conditioning sets `S` tried for the pair, which is
    above the critical value exactly where the edge is kept. The p-value is that of this test,
    the largest over the sets. Skeletons are of the stable kind, which does not depend on the
    order of columns. Lag 0 takes part as a condition but is not scored: its tests have no
    direction, and the library's orientation of it depends on the order of columns.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1); the default of the library. No correction for their number.

    References
    ----------
    Spirtes, Glymour and Scheines, Causation, Prediction, and Search, 2000. Stable skeleton:
    Colombo and Maathuis, JMLR 15, 2014, pages 3741-3782.
    """

    handles = Handles()
    libraries = ("causallearn.search.ConstraintBased.PC",)

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the smallest test statistic of each lagged edge and the edges kept."""
        from causallearn.search.ConstraintBased.PC import pc

        require_windows(series, max_lag, "PC")
        require_independent(series, max_lag, "PC")
        n, n_past = series.n_vars, series.n_vars * max_lag
        rows = np.concatenate(list(blocks(series, max_lag)))
        _register_test()
        found = pc(
            rows,
            self.alpha,
            _TEST,
            background_knowledge=_time_order(n, max_lag),
            show_progress=False,
        )

        def lagged(matrix: Any) -> Any:
            across = matrix[:n_past, n_past:]
            return across.reshape(n, max_lag, n).transpose(0, 2, 1)

        statistic = lagged(found.test.smallest)
        return LaggedGraph.from_lags(
            statistic,
            series.names,
            adjacency=lagged(found.G.graph != 0),
            p_values=2 * ndtr(-statistic),
        )


def _time_order(n: int, max_lag: int) -> Any:
    """Return one tier per lag, the oldest first; columns are ordered as in `unrolled`."""
    from causallearn.graph.GraphNode import GraphNode
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    lags = [lag for _ in range(n) for lag in range(1, max_lag + 1)] + [0] * n
    knowledge = BackgroundKnowledge()
    for column, lag in enumerate(lags):
        # The name that the library gives to this column.
        knowledge.add_node_to_tier(GraphNode(f"X{column + 1}"), max_lag - lag)
    return knowledge


@cache
def _register_test() -> None:
    """Give the library a Fisher-z test that keeps the smallest statistic of every pair."""
    from causallearn.utils.cit import CIT_Base, register_ci_test

    class SmallestFisherZ(CIT_Base):  # type: ignore[misc]
        def __init__(self, data: Any, **kwargs: Any) -> None:
            super().__init__(data, **kwargs)
            self.method = _TEST
            self.correlation = np.corrcoef(data.T)
            self.smallest = np.full(self.correlation.shape, np.inf)
            self.known: dict[tuple[int, ...], float] = {}

        def __call__(self, x: int, y: int, conditions: Any = None) -> float:
            x, y = sorted((int(x), int(y)))
            chosen = sorted(map(int, conditions or ()))
            key = (x, y, *chosen)
            if key not in self.known:
                self.known[key] = self._p_value(list(key))
            return self.known[key]

        def _p_value(self, columns: list[int]) -> float:
            inverse = np.linalg.inv(self.correlation[np.ix_(columns, columns)])
            r = -inverse[0, 1] / sqrt(abs(inverse[0, 0] * inverse[1, 1]))
            r = copysign(min(abs(r), 1 - np.finfo(float).eps), r)
            z = sqrt(self.sample_size - len(columns) - 1) * abs(atanh(r))
            x, y = columns[:2]
            self.smallest[x, y] = self.smallest[y, x] = min(self.smallest[x, y], z)
            return float(2 * ndtr(-z))

    register_ci_test(_TEST, SmallestFisherZ)
