"""PC of causal-learn on the lag-unrolled series, with time as background knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from methods.pc.columns import banned_effects, columns_of, time_order
from methods.pc.skeleton import skeleton
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Constraints
from methods.types.method import Exact, Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class PC(Method):
    """Peter-Clark algorithm on the columns `X_i(t - l)`, `l = 0..max_lag`, one tier per lag.

    Tiers are background knowledge: nothing causes an earlier time. An edge `i(t - l) -> j(t)` is
    selected if the skeleton keeps it, whatever its marks; time gives its direction. The library
    decides 0 or 1, so the score is taken from its tests. It is the smallest Fisher-z statistic
    `sqrt(N - |S| - 3) |atanh(r)|` over all conditioning sets `S` tried for the pair. This is above
    the critical value exactly if the edge is kept. The p-value is that of the same test, the
    largest over the sets. Skeletons are of the stable kind, which does not depend on the order of
    columns. Lag 0 serves as a condition but is not scored. Its tests have no direction, and the
    library's orientation of it depends on the order of columns. A link at lag 0 that the skeleton
    keeps is therefore marked `o-o`.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), by default that of the library. There is no correction for the
        number of tests.
    exact
        `fast` searches the skeleton on one correlation matrix and solves all sets of one size
        together. It leaves out the orientation, which is not used. `library` runs `pc` of
        causal-learn with its own `fisherz` as shipped, for the same skeleton. Its statistics are
        read back from p-values and tie from 8.2 on, where those reach rounding.

    References
    ----------
    Spirtes, Glymour and Scheines, Causation, Prediction, and Search, 2000. Stable skeleton:
    Colombo and Maathuis, JMLR 15, 2014, pages 3741-3782.
    """

    handles = Handles(knowledge=True)
    libraries = ("causallearn.search.ConstraintBased.PC",)

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
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
        columns = columns_of(series, max_lag, "PC")
        banned = None if knowledge is None else banned_effects(knowledge, "PC")
        if self.exact == "fast":
            apart = None if banned is None else columns.unlinked(banned)
            found = skeleton(columns.correlations, columns.n_rows, self.alpha, apart)
            return columns.graph(*found, banned)
        from causallearn.search.ConstraintBased.PC import pc

        data, test, options = columns.for_library("library")
        order = time_order(series.n_vars, max_lag, banned)
        found = pc(
            data, self.alpha, test, background_knowledge=order, show_progress=False, **options
        )
        return columns.graph(found.G.graph != 0, options["smallest"], banned)
