"""Realised rates of false discoveries of `dot` where there is nothing to discover.

`python -m bench.dev.null_rates --runs 100` draws series without an edge between variables, and
prints in what share of the runs `dot` finds one at each target. Under such a global null this
share is the false-discovery rate. Its decision takes no more than the step-up procedure of
Benjamini and Hochberg (1995, doi 10.1111/j.2517-6161.1995.tb02031.x) on its p-values, and nothing
only where that finds nothing; so one run tells for all targets.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from methods import LaggedGraph, TimeSeries
from methods.discovery import discover
from methods.types.arrays import BoolArray, FloatArray
from simulators import stream

TARGETS = (0.05, 0.1, 0.2)
"""Target rates."""

_BURN_IN = 200  # steps

Rng = np.random.Generator


def _noise(rng: Rng, steps: int, n: int) -> FloatArray:
    return rng.normal(size=(steps, n))


def _autoregressive(rng: Rng, steps: int, n: int, own: float = 0.95) -> FloatArray:
    values = _noise(rng, steps, n)
    for t in range(1, steps):
        values[t] += own * values[t - 1]
    return values


def _heavy(rng: Rng, steps: int, n: int) -> FloatArray:
    return rng.standard_t(2, size=(steps, n))


def _bursts(rng: Rng, steps: int, n: int) -> FloatArray:
    """Each has a volatility of its own, whose logarithm is autoregressive."""
    return np.asarray(np.exp(0.15 * _autoregressive(rng, steps, n)) * _noise(rng, steps, n))


def _common_bursts(rng: Rng, steps: int, n: int) -> FloatArray:
    return np.asarray(np.exp(0.15 * _autoregressive(rng, steps, 1)) * _noise(rng, steps, n))


def _with(shape: Callable[[Rng, int], FloatArray]) -> Callable[[Rng, int, int], FloatArray]:
    """Return noise plus a common course, which weighs 0.5 to 1.5 in each variable."""

    def draw(rng: Rng, steps: int, n: int) -> FloatArray:
        return _noise(rng, steps, n) + np.outer(shape(rng, steps), rng.uniform(0.5, 1.5, n))

    return draw


KINDS: dict[str, Callable[[Rng, int, int], FloatArray]] = {
    "white noise": _noise,
    "autoregressive, 0.95": _autoregressive,
    "random walks": lambda rng, steps, n: _autoregressive(rng, steps, n, own=1.0),
    "heavy tails (t, 2)": _heavy,
    "own volatilities": _bursts,
    "common volatility": _common_bursts,
    "common trend": _with(lambda rng, steps: np.linspace(0, 3, steps)),
    "common season": _with(lambda rng, steps: np.sin(np.arange(steps) * 2 * np.pi / 24)),
    "hidden driver at lag 0": _with(lambda rng, steps: rng.normal(size=steps)),
}
"""Series in which no variable acts on another, by name."""


def false_at(graph: LaggedGraph, own_past: BoolArray, target: float) -> float:
    """Return the share of false links among those found at a target rate.

    Parameters
    ----------
    graph
        What `dot` found; with several regimes, a link counts if any of them has it.
    own_past
        Shape of the scores: links of a variable to itself, which are not counted.
    target
        Allowed rate.
    """
    found = np.any([_found(g, target) for g in graph.per_regime.values() or [graph]], axis=0)
    false = found & ~own_past
    return float(false.sum() / max(found.sum(), 1))


def _found(graph: LaggedGraph, target: float) -> BoolArray:
    from statsmodels.stats.multitest import multipletests

    assert graph.p_values is not None
    tested = ~np.isnan(graph.p_values)
    found = np.zeros(tested.shape, dtype=bool)
    found[tested] = multipletests(graph.p_values[tested], target, method="fdr_bh")[0]
    return found


def rates(
    kind: str, runs: int, steps: int, n: int, max_lag: int, **settings: object
) -> FloatArray:
    """Return the false shares of every run, shape `(runs, len(TARGETS))`."""
    own_past = np.zeros((n, n, max_lag + 1), dtype=bool)
    own_past[np.arange(n), np.arange(n)] = True
    rows = []
    for seed in range(runs):
        rng = stream(seed, "null", kind)
        values = KINDS[kind](rng, steps + _BURN_IN, n)[_BURN_IN:]
        graph = discover(TimeSeries.from_array(values), max_lag=max_lag, method="dot", seed=seed)
        rows.append([false_at(graph, own_past, target) for target in TARGETS])
    return np.array(rows)


def main() -> None:
    """Print a Markdown table, a row per kind."""
    parser = argparse.ArgumentParser(prog="python -m bench.dev.null_rates", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--variables", type=int, default=6)
    parser.add_argument("--max-lag", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    args = parser.parse_args()
    print("| kind | " + " | ".join(f"target {target}" for target in TARGETS) + " |")
    print("|---|" + "---|" * len(TARGETS))
    for kind in args.kinds:
        found = rates(kind, args.runs, args.steps, args.variables, args.max_lag)
        error = found.std(axis=0) / np.sqrt(args.runs)
        cells = [f"{m:.2f} ± {e:.2f}" for m, e in zip(found.mean(axis=0), error, strict=True)]
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
