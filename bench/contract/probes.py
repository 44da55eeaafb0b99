"""What the checks of the contract share: small series with known answers, and asking a method."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from methods import DeclinedError, LaggedGraph, Method, TimeSeries, UnavailableError
from methods.types.arrays import FloatArray

HEAVY = ("causallearn", "lingam", "tigramite", "torch")
"""Libraries that take long to load."""

Edge = tuple[int, int, int]


class Skip(Exception):
    """Raised by a check that does not apply; the message is the reason."""


def planted_series(edges: Sequence[Edge], n_samples: int = 800) -> TimeSeries:
    """Return four uniform noises in which each `(cause, effect, lag)` adds 0.8 of its cause.

    The noise is not Gaussian, so that methods which need that are on their ground. No cause may
    be an effect.
    """
    return TimeSeries.from_array(planted(edges, n_samples, np.random.default_rng(20)))


def planted(edges: Sequence[Edge], n_samples: int, rng: np.random.Generator) -> FloatArray:
    """Return the values of `planted_series`, of which `rng` draws the noise."""
    noise = rng.uniform(-1, 1, (n_samples + 4, 4))
    values = noise.copy()
    for cause, effect, lag in edges:
        values[lag:, effect] += 0.8 * noise[:-lag, cause]
    return values[4:]


def noise(n_samples: int) -> TimeSeries:
    """Return four noises without any edge."""
    return planted_series([], n_samples)


def bordered() -> TimeSeries:
    """Return segments in which X2(t-2) -> X3(t), cut so that gluing adds X0(t-1) -> X1(t).

    X0 ends each segment with a large value with which X1 starts the next one. Within segments
    nothing follows the one and nothing precedes the other.
    """
    rng = np.random.default_rng(21)
    segments = [planted([(2, 3, 2)], 20, rng) for _ in range(50)]
    for last, first in itertools.pairwise(segments):
        jump = 8.0 * rng.uniform(-1, 1)
        last[-1, 0] += jump
        first[0, 1] += jump
    return TimeSeries.from_segments(segments)


def generator() -> np.random.Generator:
    """Return the generator that every call of a check starts with."""
    return np.random.default_rng(22)


def require(holds: bool | np.bool_, failure: str) -> None:
    """Fail with this sentence unless the condition holds."""
    # Not an assert statement, which `python -O` would drop together with the contract.
    if not holds:
        raise AssertionError(failure)


def discover(method: Method, series: object, max_lag: float) -> LaggedGraph:
    """Return the graph of an ordinary problem; skip what cannot run on this machine."""
    try:
        return method.discover(series, max_lag=max_lag, rng=generator())  # type: ignore[arg-type]
    except UnavailableError as reason:
        raise Skip(f"cannot run on this machine: {reason}") from None
    except DeclinedError as reason:
        raise AssertionError(
            f"declines an ordinary problem of 4 variables and max_lag {max_lag}: {reason}"
        ) from reason


def assert_same_scores(found: LaggedGraph, expected: LaggedGraph, when: str) -> None:
    """Fail with the first entry whose scores differ by more than rounding."""
    same = np.isclose(found.scores, expected.scores, rtol=1e-6, atol=1e-9, equal_nan=True)
    for i, j, lag in np.argwhere(~same).tolist():
        raise AssertionError(
            f"{when} the score of {say(found, (i, j, lag))} is {found.scores[i, j, lag]:.10g}, "
            f"before it was {expected.scores[i, j, lag]:.10g}"
        )


def ranked(graph: LaggedGraph) -> list[Edge]:
    """Return the index of every scored edge, the strongest first."""
    index = np.argwhere(~np.isnan(graph.scores))
    order = np.argsort(-graph.scores[tuple(index.T)], kind="stable")
    return [(i, j, lag) for i, j, lag in index[order].tolist()]


def say(graph: LaggedGraph, *edges: Edge) -> str:
    """Name edges in words."""
    names = graph.names
    return ", ".join(f"{names[i]}(t-{lag}) -> {names[j]}(t)" for i, j, lag in sorted(edges))


def hint(top: Edge) -> str:
    """Guess why the planted edge (0, 1, 2) does not lead."""
    if top == (1, 0, 2):
        return ": is the array transposed?"
    if top[:2] == (0, 1):
        return ": is the lag axis shifted or reversed?"
    return ""
