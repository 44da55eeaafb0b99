"""TCDF: attention on depthwise convolutions, then a permutation test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt
from numpy.typing import NDArray

from methods.common.devices import device_of
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from methods.neural.tcdf.network import Reading

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class TCDF(Method):
    """Temporal Causal Discovery Framework: one attention-weighted depthwise network per effect.

    The network of effect j forecasts it from all variables by `methods.neural.tcdf.network`. Its
    attention scores `s_ij` start at 1 and compete in a softmax. Causes are found in three steps:

    1. potential causes: the variables with the highest scores, down to a threshold that is at
       least 1 and, with more than five variables, lies in the widest gap among the scores in
       the upper half of the ranking, the first gap left out unless it is the only one;
    2. permutation importance validation (PIVM): with the values of a potential cause shuffled
       in time, the loss must fall back by more than `1 - significance` of what training gained;
    3. the delay of a cause is the lag of its largest kernel weight: one lag per pair.

    The score of an edge is attention times the size of the kernel weight relative to the
    largest of the pair, `softmax(s)_ij |w_ijl| / max_l |w_ijl|`: at the delay the attention
    itself, and continuous at all lags also where the decision keeps one or none. (The sizes of
    the kernels of two pairs do not compare: later weights undo them.) Lag 0 is scored, without
    orientation in time, except from a variable to itself.

    The authors' demonstration, a chain of three variables and one apart, has an F1 over pairs of
    1; for ours on such a system see the profile `home_ground`.

    Departures from the paper: no hidden layer (its default; kernels then cover `max_lag` at
    once, `kernel_size = max_lag + 1`); own lags run over `1..max_lag`, without the further one
    that shifting the target by a step gives; the first `max_lag` steps of a segment are context,
    not padded with zeros; a potential cause must score above 1 also where it is the only one;
    series are standardised, so that the gain of step 2 holds no part of the intercept: of an
    effect that nothing forecasts little is gained, and PIVM keeps more false causes. The forward
    pass runs over blocks of windows, which changes nothing but memory.

    Parameters
    ----------
    epochs
        Steps of Adam, each over all windows.
    learning_rate
        Step size of Adam.
    significance
        Share of the gain of training (0 to 1) that may remain when a cause is shuffled.
    device
        Where to train; `auto` takes a GPU if there is one.

    References
    ----------
    Nauta, Bucur and Seifert, Machine Learning and Knowledge Extraction 1, 2019, pages 312-340,
    DOI 10.3390/make1010019. Defaults are those of the authors' experiments.
    """

    handles: ClassVar[Handles] = Handles(instantaneous=True, nonlinear=True, trained=True)
    libraries = ("torch",)

    epochs: Annotated[int, Ge(1)] = 1000
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    significance: Annotated[float, Gt(0), Lt(1)] = 0.8
    device: Literal["auto", "cpu", "cuda"] = "auto"

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
        reading = train(
            series,
            max_lag,
            rng,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            device=device_of(self.device),
        )
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
    """Return which causes of each effect lie above its threshold; see `TCDF`.

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
