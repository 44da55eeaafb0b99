"""One choice of regimes for every method: whose labels it is given, and a graph for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from methods.common.regimes import by_regime, union, windows_of
from methods.regimes.finder import Finder
from methods.types.arrays import IntArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

Choice = Literal["own", "pool", "segments", "told", "found"]
"""What a method is to do about regimes; `own` leaves it to the method. See `PerRegime`."""


@dataclass(frozen=True, kw_only=True)
class PerRegime(Method):
    """A method that is run on each regime by itself.

    A regime's series are its stays, cut at the borders, so that no window crosses one. Stays
    shorter than `max_lag + 2` rows are left out; so are regimes without a longer one, in which a
    variable is constant, or on whose series the method declines. For these the union stands in.
    Where no more than one regime is left to run on, the method runs once, on the whole series.
    The union of the graphs is that of `methods.common.regimes.union`.

    A method that takes labels by itself (`Handles.regimes`), such as `dot` or `jpcmciplus`, is
    handed them instead. `pool` hands it one label for all steps, so that it does not search.

    Parameters
    ----------
    method
        The method.
    regimes
        `pool`: one graph of all steps. `segments`: every segment is a regime. `told`: the labels
        of the series. `found`: the labels of the finder.
    finder
        Finds the labels; only with `found`.

    Raises
    ------
    ValueError
        If `found` comes without a finder, or a finder without `found`.
    """

    method: Method
    regimes: Literal["pool", "segments", "told", "found"]
    finder: Finder | None = None

    def __post_init__(self) -> None:
        if (self.finder is None) == (self.regimes == "found"):
            found = "none" if self.finder is None else type(self.finder).__name__
            raise InputError(
                f"finder: expected one with regimes=found and none otherwise, found {found} with "
                f"regimes={self.regimes}"
            )

    @property
    def handles(self) -> Handles:
        """What the method declares; segments are its own matter, and finders need every value."""
        return replace(
            self.method.handles, segments=True, regimes=True, missing=False, knowledge=False
        )

    @property
    def libraries(self) -> tuple[str, ...]:  # type: ignore[override]  # those of this instance
        """The modules that method and finder import."""
        return (*self.method.libraries, *(() if self.finder is None else self.finder.libraries))

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the graph of each regime and their union; see `Method.discover`.

        `regimes` of the graph holds the labels of `segments` and `found`.

        Raises
        ------
        DeclinedError
            If the method looks for regimes by itself and cannot be told any, if the finder
            declines, or if the method declines on every regime.
        ValueError
            If labels are to be told and the series has none.
        """
        declared = self.method.handles
        if declared.changes and not declared.regimes:
            raise DeclinedError(
                f"{type(self.method).__name__} looks for changes by itself and takes no labels; "
                "choose regimes=own"
            )
        labels = self._labels(series, max_lag, rng)
        if declared.regimes:
            told = replace(series, regimes=labels)
            graph = self.method.discover(told, max_lag=max_lag, rng=rng)
        else:
            graph = self._each(replace(series, regimes=None), labels, max_lag, rng)
        return replace(graph, regimes=labels if self.regimes in ("segments", "found") else None)

    def _labels(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[IntArray, ...]:
        if self.finder is not None:
            return self.finder.find(replace(series, regimes=None), max_lag, rng)
        if self.regimes == "told":
            if series.regimes is None:
                raise InputError(
                    "regimes: expected a series with the label of every step, since regimes=told, "
                    "found none; give TimeSeries its regimes, or choose regimes=found"
                )
            return series.regimes
        alone = self.regimes == "segments"
        return tuple(np.full(len(s), k * alone) for k, s in enumerate(series.segments))

    def _each(
        self,
        series: TimeSeries,
        labels: tuple[IntArray, ...],
        max_lag: int,
        rng: np.random.Generator,
    ) -> LaggedGraph:
        """Run the method on the stays in each regime."""
        run: dict[str, Any] = {"max_lag": max_lag, "rng": rng}
        parts = by_regime(series, labels, max_lag)
        if len(parts) == 1:
            return self.method.discover(series, **run)
        graphs: dict[int, LaggedGraph] = {}
        reasons = []
        for regime, part in parts.items():
            try:
                graphs[regime] = self.method.discover(part, **run)
            except DeclinedError as reason:
                reasons.append(reason)
        if not graphs:
            raise reasons[0]
        return union(graphs, None, windows_of(parts, max_lag))
