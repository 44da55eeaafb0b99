"""`dot` and `dot_paper` on a GPU: `make bench-gpu`.

Prints, in at most 8 minutes, what a GPU changes:

- whether it ranks edges as the CPU does;
- seconds of a cell of 1,000,000 steps, and the share of the GPU's arithmetic that it uses. That is
  the number of floating-point operations of matrix products, counted by PyTorch, per second, over
  that of one large product of the same precision measured here;
- cells per minute of `dot_paper`, one after the other and trained together.

Without a GPU it says so and measures nothing.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from scipy.stats import spearmanr
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from methods.dot.method import DOT
from methods.dot.variants import DOTPaper
from methods.types.graph import LaggedGraph
from methods.types.series import TimeSeries
from simulators.components.graphs import Graph
from simulators.structural.simulator import Structural

Trained = DOT | DOTPaper


class Sizes(NamedTuple):
    """What is measured.

    Parameters
    ----------
    device
        Where to train.
    ranked, long, each
        Steps of the series of the three parts.
    cells
        Number of cells that are trained together.
    updates
        Most updates of both methods, so that CPU and GPU do the same work in bounded time.
    variables
        Of every series.
    matrix
        Size of the matrices whose product tells the peak.
    """

    device: Literal["cpu", "cuda"] = "cuda"
    ranked: int = 10_000
    long: int = 1_000_000
    each: int = 50_000
    cells: int = 16
    updates: int = 500
    variables: int = 10
    matrix: int = 8_192


def main(sizes: Sizes | None = None) -> None:
    """Print the three parts, or that there is no GPU."""
    sizes = sizes or Sizes()
    if sizes.device == "cuda" and not torch.cuda.is_available():
        print("no GPU")
        return
    name = torch.cuda.get_device_name() if sizes.device == "cuda" else sizes.device
    print(f"{name}, PyTorch {torch.__version__}")
    _ranking(sizes)
    _long(sizes)
    _together(sizes)


def _methods(device: Literal["cpu", "cuda"], updates: int) -> dict[str, Trained]:
    paper = DOTPaper(device=device, updates=updates)
    return {"dot": DOT(device=device, updates=updates), "dot_paper": paper}


def _ranking(sizes: Sizes) -> None:
    print(f"\nranking of edges on CPU and GPU, {sizes.ranked:,} steps")
    series = draw(0, sizes.ranked, sizes.variables)
    for name, method in _methods("cpu", sizes.updates).items():
        one = discover(method, series)
        other = discover(_methods(sizes.device, sizes.updates)[name], series)
        print(f"  {name:<10} {agreement(one, other)}", flush=True)


def agreement(one: LaggedGraph, other: LaggedGraph) -> str:
    """Return how far two graphs rank alike: all scores, and the strongest of each effect."""
    scores = [graph.scores[:, :, 1:] for graph in (one, other)]
    correlation = spearmanr(*(each.ravel() for each in scores))[0]
    chosen = [each.transpose(1, 0, 2).reshape(one.n_vars, -1).argsort(axis=1) for each in scores]
    same = sum(len(np.intersect1d(a[-3:], b[-3:])) for a, b in zip(*chosen, strict=True))
    return f"rank correlation {correlation:.4f}, {same} of {3 * one.n_vars} strongest the same"


def _long(sizes: Sizes) -> None:
    peak = operations_per_second(sizes)
    print(f"\ncells of {sizes.long:,} steps; one large product runs at {peak / 1e12:.1f} TFLOP/s")
    series = draw(0, sizes.long, sizes.variables)
    for name, method in _methods(sizes.device, sizes.updates).items():
        discover(method, draw(0, sizes.ranked, sizes.variables))  # loads and compiles
        seconds = _seconds(functools.partial(discover, method, series), sizes.device)
        with Operations() as counted:
            discover(method, series)
        share = counted.total / seconds / peak
        print(f"  {name:<10} {seconds:6.1f} s, {share:.1%} of the peak", flush=True)


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # the library's
    """Adds up the floating-point operations of all matrix products within it, by PyTorch's count.

    `FlopCounterMode` would follow the modules as well, which fails on frozen ones.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run an operation and count it."""
        result = func(*args, **(kwargs or {}))
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            self.total += count(*args, **(kwargs or {}), out_val=result)
        return result


def operations_per_second(sizes: Sizes) -> float:
    """Return the floating-point operations per second of one large product in float32."""
    n = sizes.matrix
    matrix = torch.ones(n, n, device=sizes.device)
    torch.mm(matrix, matrix)
    return 2.0 * n**3 / _seconds(lambda: torch.mm(matrix, matrix), sizes.device)


def _together(sizes: Sizes) -> None:
    print(f"\ncells per minute of dot_paper, {sizes.each:,} steps, {sizes.updates} updates")
    method = DOTPaper(device=sizes.device, updates=sizes.updates)
    series = [draw(seed, sizes.each, sizes.variables) for seed in range(sizes.cells)]
    alone = _seconds(lambda: discover(method, series[0]), sizes.device)
    print(f"  one after the other {60 / alone:6.1f}", flush=True)
    rngs = [np.random.default_rng(seed) for seed in range(sizes.cells)]
    all_at_once = _seconds(
        lambda: method.discover_together(series, max_lag=5, rngs=rngs), sizes.device
    )
    print(f"  {sizes.cells} together         {60 * sizes.cells / all_at_once:6.1f}", flush=True)


def draw(seed: int, steps: int, variables: int) -> TimeSeries:
    """Return a series of a monotonic system of 5 lags."""
    kind = Structural(mechanism="monotonic", graph=Graph(n_vars=variables))
    return kind.draw(seed).generate(steps).series


def discover(method: Trained, series: TimeSeries) -> LaggedGraph:
    """Run a method with a fixed generator."""
    return method.discover(series, max_lag=5, rng=np.random.default_rng(0))


def _seconds(run: Callable[[], object], device: str) -> float:
    """Return the wall seconds of a call, until the device is idle again."""
    start = time.perf_counter()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
