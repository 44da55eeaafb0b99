"""Regime-PCMCI from tigramite: unobserved regimes, and the graph of each."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Interval

from methods.common.regimes import union
from methods.pcmci.library.ci_tests import NONLINEAR, Test, bounds_allowed, independence_test
from methods.pcmci.library.frame import frame_of
from methods.pcmci.library.marks import lagged_graph_of, with_signs
from methods.pcmci.library.rounds import Rounds
from methods.pcmci.search import LIBRARIES
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Exact, Handles, Method, UnavailableError
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame

_Found = tuple[FloatArray, dict[int, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class RPCMCI(Method):
    """PCMCI in each regime, in turn with regimes assigned by forecast errors, from random starts.

    A run starts from random weights of every step in every regime. Then it repeats three steps
    until the regimes hardly change:

    1. PCMCI finds the parents in each regime.
    2. A regression on these parents forecasts every step.
    3. A linear programme assigns each step to the regime that forecasts it best. It bounds the
       number of transitions.

    The run of smallest error counts.

    The graph is the union of those in `per_regime`. Each of these has the absolute MCI statistics,
    the p-values and the edges of its regime; with a linear test also the signed
    `partial_correlation`. `regimes` holds the regime of every step. Labels of
    the series are not used.

    Parameters
    ----------
    n_regimes
        Number of regimes (at least 1), known beforehand. The library has no default; this one is
        from the authors' tutorial.
    max_transitions
        Largest number of transitions into and out of each regime (at least 1), from the same
        tutorial.
    alpha, pc_alpha
        Levels of the MCI tests and of the condition selection (0 to 1), by default those of
        `run_rpcmci`.
    runs, iterations
        Number of random starts, and the most rounds of each (at least 1): `max_anneal` and
        `num_iterations` of `run_rpcmci`, with its defaults.
    cond_ind_test
        The test; see `methods.pcmci.library.ci_tests`. Forecasts are linear for `parcorr` and
        `robust_parcorr`, by a Gaussian process for `gpdc` and by nearest neighbours for `cmiknn`,
        as the library advises.
    exact
        `fast`: our own rounds around the library's PCMCI, see `methods.pcmci.library.rounds`, with
        tests as in `methods.pcmci.library.ci_tests`. `library`: the library as shipped, which
        needs ortools and takes time that grows with the square of the length. Graphs are equal.
        Regimes are equal except for the first `max_lag` steps, which have no forecast.

    References
    ----------
    Saggioro, de Wiljes, Kretschmer and Runge, Chaos 30, 2020, DOI 10.1063/5.0020538.
    """

    libraries = (*LIBRARIES, "tigramite.pcmci", "sklearn.linear_model")

    n_regimes: Annotated[int, Ge(1)] = 2
    max_transitions: Annotated[int, Ge(1)] = 4
    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    pc_alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.2
    runs: Annotated[int, Ge(1)] = 10
    iterations: Annotated[int, Ge(1)] = 20
    cond_ind_test: Test = "parcorr"
    exact: Exact = "fast"

    @property
    def handles(self) -> Handles:
        """One segment only; random starts make it depend on the order of columns."""
        nonlinear = self.cond_ind_test in NONLINEAR
        return Handles(segments=False, changes=True, nonlinear=nonlinear, stochastic=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the graph of each regime, their union, and the regime of every step.

        Raises
        ------
        DeclinedError
            If every run fails, for example because a regime is left with too few steps. Also if
            too few rows are left after the first `2 * max_lag`, or some columns are an exact
            linear function of others.
        UnavailableError
            If the package that the test needs is missing, or ortools with `exact=library`.
        """
        frame = frame_of(series, max_lag, "RPCMCI")
        test = independence_test(self.cond_ind_test, self.exact, rng)
        seed = int(rng.integers(2**31))
        search = self._library if self.exact == "library" else self._fast
        with bounds_allowed(self.cond_ind_test):
            found = search(frame, test, max_lag, seed)
        if found is None:
            raise DeclinedError(
                f"RPCMCI has no run without an error among {self.runs}, as where a regime keeps "
                "too few steps; lower n_regimes or max_lag, raise runs or give a longer series"
            )
        weights, parts = found
        graphs = {
            k: with_signs(lagged_graph_of(part, series.names), part, self.cond_ind_test)
            for k, part in parts.items()
        }
        labels = np.argmax(weights, axis=0)
        return union(graphs, (labels,), {k: int((labels == k).sum()) for k in graphs})

    def _fast(self, frame: DataFrame, test: Any, max_lag: int, seed: int) -> _Found | None:
        """Return weights and results of the run with the smallest error."""
        from tigramite.data_processing import DataFrame
        from tigramite.pcmci import PCMCI

        values = frame.values[0]

        def search(steps: Any) -> dict[str, Any]:
            chosen = DataFrame(values, reference_points=steps)
            found: dict[str, Any] = PCMCI(chosen, test).run_pcmci(
                tau_min=1, tau_max=max_lag, pc_alpha=self.pc_alpha, alpha_level=self.alpha
            )
            return found

        sizes = (max_lag, self.n_regimes, self.max_transitions, self.iterations)
        rounds = Rounds(values, *sizes, search, self._forecaster())
        runs = [rounds.run(seed + k) for k in range(self.runs)]
        ended = [run for run in runs if run is not None]
        if not ended:
            return None
        best = min(ended, key=lambda run: run.error)
        return best.weights, best.found

    def _library(self, frame: DataFrame, test: Any, max_lag: int, seed: int) -> _Found | None:
        """Return weights and results of the library as shipped."""
        try:
            from tigramite.rpcmci import RPCMCI as Tigramite
        except ImportError as error:
            raise UnavailableError(
                f"a package that RPCMCI needs is missing ({error}); run "
                "pip install 'lagbench[rpcmci]'"
            ) from error
        search = Tigramite(frame, test, self._forecaster()(), seed=seed)
        # The library prints the errors of a run and goes on.
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            found = search.run_rpcmci(
                num_regimes=self.n_regimes,
                max_transitions=self.max_transitions,
                num_iterations=self.iterations,
                max_anneal=self.runs,
                tau_max=max_lag,
                pc_alpha=self.pc_alpha,
                alpha_level=self.alpha,
                n_jobs=1,
            )
        return None if found is None else (found["regimes"], found["causal_results"])

    def _forecaster(self) -> Any:
        """Return the class of regressions that belongs to the test."""
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.linear_model import LinearRegression
        from sklearn.neighbors import KNeighborsRegressor

        kernels = {"gpdc": GaussianProcessRegressor, "cmiknn": KNeighborsRegressor}
        return kernels.get(self.cond_ind_test, LinearRegression)
