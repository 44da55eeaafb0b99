"""The noise: its distribution and its size per variable, and the draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, Interval

from methods.types.arrays import FloatArray
from methods.types.parameters import Parameters
from simulators.streams import stream

DISTRIBUTIONS: Mapping[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "gaussian": lambda rng, n: rng.standard_normal(n),
    "uniform": lambda rng, n: rng.uniform(-np.sqrt(3), np.sqrt(3), n),
    "laplace": lambda rng, n: rng.laplace(scale=np.sqrt(0.5), size=n),
    "student_t": lambda rng, n: np.sqrt(3 / 5) * rng.standard_t(5, n),
}
"""Symmetric distributions of mean 0 and variance 1; Student's t has 5 degrees of freedom."""

_BLOCK = 8_192
_MIXED = ("gaussian", "uniform", "laplace")
_SPREAD = {"unequal_small": 1.5, "unequal_large": 4.0}


@dataclass(frozen=True, kw_only=True)
class Noise(Parameters):
    """Distribution and size of the noise.

    Parameters
    ----------
    kind
        `gaussian`, `uniform`, `laplace` or `student_t` (5 degrees of freedom) for all variables;
        `mixed` draws one of the first three per variable; `unequal_small` and `unequal_large`
        are gaussian with a standard deviation per variable, log-uniform within a factor 1.5 or 4
        of `scale`; `heteroscedastic` is gaussian with a variance that depends on parents.
    scale
        Standard deviation, in the units of the series.
    variance_share
        Under `heteroscedastic`: the probability that an edge acts on the variance only, so that
        no conditional mean shows it.

    Notes
    -----
    The published benchmark this follows names "Mixed", "Hetero Small" and "Hetero Large" noise
    but gives no numbers; those here are our choice.
    """

    kind: Literal[
        "gaussian",
        "uniform",
        "mixed",
        "unequal_small",
        "unequal_large",
        "laplace",
        "student_t",
        "heteroscedastic",
    ] = "gaussian"
    scale: Annotated[float, Gt(0)] = 1.0
    variance_share: Annotated[float, Interval(ge=0, le=1)] = 0.5

    def distributions(self, n_vars: int, seed: int) -> tuple[str, ...]:
        """Return the name of each variable's distribution."""
        if self.kind == "mixed":
            return tuple(str(stream(seed, "law", i).choice(_MIXED)) for i in range(n_vars))
        return (self.kind if self.kind in DISTRIBUTIONS else "gaussian",) * n_vars

    def sds(self, n_vars: int, seed: int) -> FloatArray:
        """Return each variable's standard deviation."""
        width = np.log(_SPREAD.get(self.kind, 1.0))
        draws = [stream(seed, "noise sd", i).uniform(-width, width) for i in range(n_vars)]
        return self.scale * np.exp(draws)


def draw_noise(
    distributions: tuple[str, ...], n_rows: int, seed: int, *purpose: str | int
) -> FloatArray:
    """Return noise of variance 1, shape `(n_rows, n_vars)`.

    Each variable has its own stream, drawn in the order of time: fewer rows are a prefix.
    """
    noise = np.empty((n_rows, len(distributions)))
    streams = [stream(seed, "noise", *purpose, i) for i in range(len(distributions))]
    # Blocks of rows that stay in the cache, or writing columns costs more than drawing them.
    for start in range(0, n_rows, _BLOCK):
        block = noise[start : start + _BLOCK]
        for i, (distribution, rng) in enumerate(zip(distributions, streams, strict=True)):
            block[:, i] = DISTRIBUTIONS[distribution](rng, len(block))
    return noise
