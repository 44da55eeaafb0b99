"""A season in one variable: a line in the periodogram that stands out from its surroundings."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import detrend, periodogram, zoom_fft

from methods.types.arrays import FloatArray

_LEVEL = 1e-4
_AROUND = 25
_CYCLES = 4
_SHARE = 0.03


def season(values: FloatArray) -> int | None:
    """Return the period in steps of the season of a stretch `(T,)`, or None if it has none.

    After a straight line is taken out, every ordinate of the periodogram is compared with the
    median of the 25 around it. Over a smooth spectrum their ratio is exponential. The largest is a
    season if its p-value, times the number of ordinates, is below 0.0001, the period is there four
    times, and the season explains 3 % of the variance. Where lower frequencies of which it is a
    multiple stand out too, the lowest of them counts.

    References
    ----------
    Test of a line against a local background: Mann and Lees, Climatic Change 33, 1996,
    DOI 10.1007/BF00142586, here without their model of the background.
    """
    rest = detrend(values)
    power = periodogram(rest)[1][1:]
    places = np.arange(1, len(power) + 1)
    background = median_filter(power, size=min(_AROUND, len(power)), mode="mirror") / np.log(2)
    ratio = power / np.maximum(background, 1e-12 * power.max())
    outstanding = (len(power) * np.exp(-ratio) < _LEVEL) & (places >= _CYCLES)
    if not outstanding.any():
        return None
    best = int(places[np.argmax(np.where(outstanding, power, 0))])
    lower = [k for k in places[outstanding] if k < best and abs(best / k - round(best / k)) < 0.02]
    period = _period(rest, int(min(lower, default=best)))
    return period if period >= 2 and _explained(rest, period) > _SHARE else None


def _period(rest: FloatArray, place: int) -> int:
    """Return the whole number of steps nearest to the highest point of the spectrum there."""
    n = len(rest)
    around = (place + np.linspace(-1, 1, 81)) / n
    spectrum = zoom_fft(rest, [around[0], around[-1]], m=len(around), fs=1, endpoint=True)
    return round(1 / float(around[np.argmax(np.abs(spectrum))]))


def _explained(rest: FloatArray, period: int) -> float:
    """Return the share of the variance between the places in the season, less that of noise."""
    at = np.arange(len(rest)) % period
    means = np.bincount(at, weights=rest) / np.bincount(at)
    by_chance = (period - 1) / len(rest)
    return float(means[at].var() / rest.var()) - by_chance
