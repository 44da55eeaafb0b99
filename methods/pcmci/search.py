"""The common base of tigramite's searches: a data frame, a test, a graph with marks."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from methods.pcmci.library.assumptions import Assumptions, known_assumptions
from methods.pcmci.library.ci_tests import (
    NONLINEAR,
    Test,
    bounds_allowed,
    independence_test,
)
from methods.pcmci.library.frame import frame_of, no_spread_declines
from methods.pcmci.library.marks import graph_of, settled, with_signs
from methods.types.arrays import BoolArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Constraints
from methods.types.method import Exact, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame

FDR = Literal["none", "fdr_bh"]

LIBRARIES = (
    "methods.pcmci.library.parcorr",
    "tigramite.data_processing",
    "tigramite.independence_tests.parcorr",
)


@dataclass(frozen=True, kw_only=True)
class TigramiteSearch(Method):
    """A search of the library with a test of choice; a subclass names the search.

    The library drops the first `2 * max_lag` rows of every segment, so that all tests use the same
    rows. Segments of at most this length are left out. The score of a link is the absolute
    statistic of its least certain test. With a linear test the statistic `partial_correlation` has
    its sign. P-values are returned too; as scores they would underflow and tie.
    """

    cond_ind_test: Test = "parcorr"
    exact: Exact = "fast"

    @property
    def handles(self) -> Handles:
        """Lag 0 and missing values; nonlinear effects and randomness depend on the test."""
        return Handles(
            instantaneous=True,
            missing=True,
            knowledge=True,
            nonlinear=self.cond_ind_test in NONLINEAR,
            stochastic=self.cond_ind_test == "cmiknn",
        )

    def discover(
        self,
        series: TimeSeries,
        *,
        max_lag: int,
        rng: np.random.Generator,
        knowledge: Constraints | None = None,
    ) -> LaggedGraph:
        """Return scores, p-values and the selected edges; see `Method.discover`.

        What is known goes into the search. A required link is not tested: its score is 1 and its
        p-value 0.

        Raises
        ------
        DeclinedError
            If too few rows are left after the first `2 * max_lag`, some columns are an exact
            linear function of others, or conditions leave no variation.
        UnavailableError
            If the package that the test needs is missing.
        """
        who = type(self).__name__
        frame = frame_of(series, max_lag, who)
        test = independence_test(self.cond_ind_test, self.exact, rng)
        with no_spread_declines(who), bounds_allowed(self.cond_ind_test):
            found = self._search(frame, test, max_lag, self._assumed(knowledge))
        if knowledge is not None:
            found = settled(found, *knowledge)
        return with_signs(self._graph(found, series.names), found, self.cond_ind_test)

    def _assumed(self, knowledge: Constraints | None) -> Assumptions | None:
        """Return the library's `link_assumptions`, or None where nothing is known."""
        if knowledge is None:
            return None
        # Where hidden causes are allowed, a tail would deny them.
        possible = "o?>" if self.handles.latent else "-?>"
        return known_assumptions(*knowledge, possible, int(not self.handles.instantaneous))

    @abstractmethod
    def _search(
        self, frame: DataFrame, test: Any, max_lag: int, assumed: Assumptions | None
    ) -> dict[str, Any]:
        """Return the library's `graph`, `val_matrix` and `p_matrix`."""

    def _graph(self, found: dict[str, Any], names: tuple[str, ...]) -> LaggedGraph:
        return graph_of(found, names)


def check_fdr(fdr: str) -> None:
    """Raise ValueError unless the correction is one of the library's."""
    if fdr not in ("none", "fdr_bh"):
        raise InputError(f"fdr: expected 'none' or 'fdr_bh', found {fdr!r}")


def kept(found: dict[str, Any], alpha: float) -> BoolArray:
    """Return where the p-value, corrected if asked for, is at most `alpha`."""
    return np.asarray(found["p_matrix"] <= alpha)
