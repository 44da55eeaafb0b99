"""Shared parts of the methods of causal-learn: columns, test, order of time, muted output.

The library stops testing a pair only if `p > alpha`. It would never stop if `p` were NaN. Columns
that could give NaN (constant, or an exact function of others) are declined here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr

from methods.common.lagged import (
    blocks,
    correlation,
    dependent,
    gram,
    n_windows,
    require_independent,
    require_windows,
)
from methods.pc.fisherz import register
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.marks import Marks
from methods.types.method import DeclinedError, Exact
from methods.types.series import TimeSeries


@dataclass(frozen=True)
class Columns:
    """The columns `X_i(t - l)` in the order of `methods.common.lagged`, then the index if given.

    Parameters
    ----------
    series, max_lag
        The series to unroll and the largest lag (steps).
    correlations
        Correlation matrix of the columns, positive definite.
    index
        One value per window, or None.
    """

    series: TimeSeries
    max_lag: int
    correlations: FloatArray
    index: FloatArray | None

    @property
    def n_rows(self) -> int:
        """Number of windows."""
        return n_windows(self.series, self.max_lag)

    def for_library(self, exact: Exact) -> tuple[FloatArray, str, dict[str, Any]]:
        """Return the library's data, the name of its test and the options of the test.

        The data are the correlations for `fast` and the windows for `library`. The tests write the
        smallest statistic of two columns to the option `smallest[a, b]`.
        """
        data = self.correlations
        if exact == "library":
            data = np.concatenate(list(_rows(self.series, self.max_lag, self.index)))
        smallest = np.full(self.correlations.shape, np.inf)
        return data, register(exact), {"n_rows": self.n_rows, "smallest": smallest}

    def graph(self, kept: Any, smallest: FloatArray) -> LaggedGraph:
        """Return the lagged graph of the kept edges and statistics, matrices over the columns.

        Time directs the edges from the past, marked `-->`. An edge at lag 0 is marked `o-o`.
        """
        marks = np.where(kept, "-->", "").astype("<U3")
        present = self._present
        marks[present, present] = np.where(np.asarray(kept)[present, present], "o-o", "")
        return self.marked(marks, smallest)

    def marked(self, marks: Marks, smallest: FloatArray) -> LaggedGraph:
        """Return the lagged graph of marks and statistics, matrices over the columns.

        A lagged edge is selected unless its mark has an arrowhead at the cause.
        """
        statistic, lagged = self._lagged(smallest), self._lagged(marks)
        present = self._present
        graph = LaggedGraph.from_lags(
            statistic,
            self.series.names,
            adjacency=np.isin(lagged, ("-->", "o->")),
            p_values=2 * ndtr(-statistic),
        )
        every = np.concatenate([marks[present, present][:, :, None], lagged], axis=2)
        return replace(graph, marks=every)

    @property
    def _present(self) -> slice:
        """Where the columns of lag 0 stand."""
        n_past = self.series.n_vars * self.max_lag
        return slice(n_past, n_past + self.series.n_vars)

    def _lagged(self, matrix: Any) -> Any:
        n, present = self.series.n_vars, self._present
        across = matrix[: present.start, present]
        return across.reshape(n, self.max_lag, n).transpose(0, 2, 1)


def columns_of(
    series: TimeSeries, max_lag: int, who: str, index: FloatArray | None = None
) -> Columns:
    """Unroll a series, with an index of one value per window if there is one.

    Raises
    ------
    DeclinedError
        If there are too few windows, or some columns are an exact linear function of others. The
        message begins with `who`.
    """
    require_windows(series, max_lag, who)
    correlations = require_independent(series, max_lag, who)
    if index is not None:
        scaled = (index - index.mean()) / index.std()
        moments = sum(gram(rows) for rows in _rows(series.standardized(), max_lag, scaled))
        correlations = correlation(np.asarray(moments))
        if dependent(correlations):
            raise DeclinedError(
                f"{who} needs an index that is no linear function of the variables; drop the "
                "variable that is one, or the regime labels"
            )
    return Columns(series, max_lag, correlations, index)


def _rows(series: TimeSeries, max_lag: int, index: FloatArray | None) -> Iterator[FloatArray]:
    start = 0
    for rows in blocks(series, max_lag):
        stop = start + len(rows)
        yield rows if index is None else np.column_stack([rows, index[start:stop]])
        start = stop


def time_order(n: int, max_lag: int) -> Any:
    """Return one tier per lag, the oldest first, as the library's background knowledge."""
    from causallearn.graph.GraphNode import GraphNode
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    lags = [lag for _ in range(n) for lag in range(1, max_lag + 1)] + [0] * n
    knowledge = BackgroundKnowledge()
    for column, lag in enumerate(lags):
        # The library's name for this column.
        knowledge.add_node_to_tier(GraphNode(f"X{column + 1}"), max_lag - lag)
    return knowledge


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Drop the library's printed lines and progress bars; it has no argument for that."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
