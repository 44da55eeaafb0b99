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
from methods.types.arrays import BoolArray, FloatArray
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Constraints
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

    def unlinked(self, banned: BoolArray) -> BoolArray:
        """Return which columns cannot be adjacent: neither acts on the other, or time forbids it.

        `banned` is that of `banned_effects`; the result has its shape.
        """
        n, lags = self.series.n_vars, np.arange(1, self.max_lag + 1)
        lag = np.concatenate([np.tile(lags, n), np.zeros(n, dtype=int)])
        never = banned & (banned.T | (lag[:, None] > lag))
        return np.asarray(never | never.T)

    def graph(
        self, kept: Any, smallest: FloatArray, banned: BoolArray | None = None
    ) -> LaggedGraph:
        """Return the lagged graph of the kept edges and statistics, matrices over the columns.

        Time directs the edges from the past, marked `-->`. An edge at lag 0 is marked `o-o`, or
        `-->` where the other direction is banned.
        """
        marks = np.where(kept, "-->", "").astype("<U3")
        present = self._present
        marks[present, present] = np.where(np.asarray(kept)[present, present], "o-o", "")
        if banned is not None:
            now, linked = banned[present, present], marks[present, present] != ""
            marks[present, present][now & linked] = "<--"
            marks[present, present][now.T & linked] = "-->"
        return self.marked(marks, smallest)

    def marked(self, marks: Marks, smallest: FloatArray) -> LaggedGraph:
        """Return the lagged graph of marks and statistics, matrices over the columns.

        A lagged edge is selected unless its mark has an arrowhead at the cause.
        """
        # What was never tested, because it is forbidden, is no link.
        statistic = np.where(np.isinf(smallest), 0.0, smallest)
        statistic, lagged = self._lagged(statistic), self._lagged(marks)
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


def banned_effects(knowledge: Constraints, who: str) -> BoolArray:
    """Return which column is known not to act on which, at every shift in time, `(p, p)`.

    An effect that is forbidden at lag 1 is so from `t - 2` to `t - 1` as from `t - 1` to `t`.

    Raises
    ------
    DeclinedError
        If a link is required, which these searches do not take.
    """
    if knowledge.required.any():
        raise DeclinedError(
            f"{who} takes forbidden links and tiers, and no required links: its search has no way "
            "to keep one"
        )
    n, _, lags = knowledge.forbidden.shape
    lag, variable = np.divmod(np.arange(n * lags), n)  # the present first, then lag by lag
    order = np.concatenate([np.flatnonzero((variable == i) & (lag > 0)) for i in range(n)])
    order = np.concatenate([order, np.arange(n)])
    lag, variable = lag[order], variable[order]
    between = lag[:, None] - lag
    banned = knowledge.forbidden[variable[:, None], variable, np.maximum(between, 0)]
    return np.asarray(banned & (between >= 0))


def time_order(n: int, max_lag: int, banned: BoolArray | None = None) -> Any:
    """Return one tier per lag, the oldest first, as the library's background knowledge.

    With `banned` it also says which column does not act on which.
    """
    from causallearn.graph.GraphNode import GraphNode
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    lags = [lag for _ in range(n) for lag in range(1, max_lag + 1)] + [0] * n
    knowledge = BackgroundKnowledge()
    for column, lag in enumerate(lags):
        # The library's name for this column.
        knowledge.add_node_to_tier(GraphNode(f"X{column + 1}"), max_lag - lag)
    for a, b in [] if banned is None else np.argwhere(banned).tolist():
        knowledge.add_forbidden_by_node(GraphNode(f"X{a + 1}"), GraphNode(f"X{b + 1}"))
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
