"""What the methods of causal-learn share: the columns, the test, the order of time, silence.

The library stops testing a pair only where `p > alpha`, and so never where `p` is NaN; columns
that could give one (constant, or an exact function of others) are declined here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr

from methods.base import DeclinedError
from methods.fisherz import TESTS, register
from methods.graph import LaggedGraph
from methods.series import FloatArray, TimeSeries
from methods.unrolled import (
    blocks,
    correlation,
    dependent,
    gram,
    n_windows,
    require_independent,
    require_windows,
)

Exact = Literal["fast", "library"]


@dataclass(frozen=True)
class Columns:
    """The columns `X_i(t - l)`, and an index as the last one if given, as the library takes them.

    Parameters
    ----------
    series, max_lag
        What was unrolled.
    data
        The correlation matrix for the fast test, the rows for the library's own.
    test
        Name of the registered test.
    options
        Keyword arguments for that test; `smallest[a, b]` becomes the smallest Fisher-z statistic
        `sqrt(N - |S| - 3) |atanh(r)|` over the conditioning sets `S` tried for two columns.
    """

    series: TimeSeries
    max_lag: int
    data: FloatArray
    test: str
    options: dict[str, Any]

    def graph(self, kept: Any) -> LaggedGraph:
        """Return the lagged graph; `kept[a, b]` says for two columns whether `a -> b` is in it."""
        statistic = self._lagged(self.options["smallest"])
        return LaggedGraph.from_lags(
            statistic,
            self.series.names,
            adjacency=self._lagged(np.asarray(kept)),
            p_values=2 * ndtr(-statistic),
        )

    def _lagged(self, matrix: Any) -> Any:
        n, n_past = self.series.n_vars, self.series.n_vars * self.max_lag
        across = matrix[:n_past, n_past : n_past + n]
        return across.reshape(n, self.max_lag, n).transpose(0, 2, 1)


def columns_of(
    series: TimeSeries, max_lag: int, exact: Exact, who: str, index: FloatArray | None = None
) -> Columns:
    """Unroll a series for one route, with an index of one value per window if there is one.

    Raises
    ------
    DeclinedError
        If there are too few windows, or some columns are an exact linear function of others; the
        message begins with `who`.
    """
    require_windows(series, max_lag, who)
    correlations = require_independent(series, max_lag, who)
    if index is not None:
        scaled = (index - index.mean()) / index.std()
        correlations = correlation(
            np.asarray(sum(map(gram, _rows(series.standardized(), max_lag, scaled))))
        )
        if dependent(correlations):
            raise DeclinedError(
                f"{who} needs an index that is no linear function of the variables; drop the "
                "variable that is one, or the regime labels"
            )
    data = correlations
    if exact == "library":
        data = np.concatenate(list(_rows(series, max_lag, index)))
    options = {
        "n_rows": n_windows(series, max_lag),
        "smallest": np.full(correlations.shape, np.inf),
    }
    register()
    return Columns(series, max_lag, data, TESTS[exact], options)


def _rows(series: TimeSeries, max_lag: int, index: FloatArray | None) -> Iterator[FloatArray]:
    start = 0
    for rows in blocks(series, max_lag):
        stop = start + len(rows)
        yield rows if index is None else np.column_stack([rows, index[start:stop]])
        start = stop


def skeleton(columns: Columns, alpha: float) -> Any:
    """Return which pairs of columns stay adjacent in the library's stable skeleton.

    That is all that is read of the library's `pc` and `cdnod`: what follows in them orients
    edges and removes none, and it takes most of their time.
    """
    from causallearn.utils.cit import CIT
    from causallearn.utils.PCUtils.SkeletonDiscovery import skeleton_discovery

    test = CIT(columns.data, columns.test, **columns.options)
    found = skeleton_discovery(columns.data, float(alpha), test, show_progress=False)
    return found.G.graph != 0


def time_order(n: int, max_lag: int) -> Any:
    """Return one tier per lag, the oldest first, as the library's background knowledge."""
    from causallearn.graph.GraphNode import GraphNode
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    lags = [lag for _ in range(n) for lag in range(1, max_lag + 1)] + [0] * n
    knowledge = BackgroundKnowledge()
    for column, lag in enumerate(lags):
        # The name that the library gives to this column.
        knowledge.add_node_to_tier(GraphNode(f"X{column + 1}"), max_lag - lag)
    return knowledge


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Drop what the library prints and its progress bars, which no argument of it turns off."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
