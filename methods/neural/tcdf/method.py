"""TCDF: attention on depthwise convolutions, then a permutation test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from methods.common.libraries import TRAINING
from methods.neural.tcdf.options import Options
from methods.types.arrays import BoolArray
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from methods.neural.tcdf.network import Reading


@dataclass(frozen=True, kw_only=True)
class TCDF(Options, Method):
    """Temporal Causal Discovery Framework: one attention-weighted depthwise network per effect.

    The network of effect j forecasts it from all variables; see `methods.neural.tcdf.network`. Its
    attention scores `s_ij` start at 1 and compete in a softmax. Causes are found in three steps:

    1. Potential causes are the variables with the highest scores, down to a threshold (at least
       1). With more than five variables the threshold lies in the widest gap among the scores in
       the upper half of the ranking. The first gap is left out unless it is the only one.
    2. Permutation importance validation (PIVM) shuffles the values of a potential cause in time.
       The loss must then rise by at least `1 - significance` of the gain of training.
    3. The delay of a cause is the lag of its largest kernel weight: one lag per pair.

    The score of an edge is attention times the size of the kernel weight relative to the largest
    of the pair, `softmax(s)_ij |w_ijl| / max_l |w_ijl|`. At the delay this is the attention
    itself. It is continuous at all lags, also where the decision keeps one lag or none. The sizes
    of the kernels of two pairs are not comparable, because later weights undo them. Lag 0 is
    scored except from a variable to itself; time does not orient it.

    The authors' demonstration, a chain of three variables and a separate one, has an F1 of 1 over
    pairs. For our result on such a system see the profile `home_ground`.

    Departures from the paper:

    - There is no hidden layer (its default). Kernels then cover `max_lag` at once,
      `kernel_size = max_lag + 1`.
    - Own lags run over `1..max_lag`. The paper has one more lag, because it shifts the target by a
      step.
    - The first `max_lag` steps of a segment are context. They are not padded with zeros.
    - A potential cause must score above 1 even if it is the only one.
    - Series are standardised, so that the gain of step 2 holds no part of the intercept. If
      nothing forecasts an effect, training gains little there, and PIVM keeps more false causes.
    - The forward pass runs over blocks of windows, which changes only memory.

    The parameters are those of `Options`.

    References
    ----------
    Nauta, Bucur and Seifert, Machine Learning and Knowledge Extraction 1, 2019, pages 312-340,
    DOI 10.3390/make1010019. Defaults are those of the authors' experiments.
    """

    handles: ClassVar[Handles] = Handles(instantaneous=True, nonlinear=True, stochastic=True)
    libraries = TRAINING

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train the networks of all effects at once and read their attention and kernels.

        Raises
        ------
        DeclinedError
            If the series has one variable: attention compares variables.
        """
        from methods.neural.tcdf.network import train

        if series.n_vars < 2:
            raise DeclinedError(
                "TCDF needs at least 2 variables, whose attention it compares, found 1; add one "
                "or use another method"
            )
        reading = train(series, max_lag, rng, self)
        largest = reading.kernel.max(axis=2, keepdims=True)
        scores = reading.softmax[:, :, None] * reading.kernel / largest
        np.fill_diagonal(scores[:, :, 0], np.nan)
        return LaggedGraph(scores, series.names, self._decide(reading))

    def _decide(self, reading: Reading) -> BoolArray:
        """Return the validated causes at their delays, bool of shape `(n, n, max_lag + 1)`."""
        gain = reading.first_loss - reading.last_loss
        kept = reading.first_loss - reading.shuffled_loss
        validated = potential_causes(reading.attention) & (kept <= self.significance * gain)
        delay = reading.kernel.argmax(axis=2)
        lags = np.arange(reading.kernel.shape[2])
        return np.asarray(validated[:, :, None] & (lags == delay[:, :, None]))


def potential_causes(attention: NDArray[np.float64]) -> BoolArray:
    """Return which causes of each effect lie at or above its threshold; see `TCDF`.

    Parameters
    ----------
    attention
        Scores before the softmax, shape `(n, n)` as `[cause, effect]`.
    """
    n = len(attention)
    ranked = -np.sort(-attention, axis=0)
    chosen = attention > 1
    if n > 5:
        for effect in range(n):
            chosen[:, effect] &= attention[:, effect] >= ranked[_last(ranked[:, effect]), effect]
    return np.asarray(chosen)


def _last(ranked: NDArray[np.float64]) -> int:
    """Return the place of the lowest potential cause in a descending ranking."""
    gaps = np.where(ranked[:-1] >= 1, ranked[:-1] - ranked[1:], -np.inf)
    inner = gaps[1 : len(ranked) // 2]
    return 1 + int(inner.argmax()) if np.isfinite(inner).any() else 0
