"""The abstract base of all methods, with two abstract members.

The base checks the arguments and the result, so that an adapter holds only its method.
"""

from __future__ import annotations

import functools
import sys
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from methods.types.arrays import BoolArray, FloatArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.knowledge import TAKERS, Constraints, Knowledge
from methods.types.parameters import Parameters
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    import pandas as pd

Exact = Literal["fast", "library"]
"""How to run a method of a library: by our exact fast route, or by the library as shipped."""


class DeclinedError(Exception):
    """Raised by a method that does not take a problem; the message gives the reason."""


class UnavailableError(DeclinedError):
    """Raised by a method that cannot run on this machine, whatever the problem.

    An optional package or a file of weights is missing. The message says which, and how to get it.
    Contract checks that need a result are skipped with that reason.
    """


@dataclass(frozen=True, kw_only=True)
class Handles:
    """The capabilities that a method declares.

    Parameters
    ----------
    instantaneous
        Scores edges at lag 0.
    segments
        Takes a series of several segments.
    regimes
        Uses regime labels if the series has them.
    changes
        Allows a distribution that changes over time, without being told when.
    latent
        Allows hidden common causes.
    nonlinear
        Can detect an effect that has no linear part.
    stochastic
        Draws random numbers, so that two column orders agree only in their leading edges.
    missing
        Takes a series with missing values (NaN), and uses every window that is complete for the
        variables which a test needs.
    trivial
        Is a floor method. The checks against a known truth are skipped.
    knowledge
        Takes forbidden and required links; see `methods.types.knowledge`.
    """

    instantaneous: bool = False
    segments: bool = True
    regimes: bool = False
    changes: bool = False
    latent: bool = False
    nonlinear: bool = False
    stochastic: bool = False
    missing: bool = False
    trivial: bool = False
    knowledge: bool = False


class Method(Parameters):
    """A method of causal discovery.

    A subclass sets the class attribute `handles` and writes `discover`. Its constructor only
    stores keyword-only parameters, as `@dataclass(frozen=True, kw_only=True)` makes it do. They
    are checked against their annotations. Arguments of `discover` are checked before the adapter
    gets them, and its result is checked after.

    `libraries` names the modules that `discover` imports. A runner can then load them once for
    many runs and keep their loading out of a method's time. `version` is raised when results at
    the same parameters change, so that stored results are run again.
    """

    libraries: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1

    @property
    @abstractmethod
    def handles(self) -> Handles:
        """The declared capabilities; a class attribute in most adapters."""

    @abstractmethod
    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Find the lagged graph of a series.

        Callers may also give `knowledge`, see `methods.types.knowledge`. An adapter whose
        `handles.knowledge` is set gets it as `Constraints`; the others decline it. A forbidden
        link has no score.

        Parameters
        ----------
        series
            The observations; every segment has at least `max_lag + 2` rows, and every column
            varies over the windows at every lag. Callers may also give a frame, of which
            `TimeSeries.from_frame` makes a series.
        max_lag
            Largest lag to score, in steps, at least 1.
        rng
            The only source of randomness. Callers may leave it out for
            `np.random.default_rng(0)`, the stream of `lagbench discover`.

        Returns
        -------
        LaggedGraph
            Scores of shape `(n_vars, n_vars, max_lag + 1)` as `[cause, effect, lag]`.

        Raises
        ------
        DeclinedError
            If the method does not take this problem.
        ValueError
            If an argument or the returned graph is not as described here.
        """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "discover" in cls.__dict__:
            cls.discover = _checked(cls.__dict__["discover"])  # type: ignore[method-assign]


def _checked(discover: Callable[..., LaggedGraph]) -> Callable[..., LaggedGraph]:
    # Help shows what may be given, which is more than what the adapter gets.
    @functools.wraps(discover, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def checked(
        self: Method,
        series: TimeSeries | pd.DataFrame,
        *,
        max_lag: int,
        rng: np.random.Generator | None = None,
        knowledge: Knowledge | Mapping[str, Any] | None = None,
    ) -> LaggedGraph:
        if rng is None:
            rng = np.random.default_rng(0)
        read: TimeSeries = _as_series(series, max_lag)
        _check_arguments(self, read, max_lag, rng)
        if knowledge is None:
            graph = discover(self, read, max_lag=int(max_lag), rng=rng)
        else:
            known = _constraints(self, read, max_lag, knowledge)
            graph = discover(self, read, max_lag=int(max_lag), rng=rng, knowledge=known)
            graph = _silenced(graph, known.forbidden)
        _check_result(self, read, max_lag, graph)
        return graph

    del checked.__wrapped__
    return checked


def _constraints(
    method: Method, series: TimeSeries, max_lag: int, knowledge: Knowledge | Mapping[str, Any]
) -> Constraints:
    """Return the constraints of what is known, or decline where the method takes none."""
    if not method.handles.knowledge:
        raise DeclinedError(
            f"{type(method).__name__} takes no background knowledge; these methods do: "
            f"{', '.join(TAKERS)}"
        )
    known = Knowledge.of(knowledge).over(series.names, max_lag)
    if known.required[:, :, 0].any() and not method.handles.instantaneous:
        raise DeclinedError(
            f"{type(method).__name__} does not look at lag 0, where the knowledge requires a link"
        )
    return known


def _silenced(graph: LaggedGraph, forbidden: BoolArray) -> LaggedGraph:
    """Return the graph without scores, decisions and marks of forbidden links."""

    def quiet(values: FloatArray) -> FloatArray:
        return np.where(forbidden, np.nan, values)

    unlinked = forbidden.copy()
    unlinked[:, :, 0] &= forbidden[:, :, 0].T  # else the mark of the other direction stays
    return replace(
        graph,
        scores=quiet(graph.scores),
        adjacency=None if graph.adjacency is None else graph.adjacency & ~forbidden,
        p_values=None if graph.p_values is None else quiet(graph.p_values),
        edge_statistics={name: quiet(values) for name, values in graph.edge_statistics.items()},
        marks=None if graph.marks is None else np.where(unlinked, "", graph.marks),
    )


def _as_series(data: Any, max_lag: Any) -> Any:
    """Return a frame as a series for this largest lag, and anything else as it is."""
    pandas = sys.modules.get("pandas")  # without it nobody can have made a frame
    if pandas is not None and isinstance(data, pandas.DataFrame):
        whole = isinstance(max_lag, int) and max_lag >= 1  # anything else is refused later
        return TimeSeries.from_frame(data, max_lag=max_lag if whole else 1)
    return data


def _check_arguments(
    method: Method, series: TimeSeries, max_lag: int, rng: np.random.Generator
) -> None:
    if not isinstance(series, TimeSeries):
        raise InputError(
            f"series: expected a TimeSeries, found {type(series).__name__}; build one with "
            "TimeSeries.from_array(values, names)"
        )
    if isinstance(max_lag, bool) or not isinstance(max_lag, int | np.integer) or max_lag < 1:
        raise InputError(f"max_lag: expected an integer of at least 1, found {max_lag!r}")
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"rng: expected a numpy Generator, found {type(rng).__name__}; pass "
            "np.random.default_rng(seed)"
        )
    series.require_rows(max_lag)
    series.require_variation(max_lag)
    if series.has_missing and not method.handles.missing:
        raise DeclinedError(
            f"{type(method).__name__} takes no missing values, and the series has some; read it "
            "with missing='split', 'interpolate' or 'kalman' (--missing)"
        )
    if len(series.segments) > 1 and not method.handles.segments:
        raise DeclinedError(
            f"{type(method).__name__} takes one segment, the series has {len(series.segments)}"
        )


def _check_result(method: Method, series: TimeSeries, max_lag: int, graph: LaggedGraph) -> None:
    who = type(method).__name__
    if not isinstance(graph, LaggedGraph):
        raise InputError(f"{who}: expected a LaggedGraph, found {type(graph).__name__}")
    shape = (series.n_vars, series.n_vars, max_lag + 1)
    if graph.scores.shape != shape or graph.names != series.names:
        raise InputError(
            f"{who}: expected scores of shape {shape} over {series.names}, found "
            f"{graph.scores.shape} over {graph.names}"
        )
    lengths = [len(segment) for segment in series.segments]
    if graph.regimes is not None and [len(labels) for labels in graph.regimes] != lengths:
        raise InputError(
            f"{who}: expected regimes of one label per step, {lengths} in the segments, found "
            f"{[len(labels) for labels in graph.regimes]}"
        )
    if np.isnan(graph.scores).all():
        raise InputError(f"{who}: expected a score somewhere, found only NaN")
