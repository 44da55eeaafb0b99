"""CausalFormer: a transformer with causal convolutions as values, read by relevance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from methods.common.lagged import require_independent_variables
from methods.common.libraries import TRAINING
from methods.neural.causalformer.options import Options
from methods.types.arrays import BoolArray, FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

_FEWEST = 20  # windows, of which two are held out


@dataclass(frozen=True, kw_only=True)
class CausalFormer(Options, Method):
    """A causality-aware transformer, read by regression relevance propagation.

    Each variable of a window is embedded as a whole and attends to all variables. The values that
    attention weighs are causal convolutions, with one kernel per pair and head; see
    `methods.neural.causalformer.network`. For each effect the relevance of its forecast is
    propagated back to the attention on its causes and to their kernels. It is multiplied there by
    the size of the gradient; see `methods.neural.causalformer.relevance`. For each effect k-means
    clusters the relevances of the attention. The variables in the highest clusters are its causes.
    Each cause has one lag, at which the relevance of its kernel is largest.

    The score of an edge is the relevance of the attention, times the relevance of the lag relative
    to the largest of the pair. Scores of different effects are comparable, because all effects
    share the later layers. Lag 0 is scored except from a variable to itself; time does not orient
    it.

    On the authors' diamond, mediator, v-structure and fork sets their own run has a mean F1 over
    pairs of 0.68, 0.71, 0.77 and 0.79. Self-loops alone would have 0.67, 0.67, 0.75 and 0.75. On
    Lorenz-96 their run has 0.69. For our results on such systems see the profile `home_ground`.

    Departures from the paper:

    - Series are standardised. The authors scale them to [0.5, 1]. On that scale 30 epochs hardly
      moved a kernel from its start, and forecasts were no better than the mean.
    - No layer normalisation follows attention and feed-forward. In the authors' code it is over
      time and lets later steps into earlier forecasts.
    - The convolutions then pass through zero. The relevance of a step is therefore the square of
      its convolution.
    - At most 30 epochs are run (100 to 500 in the paper). They end after 10 epochs without a
      better validation error on a tenth of the windows, as for the authors' Lorenz-96.
    - Batches have 32 windows (128 in the paper), so that few epochs are enough updates on short
      series.
    - The normalisation of the embedding has no gain and offset.
    - Only lags up to `max_lag` are read.

    As in the paper, attention sees the whole window, later steps included.

    The parameters are those of `Options`.

    References
    ----------
    Kong, Li, Yang, Zhang, Guan and Zhou, IEEE TKDE 2024, arXiv 2406.16708. Defaults are those of
    the authors' diamond and mediator sets, except for `epochs` and `batch_size`.
    """

    handles: ClassVar[Handles] = Handles(instantaneous=True, nonlinear=True, stochastic=True)
    libraries = (*TRAINING, "sklearn.cluster")

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train the transformer and read the relevance of every effect; see `Method.discover`.

        Raises
        ------
        DeclinedError
            If there are fewer variables than clusters, or too few windows to hold some out. Also
            if some variables are an exact linear function of others: attention at lag 0 would be
            divided among them at random.
        """
        from methods.common.devices import device_of
        from methods.neural.causalformer.network import cut, fit
        from methods.neural.causalformer.relevance import relevance

        if series.n_vars < self.clusters:
            raise DeclinedError(
                f"CausalFormer sorts the variables into {self.clusters} clusters, found "
                f"{series.n_vars} variables; add some or use another method"
            )
        require_independent_variables(series, "CausalFormer")
        inputs = cut(series, max(self.window, max_lag + 1), device_of(self.device))
        if len(inputs) < _FEWEST:
            raise DeclinedError(
                f"CausalFormer needs at least {_FEWEST} windows of {inputs.shape[2]} steps to "
                f"train on, found {len(inputs)}; lower window or give a longer series"
            )
        network = fit(inputs, self, rng)
        attention, kernel = relevance(network, inputs)
        kernel = kernel[:, :, : max_lag + 1]
        tiny = np.finfo(float).tiny
        largest = np.maximum(kernel.max(axis=2, keepdims=True), tiny)
        scores = attention[:, :, None] * kernel / largest
        np.fill_diagonal(scores[:, :, 0], np.nan)
        causes = self._causes(attention, int(rng.integers(2**31)))
        lags = np.arange(max_lag + 1)
        chosen = causes[:, :, None] & (lags == kernel.argmax(axis=2)[:, :, None])
        return LaggedGraph(scores, series.names, chosen & ~np.isnan(scores))

    def _causes(self, attention: FloatArray, seed: int) -> BoolArray:
        """Return the causes in the highest clusters of each effect, shape `(n, n)`."""
        from sklearn.cluster import KMeans

        causes = np.zeros(attention.shape, dtype=bool)
        for effect, values in enumerate(attention.T):
            if len(np.unique(values)) < self.clusters:
                continue
            # Relative to the largest, because the library's tolerance ignores tiny numbers.
            points = (values / values.max())[:, None]
            found = KMeans(self.clusters, n_init=10, random_state=seed).fit(points)
            highest = np.argsort(found.cluster_centers_[:, 0])[-self.chosen :]
            causes[:, effect] = np.isin(found.labels_, highest)
        return causes
