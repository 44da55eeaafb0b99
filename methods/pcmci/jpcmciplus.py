"""J-PCMCI+ from tigramite: one graph of several contexts with unobserved context variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from annotated_types import Interval

from methods.pcmci.library.ci_tests import independence_test
from methods.pcmci.library.frame import frame_of, no_spread_declines
from methods.pcmci.library.marks import graph_of
from methods.pcmci.search import FDR, LIBRARIES, check_fdr, kept
from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.method import Exact, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


@dataclass(frozen=True, kw_only=True)
class JPCMCIPlus(Method):
    """PCMCI+ over all segments at once, with the context of each step as a dummy variable.

    Segments are data sets of different contexts. Their number is the library's space dummy. Regime
    labels, if the series has them, are its time dummy. Both are coded with one column per value,
    as in the library's examples. A dummy has no causes. The links that it explains are conditioned
    on it, so that a difference between contexts is not taken for an edge. One segment without
    labels has no dummy. The search is then that of PCMCI+ with the test for several columns.
    Marks, scores and p-values are those of `PCMCIPlus`. The dummies are left out of the graph.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1): `pc_alpha` of `run_jpcmciplus`, with its default.
    fdr
        As in `PCMCIPlus`.
    cond_ind_test
        `parcorr`: the library's `ParCorrMult`, the largest partial correlation between the columns
        of two variables with a Bonferroni correction. `cmiknn`: as in
        `methods.pcmci.library.ci_tests`. The other tests do not take variables of several columns.
    exact
        `fast` or `library`, with equal results; see `methods.pcmci.library.ci_tests`.

    References
    ----------
    Günther, Ninad and Runge, UAI 2023, arXiv 2306.12896. The authors' tutorial changes the test so
    that dummies are neither standardised nor regressed on conditions. Here dummies are treated as
    in the library's own test and example.
    """

    libraries = (
        *LIBRARIES,
        "tigramite.independence_tests.parcorr_mult",
        "tigramite.jpcmciplus",
    )

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    fdr: FDR = "none"
    cond_ind_test: Literal["parcorr", "cmiknn"] = "parcorr"
    exact: Exact = "fast"

    @property
    def handles(self) -> Handles:
        """Lag 0 and regimes; nonlinear effects and randomness depend on the test."""
        kernel = self.cond_ind_test == "cmiknn"
        return Handles(instantaneous=True, regimes=True, nonlinear=kernel, stochastic=kernel)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return scores, p-values and the selected edges; see `TigramiteSearch.discover`."""
        from tigramite.jpcmciplus import JPCMCIplus

        check_fdr(self.fdr)
        test = self._test(rng)
        frame, kinds = _frame_with_dummies(series, max_lag)
        with no_spread_declines("JPCMCIPlus"):
            found = JPCMCIplus(
                dataframe=frame, cond_ind_test=test, node_classification=kinds
            ).run_jpcmciplus(tau_max=max_lag, pc_alpha=self.alpha, fdr_method=self.fdr)
        n = series.n_vars
        parts = {key: found[key][:n, :n] for key in ("graph", "val_matrix", "p_matrix")}
        return graph_of(parts, series.names, kept(parts, self.alpha))

    def _test(self, rng: np.random.Generator) -> Any:
        if self.cond_ind_test not in ("parcorr", "cmiknn"):
            raise InputError(
                f"cond_ind_test: expected parcorr or cmiknn, found {self.cond_ind_test!r}; the "
                "others do not take the several columns of a dummy variable"
            )
        test = independence_test(self.cond_ind_test, self.exact, rng)
        if self.cond_ind_test == "cmiknn":
            return test
        if self.exact == "fast":
            from methods.pcmci.library.parcorr import CovParCorrMult

            return CovParCorrMult()
        from tigramite.independence_tests.parcorr_mult import ParCorrMult

        return ParCorrMult()


def _frame_with_dummies(series: TimeSeries, max_lag: int) -> tuple[DataFrame, dict[int, str]]:
    """Return the data frame with its dummies, and the kind of each variable."""
    from tigramite.data_processing import DataFrame

    frame = frame_of(series, max_lag, "JPCMCIPlus")
    segments = list(frame.values.values())
    kinds, vectors = dict.fromkeys(range(series.n_vars), "system"), dict(frame.vector_vars)
    for kind, codes in _dummies(series, max_lag, [len(segment) for segment in segments]):
        first, width = segments[0].shape[1], codes[0].shape[1]
        vectors[len(vectors)] = [(first + k, 0) for k in range(width)]
        kinds[len(kinds)] = kind
        segments = [np.hstack(both) for both in zip(segments, codes, strict=True)]
    mode = "single" if len(segments) == 1 else "multiple"
    values = dict(enumerate(segments))
    return DataFrame(values, vector_vars=vectors, analysis_mode=mode), kinds


def _dummies(
    series: TimeSeries, max_lag: int, lengths: list[int]
) -> list[tuple[str, list[FloatArray]]]:
    """Return the kind and the columns, per segment, of every dummy that varies."""
    dummies = [("space_dummy", [np.full(n, k) for k, n in enumerate(lengths)])]
    if series.regimes is not None:
        # The same segments as in `frame_of`.
        labels = [label for label in series.regimes if len(label) > 2 * max_lag]
        dummies.append(("time_dummy", labels))
    coded = []
    for kind, labels in dummies:
        values = np.unique(np.concatenate([label[2 * max_lag :] for label in labels]))
        if len(values) > 1:
            coded.append((kind, [(label[:, None] == values).astype(float) for label in labels]))
    return coded
