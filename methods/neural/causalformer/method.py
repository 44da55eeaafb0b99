"""CausalFormer: a transformer with causal convolutions as values, read by relevance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt
from numpy.typing import NDArray

from methods.common.devices import device_of
from methods.common.lagged import require_independent_variables
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from torch import Tensor

    from methods.neural.causalformer.network import Network

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

_FEWEST = 20  # windows, of which two are held out


@dataclass(frozen=True, kw_only=True)
class CausalFormer(Method):
    """A causality-aware transformer, read by regression relevance propagation.

    Each variable of a window is embedded as a whole and attends to all variables; the values that
    attention weighs are causal convolutions with one kernel per pair and head. See
    `methods.neural.causalformer.network`. For each effect the relevance of its forecast is
    propagated back to the attention on its causes and to their kernels, and multiplied by the
    size of the gradient there: `methods.neural.causalformer.relevance`. The relevances of the
    attention are clustered by k-means, effect by effect; the variables in the highest clusters
    are its causes, each at the lag at which the relevance of its kernel is largest: one lag per
    pair.

    The score of an edge is the relevance of the attention, times the relevance of the lag relative
    to the largest of the pair. Effects compare, because all share the layers behind. Lag 0 is
    scored, without orientation in time, except from a variable to itself.

    On the authors' diamond, mediator, v-structure and fork sets their own run has a mean F1 over
    pairs of 0.68, 0.71, 0.77 and 0.79, where self-loops alone would have 0.67, 0.67, 0.75 and
    0.75, and on Lorenz-96 0.69; for ours on such systems see the profile `home_ground`.

    Departures from the paper: series are standardised, where the authors scale them to [0.5, 1],
    on which 30 epochs hardly moved a kernel from its start and forecast no better than the mean;
    no layer normalisation after attention and feed-forward, which in the authors' code is over
    time and lets later steps into earlier forecasts; since the convolutions then pass through
    zero, a step counts with the square of what is shared out there. At most 30 epochs (100 to 500
    in the paper), ended by 10 without a better validation error, on a tenth of the windows, as
    for the authors' Lorenz-96; batches of 32 windows (128), so that few epochs are enough updates
    on short series; the normalisation of the embedding has no gain and offset. Only lags up to
    `max_lag` are read. Attention sees the whole window, later steps included, as in the paper.

    Parameters
    ----------
    window
        Steps of a window; raised to `max_lag + 1` where that is longer, lowered to the shortest
        segment.
    width
        Size of embedding, of queries and keys of all heads together, and of the feed-forward
        layer; a multiple of `heads`.
    heads
        Number of attention heads.
    temperature
        Divides the scores before the softmax.
    penalty
        Weight of the mean sizes of kernels and attention mask in the loss.
    epochs
        Most passes over the windows; training ends earlier after 10 without a better validation
        error.
    batch_size
        Windows per step of Adam.
    learning_rate
        Step size of Adam, divided by 10 every 30 epochs.
    clusters, chosen
        Number of clusters, and how many of the highest hold causes.
    device
        Where to train; `auto` takes a GPU if there is one.

    Raises
    ------
    ValueError
        If `width` is no multiple of `heads`, or `chosen` not below `clusters`.

    References
    ----------
    Kong, Li, Yang, Zhang, Guan and Zhou, IEEE TKDE 2024, arXiv 2406.16708. Defaults are
    those of the authors' diamond and mediator sets, but for `epochs` and `batch_size`.
    """

    handles: ClassVar[Handles] = Handles(instantaneous=True, nonlinear=True, trained=True)
    libraries = ("torch", "sklearn.cluster")

    window: Annotated[int, Ge(2)] = 16
    width: Annotated[int, Ge(1)] = 256
    heads: Annotated[int, Ge(1)] = 4
    temperature: Annotated[float, Gt(0)] = 1.0
    penalty: Annotated[float, Ge(0)] = 1e-4
    epochs: Annotated[int, Ge(1)] = 30
    batch_size: Annotated[int, Ge(1)] = 32
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    clusters: Annotated[int, Ge(2)] = 2
    chosen: Annotated[int, Ge(1)] = 1
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(
                f"width: expected a multiple of heads = {self.heads}, found {self.width}"
            )
        if self.chosen >= self.clusters:
            raise ValueError(
                f"chosen: expected less than clusters = {self.clusters}, found {self.chosen}"
            )

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train the transformer and read the relevance of every effect; see `Method.discover`.

        Raises
        ------
        DeclinedError
            If there are fewer variables than clusters, or too few windows to hold some out, or
            some variables are an exact linear function of others, among which attention at lag 0
            is shared out at random.
        """
        from methods.neural.causalformer.network import cut
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
        attention, kernel = relevance(self._trained(inputs, rng), inputs)
        kernel = kernel[:, :, : max_lag + 1]
        tiny = np.finfo(float).tiny
        largest = np.maximum(kernel.max(axis=2, keepdims=True), tiny)
        scores = attention[:, :, None] * kernel / largest
        np.fill_diagonal(scores[:, :, 0], np.nan)
        causes = self._causes(attention, int(rng.integers(2**31)))
        lags = np.arange(max_lag + 1)
        chosen = causes[:, :, None] & (lags == kernel.argmax(axis=2)[:, :, None])
        return LaggedGraph(scores, series.names, chosen & ~np.isnan(scores))

    def _trained(self, inputs: Tensor, rng: np.random.Generator) -> Network:
        """Return a network trained on windows, shape `(W, n, T)`."""
        from methods.common.tensors import generator_of
        from methods.neural.causalformer.network import Network, fit

        _, n, length = inputs.shape
        network = Network(
            n,
            length,
            width=self.width,
            heads=self.heads,
            temperature=self.temperature,
            generator=generator_of(rng),
        ).to(inputs.device)
        fit(
            network,
            inputs,
            generator_of(rng, str(inputs.device)),
            penalty=self.penalty,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
        )
        return network

    def _causes(self, attention: FloatArray, seed: int) -> BoolArray:
        """Return the causes in the highest clusters of each effect, shape `(n, n)`."""
        from sklearn.cluster import KMeans

        causes = np.zeros(attention.shape, dtype=bool)
        for effect, values in enumerate(attention.T):
            if len(np.unique(values)) < self.clusters:
                continue
            # In units of the largest: the tolerance of the library does not see tiny numbers.
            points = (values / values.max())[:, None]
            found = KMeans(self.clusters, n_init=10, random_state=seed).fit(points)
            highest = np.argsort(found.cluster_centers_[:, 0])[-self.chosen :]
            causes[:, effect] = np.isin(found.labels_, highest)
        return causes
