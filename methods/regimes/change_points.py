r"""Regimes by `ruptures`: change points first, then stretches that are alike get one label.

1. Borders. PELT of the library (Killick, Fearnhead and Eckley, 2012,
   doi:10.1080/01621459.2012.737745) minimises the sum of the costs of all stretches plus a
   penalty per border. The cost of a stretch of `N` steps is twice the negative log-likelihood of
   a Gaussian vector autoregression fitted to it, :math:`N \log \det \hat\Sigma`, less its bias.
   The library's own autoregressive cost takes one variable only. Borders lie on a grid of at
   most 500 places, which bounds the time.
2. Labels. The two groups of stretches whose pooled fit costs least more than their own are
   pooled, as long as that is less than the penalty: what needs no border between it is one
   regime, wherever it stands.

The bias is that of a fit with `p` coefficients per variable to residuals of `n` variables, whose
scatter has the law of Wishart (Anderson, 2003, section 7.5):

.. math:: E \log \det \hat\Sigma = \log \det \Sigma
   + \sum_{i=0}^{n-1} \psi\left(\frac{N - p - i}{2}\right) + n \log \frac 2 N

Without this correction, borders that are none gain most where stretches are short. With it they
gain nothing on average. A chi-square variable of `k` degrees, the number of parameters of one
fit, exceeds its mean by :math:`2 \sqrt{k \log T} + 2 \log T` with probability `1/T` at most
(Laurent and Massart, 2000, doi:10.1214/aos/1015957395). That is the penalty, with the number of
steps `T`. So nothing is left to tune.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import psi

from methods.regimes.finder import Finder
from methods.types.arrays import FloatArray, IntArray
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from ruptures.base import BaseCost

_PLACES = 500  # for borders in one segment at most: the time of PELT grows with their square
_CLOSEST = 10  # steps between two places at least
_RIDGE = 1e-6  # of the unit variance, so that a singular fit has a cost


@dataclass(frozen=True, kw_only=True)
class Ruptures(Finder):
    """Change points of a vector autoregression by `ruptures`, clustered; see the module."""

    libraries = ("ruptures",)

    def find(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[IntArray, ...]:
        """Label every step with its regime; nothing is drawn. See `Finder.find`.

        The first `max_lag` steps of a segment have the label of the step after them. A stretch
        has at least twice as many steps as a fit has coefficients per variable.
        """
        n = series.n_vars
        total = sum(len(s) - max_lag for s in series.segments)
        price = price_of(n * (n * max_lag + 1) + n * (n + 1) // 2, total)
        rows = [_windows(s, max_lag) for s in series.standardized().segments]
        ends = [_borders(part, n, price) for part in rows]
        moments = [
            stretch.T @ stretch
            for part, stops in zip(rows, ends, strict=True)
            for stretch in np.split(part, stops[:-1])
        ]
        groups = iter(_pooled(moments, n, price))
        return tuple(
            np.pad(_repeated([next(groups) for _ in stops], stops), (max_lag, 0), mode="edge")
            for stops in ends
        )


def price_of(parameters: int, steps: int) -> float:
    """Return the penalty of a border; see the module."""
    log = float(np.log(steps))
    return 2 * float(np.sqrt(parameters * log)) + 2 * log


def _repeated(labels: list[int], stops: list[int]) -> IntArray:
    """Return each label as often as its stretch has steps."""
    return np.repeat(np.array(labels, dtype=np.int64), np.diff([0, *stops]))


def _windows(segment: FloatArray, max_lag: int) -> FloatArray:
    """Return the rows 1, past, present of all steps, `(T - max_lag, 1 + n (max_lag + 1))`."""
    steps = len(segment) - max_lag
    lagged = [segment[max_lag - lag : max_lag - lag + steps] for lag in range(max_lag, -1, -1)]
    return np.hstack([np.ones((steps, 1)), *lagged])


def cost_of(moments: FloatArray, effects: int) -> float:
    r"""Return :math:`N \log \det \hat\Sigma` of the steps with these moments, less its bias.

    `moments` is the sum of the outer products of their rows, the `effects` present values last.
    By the Schur complement the determinant is that of all moments over that of the past. Steps
    too few for a fit cost 0, as if nothing were forecast; pooling joins them to others.
    """
    steps, coefficients = float(moments[0, 0]), len(moments) - effects
    if steps <= coefficients + effects:
        return 0.0
    scaled = moments / steps + _RIDGE * np.eye(len(moments))
    whole, past = (np.linalg.slogdet(m)[1] for m in (scaled, scaled[:-effects, :-effects]))
    freedom = steps - coefficients - np.arange(effects)
    bias = psi(freedom / 2).sum() + effects * np.log(2 / steps)
    return float(steps * (whole - past - bias))


def _borders(rows: FloatArray, effects: int, price: float) -> list[int]:
    """Return the end of each stretch, the last of which is the number of rows."""
    import ruptures

    jump = max(_CLOSEST, -(-len(rows) // _PLACES))
    shortest = 2 * rows.shape[1]
    if len(rows) < 2 * max(shortest, jump):
        return [len(rows)]
    search = ruptures.Pelt(custom_cost=_cost(effects, jump), min_size=shortest, jump=jump)
    return [int(end) for end in search.fit(rows).predict(pen=price)]


def _cost(effects: int, jump: int) -> BaseCost:
    """Return `cost_of` as a cost of the library, from moments summed up to each place."""
    from ruptures.base import BaseCost

    class Autoregression(BaseCost):  # type: ignore[misc]  # the library has no types
        model, min_size = "var", 1

        def fit(self, signal: FloatArray) -> Any:
            self.signal = signal
            starts = range(0, len(signal), jump)
            steps = np.stack([signal[a : a + jump].T @ signal[a : a + jump] for a in starts])
            self.sums = np.concatenate([np.zeros_like(steps[:1]), np.cumsum(steps, axis=0)])
            return self

        def error(self, start: int, end: int) -> float:
            return cost_of(self.sums[-(-end // jump)] - self.sums[start // jump], effects)

    return Autoregression()


def _pooled(moments: list[FloatArray], effects: int, price: float) -> list[int]:
    """Return the group of every stretch, numbered in the order of their first one."""
    groups = dict(enumerate(moments))
    labels = np.arange(len(moments))
    costs = {k: cost_of(m, effects) for k, m in groups.items()}

    def loss(a: int, b: int) -> float:
        return cost_of(groups[a] + groups[b], effects) - costs[a] - costs[b]

    losses = {pair: loss(*pair) for pair in itertools.combinations(groups, 2)}
    while losses and min(losses.values()) < price:
        a, b = min(losses, key=losses.__getitem__)
        groups[a] = groups[a] + groups.pop(b)
        costs[a] = cost_of(groups[a], effects)
        labels[labels == b] = a
        losses = {pair: old for pair, old in losses.items() if b not in pair}
        losses |= {pair: loss(*pair) for pair in losses if a in pair}
    return [int(k) for k in np.unique(labels, return_inverse=True)[1]]
