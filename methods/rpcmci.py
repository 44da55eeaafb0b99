"""Regime-PCMCI from tigramite: regimes that nobody has observed, and the graph of each."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Interval

from methods.base import DeclinedError, Handles, Method, UnavailableError
from methods.graph import LaggedGraph
from methods.independence import NONLINEAR, Test, independence_test
from methods.marks import lagged_graph_of
from methods.per_regime import union
from methods.series import TimeSeries
from methods.tigramite_frame import frame_of
from methods.tigramite_search import LIBRARIES

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


@dataclass(frozen=True, kw_only=True)
class RPCMCI(Method):
    """PCMCI in each regime and regimes by the errors of its forecasts, in turn, from chance.

    A run starts from random weights of every step in every regime. PCMCI finds the parents in
    each regime, a regression on them forecasts every step, and a linear programme assigns steps to
    the regime that forecasts them best, with a bound on the number of transitions; this repeats
    until the regimes stay. Of several runs the one of smallest error counts.

    The graph is the union of those in `per_regime`, each with the absolute MCI statistics, the
    p-values and the edges of its regime; `regimes` holds the regime of every step. Labels that a
    series comes with are not used. The linear programme has terms that grow with the square of
    the length, so that a few thousand steps take very long. Tests run as the library ships them:
    the rows of a regime change from round to round.

    Parameters
    ----------
    n_regimes
        Number of regimes (at least 1), known beforehand. No default exists; this is that of the
        authors' tutorial.
    max_transitions
        Most transitions into and out of each regime (at least 1), from the same tutorial.
    alpha, pc_alpha
        Levels of the MCI tests and of the condition selection (0 to 1), the defaults of
        `run_rpcmci`.
    runs, iterations
        Random starts, and the most rounds of each (at least 1), `max_anneal` and
        `num_iterations` of `run_rpcmci`, whose defaults these are.
    cond_ind_test
        The test; see `methods.independence`. Forecasts are linear for `parcorr` and
        `robust_parcorr`, by a Gaussian process for `gpdc` and by nearest neighbours for
        `cmiknn`, as the library advises.

    References
    ----------
    Saggioro, de Wiljes, Kretschmer and Runge, Chaos 30, 2020, DOI 10.1063/5.0020538.
    """

    libraries = (*LIBRARIES, "tigramite.rpcmci")

    n_regimes: Annotated[int, Ge(1)] = 2
    max_transitions: Annotated[int, Ge(1)] = 4
    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    pc_alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.2
    runs: Annotated[int, Ge(1)] = 10
    iterations: Annotated[int, Ge(1)] = 20
    cond_ind_test: Test = "parcorr"

    @property
    def handles(self) -> Handles:
        """One segment only; random starts make it depend on the order of columns."""
        nonlinear = self.cond_ind_test in NONLINEAR
        return Handles(segments=False, changes=True, nonlinear=nonlinear, trained=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the graph of each regime, their union, and the regime of every step.

        Raises
        ------
        DeclinedError
            If every run fails, as where a regime is left with too few steps, too few rows are
            left after the first `2 * max_lag`, or some columns are an exact linear function of
            others.
        UnavailableError
            If ortools, or the package that the test needs, is missing.
        """
        frame = frame_of(series, max_lag, "RPCMCI")
        found = self._run(frame, max_lag, rng)
        if found is None:
            raise DeclinedError(
                f"RPCMCI has no run without an error among {self.runs}, as where a regime keeps "
                "too few steps; lower n_regimes or max_lag, raise runs or give a longer series"
            )
        labels = np.argmax(found["regimes"], axis=0)
        graphs = {
            k: lagged_graph_of(part, series.names) for k, part in found["causal_results"].items()
        }
        return union(graphs, (labels,))

    def _run(
        self, frame: DataFrame, max_lag: int, rng: np.random.Generator
    ) -> dict[str, Any] | None:
        try:
            from tigramite.rpcmci import RPCMCI as Tigramite
        except ImportError as error:
            raise UnavailableError(
                f"a package that RPCMCI needs is missing ({error}); run "
                "pip install 'lagbench[rpcmci]'"
            ) from error
        test = independence_test(self.cond_ind_test, "library", rng)
        search = Tigramite(frame, test, self._forecaster(), seed=int(rng.integers(2**31)))
        # The library prints what goes wrong in a run and goes on.
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            found: dict[str, Any] | None = search.run_rpcmci(
                num_regimes=self.n_regimes,
                max_transitions=self.max_transitions,
                num_iterations=self.iterations,
                max_anneal=self.runs,
                tau_max=max_lag,
                pc_alpha=self.pc_alpha,
                alpha_level=self.alpha,
                n_jobs=1,
            )
        return found

    def _forecaster(self) -> Any:
        """Return the regression that goes with the test."""
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.linear_model import LinearRegression
        from sklearn.neighbors import KNeighborsRegressor

        kernels = {"gpdc": GaussianProcessRegressor, "cmiknn": KNeighborsRegressor}
        return kernels.get(self.cond_ind_test, LinearRegression)()
