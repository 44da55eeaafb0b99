"""CD-NOD of causal-learn on the lag-unrolled series, with an index of the changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from methods.pc.columns import columns_of, silence, time_order
from methods.pc.skeleton import skeleton
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import Exact, Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class CDNOD(Method):
    """PC with one more column that stands for all changes and takes up their shifts.

    At the present of every window, that column is the first of these that varies: the regime
    label, if the series has labels; the number of the segment; the time step. The source proposes
    the domain for data from several domains and time for one series. The library treats the column
    as a number, so that labels 0, 1, 2 are a linear trend to it. It sees a shift of means, but not
    a change of coefficients alone.

    An edge `i(t - l) -> j(t)` is selected if the skeleton keeps it; time gives its direction.
    Scores and p-values are those of PC: the smallest Fisher-z statistic over the conditioning sets
    tried, with the index among the candidates. Lag 0 and the index serve as conditions and are not
    scored. A link at lag 0 that the skeleton keeps is marked `o-o`, as in PC.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), by default that of the library. There is no correction for the
        number of tests.
    exact
        `fast` searches the skeleton on one correlation matrix and solves all sets of one size
        together. It leaves out the orientation, which is not used. `library` runs `cdnod` of
        causal-learn with its own `fisherz` as shipped, for the same skeleton. Its statistics are
        read back from p-values and tie from 8.2 on, where those reach rounding.

    References
    ----------
    Huang, Zhang, Zhang, Ramsey, Sanchez-Romero, Glymour and Schölkopf, JMLR 21(89), 2020.
    """

    handles = Handles(regimes=True, changes=True)
    libraries = ("causallearn.search.ConstraintBased.CDNOD",)

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
    exact: Exact = "fast"

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the smallest test statistic of each lagged edge and the edges kept."""
        columns = columns_of(series, max_lag, "CD-NOD", change_index(series, max_lag))
        if self.exact == "fast":
            return columns.graph(*skeleton(columns.correlations, columns.n_rows, self.alpha))
        from causallearn.search.ConstraintBased.CDNOD import cdnod

        data, test, options = columns.for_library("library")
        order = time_order(series.n_vars, max_lag)
        with silence():
            found = cdnod(
                data[:, :-1],
                data[:, -1:],
                self.alpha,
                test,
                background_knowledge=order,
                **options,
            )
        return columns.graph(found.G.graph != 0, options["smallest"])


def change_index(series: TimeSeries, max_lag: int) -> FloatArray:
    """Return the regime label, segment number or time step of every window's present."""
    lengths = [len(segment) for segment in series.segments]
    numbers = [np.full(length, k) for k, length in enumerate(lengths)]
    steps = [np.arange(length) for length in lengths]
    for candidate in (series.regimes, numbers, steps):
        if candidate is not None:
            index = np.concatenate([values[max_lag:] for values in candidate])
            if index.min() < index.max():
                break
    return index.astype(np.float64)
