"""FCI of causal-learn on the lag-unrolled series, with time as background knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Interval

from methods.pc.columns import banned_effects, columns_of, silence, time_order
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Constraints
from methods.types.marks import Marks
from methods.types.method import Exact, Handles, Method
from methods.types.series import TimeSeries

# The library's numbers at the start and at the end of an edge.
_STARTS, _ENDS = {-1: "-", 1: "<", 2: "o"}, {-1: "-", 1: ">", 2: "o"}


@dataclass(frozen=True, kw_only=True)
class FCI(Method):
    """Fast causal inference on the columns `X_i(t - l)`, `l = 0..max_lag`, one tier per lag.

    Like PC, but hidden common causes are allowed for. An edge may also be removed given columns
    that are not adjacent to it (its possible d-separating set). An edge `i(t - l) -> j(t)` is
    selected if it is kept without an arrowhead at the cause. So `-->` and `o->` count, and `<->`,
    which denies an effect, does not. The library turns every mark that time forbids into a tail.
    It therefore marks every lagged edge that is kept `-->`, even if a hidden cause explains it.

    Scores and p-values are those of PC, taken over the tests of both stages. The score is the
    smallest Fisher-z statistic of a pair, which is above the critical value exactly if the edge is
    kept. The second stage tests in the order of columns and stops at the first set that separates
    a pair. A score below the critical value may therefore depend on that order. Lag 0 serves as a
    condition and is not scored; its links are among the marks, those of the partial ancestral
    graph.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), by default that of the library. There is no correction for the
        number of tests.
    depth
        Size of the largest conditioning set of the first stage, or -1 (the library's default) for
        no limit. The second stage has no limit, and its time can grow exponentially with the
        number of edges.
    exact
        `fast` tests on one correlation matrix. `library` runs `fci` with its own `fisherz` as
        shipped, for the same graph. Its statistics are read back from p-values and tie from 8.2
        on, where those reach rounding.

    References
    ----------
    Spirtes, Glymour and Scheines, Causation, Prediction, and Search, 2000. Rules: Zhang,
    Artificial Intelligence 172, 2008, DOI 10.1016/j.artint.2008.08.001.
    """

    handles = Handles(latent=True, knowledge=True)
    libraries = ("causallearn.search.ConstraintBased.FCI",)

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
    depth: Annotated[int, Ge(-1)] = -1
    exact: Exact = "fast"

    def discover(
        self,
        series: TimeSeries,
        *,
        max_lag: int,
        rng: np.random.Generator,
        knowledge: Constraints | None = None,
    ) -> LaggedGraph:
        """Return the smallest test statistic of each lagged edge and the edges kept."""
        from causallearn.search.ConstraintBased.FCI import fci

        columns = columns_of(series, max_lag, "FCI")
        banned = None if knowledge is None else banned_effects(knowledge, "FCI")
        data, test, options = columns.for_library(self.exact)
        with silence():
            found, _ = fci(
                data,
                test,
                self.alpha,
                self.depth,
                background_knowledge=time_order(series.n_vars, max_lag, banned),
                show_progress=False,
                **options,
            )
        return columns.marked(_marks(found.graph), options["smallest"])


def _marks(ends: Any) -> Marks:
    """Return marks from the library's matrix: `[a, b]` is the end of `a` on the edge to `b`."""
    marks = np.full(ends.shape, "", dtype="<U3")
    for a, b in np.argwhere(ends).tolist():
        marks[a, b] = f"{_STARTS[int(ends[a, b])]}-{_ENDS[int(ends[b, a])]}"
    return marks
