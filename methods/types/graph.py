"""The lagged graph, which a method returns and which is the truth of a system.

The whole project follows the convention of tigramite. Arrays are indexed `[cause, effect, lag]`,
and the lag axis runs over `0..max_lag`. Entry `[i, j, l]` belongs to the link `i(t - l) -> j(t)`.
NaN marks an entry that the method does not score.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.types import formats, shown
from methods.types.arrays import BoolArray, FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.formats import COLUMNS, FURTHER
from methods.types.marks import Marks, as_marks

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from matplotlib.figure import Figure


class SummaryGraph(NamedTuple):
    """A graph over variables: `scores[cause, effect]`, and `adjacency` where there is one."""

    scores: FloatArray
    adjacency: BoolArray | None


@dataclass(frozen=True, eq=False)
class LaggedGraph:
    """A scored window graph over `n` variables and lags `0..max_lag`.

    Parameters
    ----------
    scores
        Shape `(n, n, max_lag + 1)`, `[cause, effect, lag]`. A larger score means more likely an
        edge. It is NaN where the method gives no score, as most do at lag 0. In a system's truth:
        the effect size of each edge under intervention, 0 where there is no edge.
    names
        One unique name per variable.
    adjacency
        The method's own decision, bool of the same shape, or None if it makes none.
    p_values
        Same shape, in [0, 1] or NaN, or None.
    per_regime
        One graph per regime label; empty if the method or the system has no regimes.
    forecast_error
        Mean squared one-step forecast error on held-out steps, divided by the variance and
        averaged over variables. None if the method does not forecast.
    converged
        Whether training converged within its budget. None if the method trains nothing, or does
        not tell.
    regimes
        The regime that the method found for every time step: one integer array of shape `(T_k,)`
        per segment of the series. Its labels are the keys of `per_regime`; a label without a graph
        there stands for this graph. None if the method was told the labels or looks for none. In a
        system's truth: the true labels of a series.
    edge_statistics
        Further statistics of each edge, by name: arrays of the shape of `scores`, NaN where the
        method gives none.
    marks
        What the method says about both ends of each link, such as `o->`, text of the shape of
        `scores`, empty where there is no link; see `methods.types.marks`. None if the method does
        not tell more than its decision.

    Raises
    ------
    ValueError
        If shapes disagree, a score is infinite, or a p-value lies outside [0, 1]. Also if an edge
        is selected where the score is NaN, a label is no integer, a statistic has the name of one
        of `COLUMNS` or `FURTHER`, or marks are not those of a graph over time.
    """

    scores: FloatArray
    names: tuple[str, ...]
    adjacency: BoolArray | None = None
    p_values: FloatArray | None = None
    per_regime: Mapping[int, LaggedGraph] = field(default_factory=dict)
    forecast_error: float | None = None
    regimes: tuple[IntArray, ...] | None = None
    edge_statistics: Mapping[str, FloatArray] = field(default_factory=dict)
    converged: bool | None = None
    marks: Marks | None = None

    def __post_init__(self) -> None:
        scores = np.array(self.scores, dtype=np.float64)
        names = tuple(str(name) for name in self.names)
        n = len(names)
        if len(set(names)) != n:
            raise InputError(f"names: expected unique names, found {names}")
        if scores.ndim != 3 or scores.shape[:2] != (n, n) or scores.shape[2] < 1:
            raise InputError(
                f"scores: expected shape ({n}, {n}, max_lag + 1) as [cause, effect, lag], found "
                f"{scores.shape}"
            )
        if np.isinf(scores).any():
            i, j, lag = (int(index) for index in np.argwhere(np.isinf(scores))[0])
            raise InputError(
                f"scores: expected finite numbers or NaN, found {scores[i, j, lag]} at "
                f"[{i}, {j}, {lag}]"
            )
        _freeze(self, "scores", scores)
        object.__setattr__(self, "names", names)
        if self.adjacency is not None:
            _freeze(self, "adjacency", _as_adjacency(self.adjacency, scores))
        if self.p_values is not None:
            _freeze(self, "p_values", _as_p_values(self.p_values, scores.shape))
        for label, graph in self.per_regime.items():
            if graph.scores.shape != scores.shape or graph.names != names:
                raise InputError(
                    f"per_regime[{label}]: expected the same names and shape {scores.shape}, "
                    f"found {graph.names} and {graph.scores.shape}"
                )
        if self.regimes is not None:
            object.__setattr__(self, "regimes", _as_labels(self.regimes))
        statistics = {
            name: _as_statistic(name, values, scores.shape)
            for name, values in self.edge_statistics.items()
        }
        object.__setattr__(self, "edge_statistics", statistics)
        if self.marks is not None:
            _freeze(self, "marks", as_marks(self.marks, scores.shape))

    @classmethod
    def from_lags(
        cls,
        lagged: ArrayLike,
        names: Sequence[str],
        *,
        adjacency: ArrayLike | None = None,
        p_values: ArrayLike | None = None,
        forecast_error: float | None = None,
        edge_statistics: Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """Build a graph from `(n, n, max_lag)` arrays of lags `1..max_lag`, NaN at lag 0."""

        def with_lag_0(values: ArrayLike | None, fill: float | bool) -> Any:
            if values is None:
                return None
            array = np.asarray(values)
            return np.concatenate([np.full_like(array[:, :, :1], fill), array], axis=2)

        return cls(
            with_lag_0(np.asarray(lagged, dtype=np.float64), np.nan),
            tuple(names),
            with_lag_0(adjacency, False),
            with_lag_0(p_values, np.nan),
            forecast_error=forecast_error,
            edge_statistics={
                name: with_lag_0(np.asarray(values, dtype=np.float64), np.nan)
                for name, values in (edge_statistics or {}).items()
            },
        )

    @property
    def n_vars(self) -> int:
        """Number of variables."""
        return len(self.names)

    @property
    def max_lag(self) -> int:
        """Largest lag, in steps."""
        return int(self.scores.shape[2]) - 1

    def summary(self, *, self_loops: bool = True) -> SummaryGraph:
        """Return the summary graph: the maximum over lags, NaN where all lags are NaN.

        Without self-loops the diagonal is NaN in the scores and False in the adjacency.
        """
        low = np.where(np.isnan(self.scores), -np.inf, self.scores).max(axis=2)
        scores = np.where(np.isneginf(low), np.nan, low)
        adjacency = None if self.adjacency is None else np.asarray(self.adjacency.any(axis=2))
        if not self_loops:
            np.fill_diagonal(scores, np.nan)
            if adjacency is not None:
                np.fill_diagonal(adjacency, False)
        return SummaryGraph(scores, adjacency)

    def take(self, order: Sequence[int]) -> Self:
        """Return the graph of the given variables, in the given order."""
        index = np.ix_(list(order), list(order))

        def pick(array: Any) -> Any:
            return None if array is None else array[index]

        return type(self)(
            self.scores[index],
            tuple(self.names[i] for i in order),
            pick(self.adjacency),
            pick(self.p_values),
            {label: graph.take(order) for label, graph in self.per_regime.items()},
            self.forecast_error,
            self.regimes,
            {name: pick(values) for name, values in self.edge_statistics.items()},
            self.converged,
            pick(self.marks),
        )

    def to_npz(self, file: str | Path | BinaryIO) -> None:
        """Write everything, regimes included, to one npz file; see `methods.types.formats`."""
        formats.to_npz(self, Path(file) if isinstance(file, str) else file)

    @classmethod
    def from_npz(cls, file: str | Path | BinaryIO) -> LaggedGraph:
        """Read what `to_npz` wrote."""
        fields = formats.from_npz(Path(file) if isinstance(file, str) else file)
        regimes = {label: cls(**part) for label, part in fields.pop("per_regime").items()}
        return cls(**fields, per_regime=regimes)

    def __repr__(self) -> str:
        return shown.short(self)

    def _repr_html_(self) -> str:
        return shown.as_html(self)

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the graph, to a PNG, SVG or PDF file if a path is given, and return the figure."""
        # Pictures are the business of the reports, which stand above this floor.
        drawing = importlib.import_module("bench.report.graph_figure")
        figure: Figure = drawing.figure_of(self) if path is None else drawing.draw(self, path)
        return figure

    def to_frame(self) -> pd.DataFrame:
        """Return one row per score or mark; see `methods.types.formats.to_frame`."""
        return formats.to_frame(self)

    def to_csv(self, path: str | Path) -> None:
        """Write one row per score or mark; see `methods.types.formats.to_csv`."""
        formats.to_csv(self, Path(path))

    @classmethod
    def from_csv(
        cls, path: str | Path, *, names: Sequence[str] | None = None, max_lag: int | None = None
    ) -> LaggedGraph:
        """Read what `to_csv` wrote; names default to those in the file, in order of mention."""
        fields = formats.from_csv(Path(path), names, max_lag)
        regimes = {label: cls(**part) for label, part in fields.pop("per_regime").items()}
        return cls(**fields, per_regime=regimes)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return a multigraph with one edge per score or mark, keyed by its lag."""
        return formats.to_networkx(self)

    @classmethod
    def from_networkx(cls, graph: nx.MultiDiGraph) -> LaggedGraph:
        """Read what `to_networkx` wrote."""
        return cls(**formats.from_networkx(graph))

    def to_tigramite(self) -> NDArray[np.str_]:
        """Return tigramite's string graph, shape `(n, n, max_lag + 1)`.

        It holds the marks. Without any it holds the adjacency: at lag 0 `<--` stands at the mirror
        image of an edge, and `o-o` for edges in both directions.
        """
        return formats.to_tigramite(self)

    @classmethod
    def from_tigramite(
        cls,
        graph: NDArray[np.str_],
        names: Sequence[str],
        *,
        val_matrix: ArrayLike | None = None,
        p_matrix: ArrayLike | None = None,
        marks: Sequence[str] = ("-->",),
    ) -> LaggedGraph:
        """Read tigramite's string graph; only links whose mark is in `marks` are edges.

        Its marks are kept. Scores are the absolute `val_matrix`, or 1 and 0 where none is given.
        """
        return cls(**formats.from_tigramite(graph, names, val_matrix, p_matrix, marks))


def _freeze(graph: LaggedGraph, name: str, array: NDArray[Any]) -> None:
    array.flags.writeable = False
    object.__setattr__(graph, name, array)


def _as_adjacency(adjacency: ArrayLike, scores: FloatArray) -> BoolArray:
    array = np.array(adjacency)
    if array.dtype != np.bool_ or array.shape != scores.shape:
        raise InputError(
            f"adjacency: expected bool of shape {scores.shape}, found {array.dtype} of shape "
            f"{array.shape}"
        )
    if (array & np.isnan(scores)).any():
        i, j, lag = (int(index) for index in np.argwhere(array & np.isnan(scores))[0])
        raise InputError(
            f"adjacency: expected a score for every selected edge, found NaN at [{i}, {j}, {lag}]"
        )
    return array


def _as_p_values(p_values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    array = np.array(p_values, dtype=np.float64)
    if array.shape != shape:
        raise InputError(f"p_values: expected shape {shape}, found {array.shape}")
    if ((array < 0) | (array > 1)).any():
        raise InputError(
            f"p_values: expected values in [0, 1] or NaN, found {np.nanmin(array):g} to "
            f"{np.nanmax(array):g}"
        )
    return array


def _as_labels(regimes: Sequence[ArrayLike]) -> tuple[IntArray, ...]:
    if len(regimes) == 0:
        raise InputError("regimes: expected one array per segment, found none; pass None")
    arrays = tuple(np.array(labels) for labels in regimes)
    for k, labels in enumerate(arrays):
        if labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise InputError(
                f"regimes of segment {k}: expected integers, one per time step, found shape "
                f"{labels.shape} of dtype {labels.dtype}"
            )
    copies = tuple(labels.astype(np.int64) for labels in arrays)
    for labels in copies:
        labels.flags.writeable = False
    return copies


def _as_statistic(name: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise InputError(f"edge_statistics[{name!r}]: expected shape {shape}, found {array.shape}")
    taken = (*COLUMNS, *FURTHER)
    if name in taken:
        raise InputError(f"edge_statistics: expected names other than {taken}, found {name!r}")
    array.flags.writeable = False
    return array
