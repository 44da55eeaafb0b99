"""Steps per second on a linear system, compared with tigramite: `make bench-simulators`.

Both run in the same process. The fastest of five runs counts, in seconds of processor time, which
the load of the machine hardly changes. A short run before it compiles our kernel (about 1 s, once
per machine, then cached); it is not counted. `simulation` is what both do: the noise and the
steps. Both simulate a transient too, but only the steps returned are counted. `generate` adds our
checks of the series and its properties. Tigramite stores single precision, we double.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from simulators.components.graphs import Graph
from simulators.components.noise import draw_noise
from simulators.engine.compiled import CompiledSystem
from simulators.engine.kernel import run
from simulators.engine.pilot import burn_in
from simulators.linear_var import LinearVAR
from simulators.structural.simulator import Structural

STEPS = 100_000


def main() -> None:
    """Print both speeds and their ratio, and the peak memory of a large sample."""
    coefficients = linear_coefficients(seed=0)
    system = LinearVAR(coefficients=coefficients.tolist()).draw(seed=0)
    system.generate(1_000)
    theirs = _speed(partial(_tigramite, coefficients))
    print(f"linear system, {len(coefficients)} variables, 5 lags, {STEPS:,} steps")
    print(f"  tigramite           {theirs:12,.0f} steps/s")
    jobs: dict[str, Callable[[], object]] = {
        "simulation": partial(_simulate, system),
        "generate": partial(system.generate, STEPS),
    }
    for what, job in jobs.items():
        ours = _speed(job)
        print(f"  lagbench {what:10} {ours:12,.0f} steps/s  ratio {ours / theirs:.0f}")
    # A fresh process, since a peak never falls.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, peak = pool.apply(_large)
    print("linear system, 100 variables, 5 lags, 1,000,000 steps")
    print(f"  {seconds:.1f} s, peak memory {peak:.2f} GiB")


def linear_coefficients(seed: int) -> Any:
    """Return the coefficients of a stable linear system with 2 or 3 parents per variable."""
    truth = Structural().draw(seed).truth
    # An effect of at most 0.9 / in-degree keeps every row sum, and so the system, below 1.
    edges = truth.adjacency
    assert edges is not None
    return edges[:, :, 1:] * 0.9 / edges.sum(axis=(0, 2))[None, :, None]


def tigramite_links(coefficients: Any) -> dict[int, list[Any]]:
    """Return `[cause, effect, lag - 1]` coefficients as tigramite's links of a linear system."""
    links: dict[int, list[Any]] = {j: [] for j in range(len(coefficients))}
    for i, j, k in np.argwhere(coefficients).tolist():
        links[j].append(((i, -(k + 1)), coefficients[i, j, k], lambda x: x))
    return links


def _tigramite(coefficients: Any) -> None:
    from tigramite.toymodels.structural_causal_processes import structural_causal_process

    structural_causal_process(tigramite_links(coefficients), T=STEPS, seed=0)


def _simulate(system: CompiledSystem) -> None:
    x = draw_noise(system.distributions, burn_in(system.max_lag) + STEPS, 0, "benchmark")
    run(system.program, x, np.zeros(len(x), dtype=np.int64), system.max_lag)


def _speed(job: Callable[[], object]) -> float:
    return STEPS / min(timeit.repeat(job, timer=time.process_time, number=1, repeat=5))


def _large() -> tuple[float, float]:
    """Return the seconds and the peak memory (GiB) of 1,000,000 steps of 100 variables."""
    system = Structural(graph=Graph(n_vars=100)).draw(seed=0)
    start = time.perf_counter()
    system.generate(1_000_000)
    seconds = time.perf_counter() - start
    # Linux counts in KiB.
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
