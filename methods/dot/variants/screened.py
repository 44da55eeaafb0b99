"""Feature screening by DOT for tigramite: only the lagged links that DOT ranks highest are tested.

DOT forecasts from the past alone. So it gives no scores at lag 0, and it mistakes the trace of a
hidden common cause in the past of one variable for an effect on another. PCMCI+ finds edges at
lag 0, and LPCMCI tells confounding from causation. Both test every pair at every lag under many
sets of conditions. Here they test only the links that DOT ranks highest, and those at lag 0.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Interval

from methods.common.libraries import TRAINING
from methods.dot.method import DOT
from methods.pcmci.library.assumptions import assumptions
from methods.pcmci.library.frame import frame_of, no_spread_declines
from methods.pcmci.library.marks import edges, marked_scores
from methods.pcmci.search import LIBRARIES
from methods.types.arrays import BoolArray, FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame

# The bound of the authors' experiments. Without it the last phase tests all subsets of sets that
# hold dozens of variables where there are edges at lag 0, which can run for very long.
_MOST_CONDITIONS = 3


@dataclass(frozen=True, kw_only=True)
class _Screened(Method):
    """Feature screening by DOT, then a search by the library; a subclass says which search.

    The score of a tested link is the absolute partial correlation of its least certain test. A
    link that was screened out scores below 0: DOT's score less DOT's largest. Both directions of
    a link at lag 0 have the same test, so the one that its mark excludes scores 0. P-values are
    NaN where nothing was tested. Tests are linear, so a candidate without a linear effect is
    dropped however certain DOT is of it.
    """

    handles: ClassVar[Handles] = Handles(instantaneous=True, stochastic=True)
    version: ClassVar[int] = 3

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    candidates: Annotated[int, Ge(1)] = 10
    updates: Annotated[int, Ge(1)] = 600

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Rank lagged links by DOT, test the strongest and all of lag 0; see `Method.discover`.

        Raises
        ------
        DeclinedError
            If too few rows are left after the first `2 * max_lag`, some columns are an exact
            linear function of others, or conditions leave no variation.
        """
        who = type(self).__name__
        frame = frame_of(series, max_lag, who)
        ranking = self._ranking(series, max_lag, rng)
        assert ranking.adjacency is not None
        tested = ranking.adjacency.copy()
        tested[:, :, 0] = ~np.eye(series.n_vars, dtype=bool)
        with no_spread_declines(who):
            found = self._search(frame, tested, max_lag)
        return LaggedGraph(
            _scores(found, tested, ranking.scores),
            series.names,
            edges(found),
            np.where(tested, found["p_matrix"], np.nan),
            edge_statistics=self._statistics(found, tested),
            marks=found["graph"],
        )

    def _ranking(self, series: TimeSeries, max_lag: int, rng: np.random.Generator) -> LaggedGraph:
        """Return DOT's graph, in which every effect has its `candidates` strongest links."""
        dot = DOT(
            updates=self.updates,
            readout="top_per_effect",
            in_degree=self.candidates,
            find_regimes=False,  # one graph is searched for, over all steps
        )
        return dot.discover(replace(series, regimes=None), max_lag=max_lag, rng=rng)

    @abstractmethod
    def _search(self, frame: DataFrame, tested: BoolArray, max_lag: int) -> dict[str, Any]:
        """Return the library's `graph`, `val_matrix` and `p_matrix`."""

    def _statistics(self, found: dict[str, Any], tested: BoolArray) -> dict[str, FloatArray]:
        """Return what else the search says of each link: the test with its sign."""
        return {"partial_correlation": np.where(tested, found["val_matrix"], np.nan)}


@dataclass(frozen=True, kw_only=True)
class DOTPCMCIPlus(_Screened):
    """PCMCI+ with partial correlation on DOT's candidates: lagged edges and edges at lag 0.

    An edge is selected where its mark is `-->`. At lag 0 only links whose direction follows from
    the others have it; one that could point either way (`o-o`) or on which rules contradict each
    other (`x-x`) is not selected, and scores the same in both directions. See `_Screened`.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), the library's default.
    candidates
        Lagged links per effect that are tested, the strongest in DOT's ranking. Edges at lag 0
        make the parents of a parent rank high too, so take a few times the expected number of
        lagged parents.
    updates
        Most optimiser steps of DOT, as of `methods.dot.DOT`, which has its defaults otherwise.

    References
    ----------
    Runge, UAI 2020, arXiv 2003.03685.
    """

    libraries = (*TRAINING, *LIBRARIES, "tigramite.pcmci")

    def _search(self, frame: DataFrame, tested: BoolArray, max_lag: int) -> dict[str, Any]:
        from tigramite.pcmci import PCMCI

        from methods.pcmci.library.parcorr import CovParCorr

        found: dict[str, Any] = PCMCI(frame, CovParCorr()).run_pcmciplus(
            link_assumptions=assumptions(tested, np.zeros_like(tested), "-?>"),
            tau_max=max_lag,
            pc_alpha=self.alpha,
        )
        return found


@dataclass(frozen=True, kw_only=True)
class DOTLPCMCI(_Screened):
    """LPCMCI with partial correlation on DOT's candidates: edges in spite of hidden causes.

    An edge is selected where its mark is `-->`: the cause is an ancestor of the effect. A link
    `<->` is a hidden common cause and no edge; the statistic `confounded` of an edge is 1 there,
    0 at other tested links. A link `o->` may be either and is not selected: few selected edges
    are false, and many true ones are left out. A lagged link keeps its score whatever its mark,
    because the link is more certain than the mark. See `_Screened`.

    Conditions per test in the last phase are at most 3, as in the authors' experiments. Screening
    does not make this search reliably shorter. Its time depends on the links that are found. On
    long series, or with many links at lag 0, it takes far longer than DOT, screened or not.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), that of the authors' experiments.
    candidates
        Lagged links per effect that are tested, the strongest in DOT's ranking. A link that a
        hidden cause leaves has to be among them too.
    updates
        Most optimiser steps of DOT, as of `methods.dot.DOT`, which has its defaults otherwise.

    References
    ----------
    Gerhardus and Runge, NeurIPS 2020, arXiv 2007.01884.
    """

    handles: ClassVar[Handles] = replace(_Screened.handles, latent=True)
    libraries = (*TRAINING, *LIBRARIES, "tigramite.lpcmci")

    def _search(self, frame: DataFrame, tested: BoolArray, max_lag: int) -> dict[str, Any]:
        from tigramite.lpcmci import LPCMCI

        from methods.pcmci.library.parcorr import CovParCorr

        # Not "-?>", which would tell the library that every candidate is an ancestor.
        found: dict[str, Any] = LPCMCI(frame, CovParCorr()).run_lpcmci(
            link_assumptions=assumptions(tested, np.zeros_like(tested), "o?>"),
            tau_max=max_lag,
            pc_alpha=self.alpha,
            max_p_non_ancestral=_MOST_CONDITIONS,
        )
        return found

    def _statistics(self, found: dict[str, Any], tested: BoolArray) -> dict[str, FloatArray]:
        confounded = (found["graph"] == "<->").astype(np.float64)
        return {
            **super()._statistics(found, tested),
            "confounded": np.where(tested, confounded, np.nan),
        }


def _scores(found: dict[str, Any], tested: BoolArray, ranking: FloatArray) -> FloatArray:
    """Return the statistic where tested, 0 where a mark excludes it, DOT's rank below that."""
    return np.where(tested, marked_scores(found), ranking - np.nanmax(ranking))
