r"""The one engine of all means and intervals of tables, figures and claims.

Each condition counts once: the mean is the mean of the means of the conditions. There are two
intervals, and every table says which one it shows.

Over new systems of these conditions (`SYSTEMS`): conditions are fixed, systems within a condition
are random. The conditions of one simulator (lengths, points of a grid) may share the draws of a
seed, so that a simulator and a seed are one independent system. With :math:`u_{fs}` the share of
system s of simulator f in the deviation of the mean,

.. math:: u_{fs} = \sum_{c \in f} \sum_{i \in c, s} \frac{x_{ci} - \bar x_c}{C \, n_c}, \quad
          V = \sum_f \frac{n_f}{n_f - 1} \sum_s u_{fs}^2, \quad
          \bar x \pm t_{\nu, 0.975} \sqrt V .

With one condition per simulator and equally many systems this is the variance pooled within
conditions, :math:`s^2 \sum_c n_c^{-1} / C^2`. A simulator with a single system has the pooled
variance. Where simulators have unlike numbers of systems, the pooled variance stands for all of
them if it is larger. The degrees of freedom are those of Satterthwaite (Biometrics Bulletin 2,
1946, DOI 10.2307/3002019), each fourth power of a deviation estimated without bias:
:math:`\nu = (\sum_f V_f)^2 / \sum_f (V_f^2 / (n_f + 1)) - 2`. Systems of unlike simulators count
as independent. Where they share the graph of a seed, as in results of version 0.1, the interval is
as much too narrow as the seed matters beside the system.

Over new conditions (`CONDITIONS`): the simulators are random as well, and the interval is
Student's over them, with the weights that their conditions have.

Where nothing varies, Student's interval has no width and decides nothing. There the interval is
that of Clopper and Pearson (Biometrika 26, 1934, DOI 10.1093/biomet/26.4.404): n equal values are
a surprise below 2.5 % as long as a value has a probability of less than :math:`0.025^{1/n}`, and
what is missing to 1 may lie anywhere within the limits of the metric.

Coverage by simulation, for 95 %: 89 to 100 with 1 to 10 systems in 1 to 20 conditions, also
unbalanced, over normal, skewed and bounded scores and scores that are 1 with probability 0.8
(`tests/bench/analysis/test_coverage.py`). It is less where one condition spreads ten times as far
as all others: 86 to 93 where each has two or three systems, and below a half where that one has a
single system, because nothing then shows its spread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95
SYSTEMS: Literal["systems"] = "systems"
CONDITIONS: Literal["conditions"] = "conditions"
SYSTEM = ["simulator", "condition", "seed"]
"""Columns that name what all methods are compared on; the first and the last name its draws."""

_NOTHING = 1e-9  # deviations below are rounding


class _Student(NamedTuple):
    """Deviations of a mean by Student's distribution."""

    error: float
    freedom: float

    def half_widths(self, level: float) -> tuple[float, float]:
        from scipy.special import stdtrit

        half = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return half, half

    def p_value(self, deviation: float) -> float:
        from scipy.special import stdtr

        return 2 * float(stdtr(self.freedom, -abs(deviation) / self.error))


class _Ties(NamedTuple):
    """Deviations of a mean of equal values: the number of them, and the room on each side."""

    number: float
    below: float
    above: float

    def half_widths(self, level: float) -> tuple[float, float]:
        unseen = 1 - math.pow((1 - level) / 2, 1 / self.number)
        return unseen * self.below, unseen * self.above

    def p_value(self, deviation: float) -> float:
        room = self.below if deviation > 0 else self.above
        unseen = 1.0 if room == 0 else min(abs(deviation) / room, 1.0)
        return min(1.0, 2 * math.pow(1 - unseen, self.number))


@dataclass(frozen=True)
class Estimate:
    """A mean over conditions with its 95 % interval.

    Parameters
    ----------
    mean, low, high
        The mean of the means of the conditions, and the ends, NaN where nothing is independent.
    n
        Independent systems, or conditions for an interval over new conditions.
    conditions
        Conditions with a value.
    spread
        How the mean deviates; None where there is no interval.
    """

    mean: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    conditions: int = 0
    spread: _Student | _Ties | None = None

    def p_value(self, value: float) -> float:
        """Return the level at which an end of the interval is this value; NaN without interval."""
        if self.spread is None:
            return math.nan
        if self.mean == value:
            return 1.0
        return self.spread.p_value(self.mean - value)

    @property
    def numbers(self) -> dict[str, float]:
        """The columns of a table: mean, low, high and n."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n}

    def __str__(self) -> str:
        return show(self.mean, self.low, self.high)


NOTHING = Estimate(math.nan)


class Pair(NamedTuple):
    """Two scores on the same systems, and their difference over new systems and conditions."""

    one: Estimate
    other: Estimate
    difference: Estimate
    anew: Estimate


def estimate(
    scores: pd.Series | Iterable[float],
    limits: tuple[float, float] = (-math.inf, math.inf),
    over: Literal["systems", "conditions"] = SYSTEMS,
) -> Estimate:
    """Return the mean over conditions and its interval; NaN are left out.

    Parameters
    ----------
    scores
        By the levels `simulator`, `condition` and `seed`, among others; or the values of
        the systems of one condition.
    limits
        Between what a score lies: the ends are cut to it.
    over
        What is drawn anew: systems of these conditions, or conditions as well.
    """
    return _estimate(_draws(scores), limits, over)


def _estimate(
    draws: _Draws,
    limits: tuple[float, float],
    over: Literal["systems", "conditions"] = SYSTEMS,
) -> Estimate:
    count = int(draws.condition.max(initial=-1)) + 1
    if not count:
        return NOTHING
    sizes = np.bincount(draws.condition)
    means = np.bincount(draws.condition, draws.value) / sizes
    weight, mean = 1 / (count * sizes[draws.condition]), float(means.mean())
    if over == CONDITIONS:
        shares, systems = weight * (means[draws.condition] - mean), draws.simulator
        simulators = np.zeros_like(systems)
    else:
        shares, systems = weight * (draws.value - means[draws.condition]), draws.system
        simulators = draws.simulator
    blocks = _blocks(weight, shares, simulators, systems)
    n = sum(block.n for block in blocks)
    spread = _spread(blocks, float(means.min()), float(means.max()), limits)
    if spread is None:
        return Estimate(mean, n=n, conditions=count)
    below, above = spread.half_widths(LEVEL)
    low, high = max(limits[0], mean - below), min(limits[1], mean + above)
    return Estimate(mean, low, high, n, count, spread)


def pair(one: pd.Series, other: pd.Series, limits: tuple[float, float]) -> Pair:
    """Return two scores on the systems that have both, and `one - other`.

    Both are indexed alike; `limits` are those of the score. The difference is that of the means.
    """
    import pandas as pd

    both = pd.DataFrame({"one": one, "other": other.reindex(one.index)}).dropna()
    apart = both["one"] - both["other"]
    widest = (limits[0] - limits[1], limits[1] - limits[0])
    return Pair(
        estimate(both["one"], limits),
        estimate(both["other"], limits),
        estimate(apart, widest),
        estimate(apart, widest, CONDITIONS),
    )


class _Draws(NamedTuple):
    """The value of each score that is known, and the numbers of what it belongs to."""

    value: np.ndarray
    simulator: np.ndarray
    condition: np.ndarray
    system: np.ndarray


def _draws(scores: pd.Series | Iterable[float]) -> _Draws:
    import pandas as pd

    value = np.asarray(scores, dtype=float)
    known = ~np.isnan(value)
    value = value[known]
    index = scores.index if isinstance(scores, pd.Series) else None
    if not (isinstance(index, pd.MultiIndex) and set(SYSTEM) <= set(index.names)):
        one = np.zeros(len(value), dtype=int)
        return _Draws(value, one, one, np.arange(len(value)))
    codes = dict(zip(index.names, index.codes, strict=True))
    simulator, condition, seed = (pd.factorize(codes[name][known])[0] for name in SYSTEM)
    system = pd.factorize(simulator * (int(seed.max(initial=0)) + 1) + seed)[0]
    return _Draws(value, simulator, condition, system)


class _Block(NamedTuple):
    """A simulator: independent systems, weight in the mean, and sum of squared shares."""

    n: int
    weight: float
    squares: float

    @property
    def variance(self) -> float:
        """Of its part of the mean; 0 for a single system, of which it is not known."""
        return self.squares * self.n / (self.n - 1) if self.n > 1 else 0.0


def _blocks(
    weights: np.ndarray, shares: np.ndarray, simulators: np.ndarray, systems: np.ndarray
) -> list[_Block]:
    squares = np.bincount(systems, shares) ** 2
    weight = np.bincount(simulators, weights)
    _, first = np.unique(systems, return_index=True)
    home = simulators[first]
    return [
        _Block(n, float(weight[k]), float(squares[home == k].sum()))
        for k, n in enumerate(np.bincount(home).tolist())
    ]


def _spread(
    blocks: Sequence[_Block], least: float, most: float, limits: tuple[float, float]
) -> _Student | _Ties | None:
    known = [block for block in blocks if block.n > 1]
    if not known:
        return None
    if sum(block.squares for block in known) <= _NOTHING**2:
        number = min(block.n / block.weight for block in blocks)
        return _Ties(number, most - limits[0], limits[1] - least)
    freedom = sum(block.n - 1 for block in known)
    # The variance of one system, pooled: shares are parts of a mean, weighted.
    scales = [block.n**2 / block.weight**2 * block.squares / freedom for block in known]
    pooled = [scale * sum(b.weight**2 / b.n for b in blocks) for scale in scales]
    alone = [scale * sum(b.weight**2 / b.n for b in blocks if b.n == 1) for scale in scales]
    own = [block.variance + part for block, part in zip(known, alone, strict=True)]
    uneven = len({block.n for block in blocks}) > 1
    parts = pooled if uneven and sum(pooled) > sum(own) else own
    return _Student(math.sqrt(sum(parts)), _freedom(parts, known))


def _freedom(parts: Sequence[float], blocks: Sequence[_Block]) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of variances, one of each block."""
    fourth = sum(part**2 / (block.n + 1) for part, block in zip(parts, blocks, strict=True))
    found = sum(parts) ** 2 / fourth - 2
    each = [block.n - 1 for block in blocks]
    return min(max(found, min(each)), sum(each))


def show(mean: float, low: float, high: float, digits: int = 2) -> str:
    """Return a mean and its interval as text, `-` for NaN; an interval without an end is none."""
    if math.isnan(mean):
        return "-"
    if math.isnan(low):
        return f"{mean:.{digits}f}"
    if math.isinf(low) or math.isinf(high):
        return f"{mean:.{digits}f} (too few systems for an interval)"
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
