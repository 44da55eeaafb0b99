"""The cost of baselines compared with the libraries they come from: `make bench-baselines`.

Every method of the table has a parameter `exact`, `fast` or `library`, that changes its cost and
nothing else. Both run on the same linear series of 10 variables and 5 lags, each in a fresh
process with one thread. `make bench-baselines ARGS=--long` runs the libraries on longer series
too, which takes half an hour.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from bench.dev.costs import Cost, Problem, cost
from bench.threads import VARIABLES

# causal-learn returns 1 - cdf(z) for its Fisher z, from which z cannot be told above this.
_LARGEST = 6.0
METHODS = ("pcmci", "pcmciplus", "lpcmci", "varlingam", "pc")
_HEAD = (
    f"{'method':<10} {'steps':>9}   {'library s':>9} {'ours s':>8} {'ratio':>7}   "
    f"{'library GiB':>11} {'ours GiB':>8}   equality"
)


class Sizes(NamedTuple):
    """What is measured.

    Parameters
    ----------
    methods
        Names of methods that have the parameter `exact`.
    compared
        Steps at which the library always runs.
    long
        Steps at which it runs with `--long` only.
    alone
        Steps at which only ours runs.
    variables, lags
        Those of every series.
    measure
        Returns the cost of a problem.
    """

    methods: tuple[str, ...] = METHODS
    compared: tuple[int, ...] = (1_000, 10_000)
    long: tuple[int, ...] = (100_000,)
    alone: tuple[int, ...] = (1_000_000,)
    variables: int = 10
    lags: int = 5
    measure: Callable[[Problem], Cost] = cost


def main(arguments: Sequence[str] | None = None, sizes: Sizes | None = None) -> None:
    """Measure everything in one run, on an otherwise idle machine."""
    sizes = sizes or Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench.dev.baselines")
    parser.add_argument("--long", action="store_true", help=f"libraries at {sizes.long} too")
    parser.add_argument("--methods", nargs="+", default=sizes.methods, metavar="NAME")
    given = parser.parse_args(arguments)
    # The processes that measure read these when they load numpy.
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    print(f"{sizes.variables} variables, {sizes.lags} lags, one thread, wall seconds, peak memory")
    print(_HEAD)
    both = sizes.compared + (sizes.long if given.long else ())
    for method in given.methods:
        for steps in (*sizes.compared, *sizes.long, *sizes.alone):
            problem = Problem(method, sizes.variables, sizes.lags, steps, mechanism="linear")
            _row(problem, steps in both, sizes)


def _row(problem: Problem, both: bool, sizes: Sizes) -> None:
    """Measure and print one row below `_HEAD`."""
    ours = sizes.measure(problem._replace(parameters=(("exact", "fast"),)))
    if both:
        theirs = sizes.measure(problem._replace(parameters=(("exact", "library"),)))
        ratio = f"{theirs.seconds / ours.seconds:.1f}"
        seconds, peak = f"{theirs.seconds:.2f}", f"{theirs.peak:.2f}"
        equality = _equality(ours, theirs)
    else:
        seconds = ratio = peak = "-"
        equality = "library not measured"
    print(
        f"{problem.method:<10} {problem.steps:>9,}   {seconds:>9} {ours.seconds:>8.2f} "
        f"{ratio:>7}   {peak:>11} {ours.peak:>8.2f}   {equality}",
        flush=True,
    )


def _equality(ours: Cost, theirs: Cost) -> str:
    """Return by how much scores up to `_LARGEST` differ, and how many edges only one selects."""
    apart = np.nanmax(np.abs(ours.scores.clip(max=_LARGEST) - theirs.scores.clip(max=_LARGEST)))
    assert ours.adjacency is not None
    assert theirs.adjacency is not None
    edges = int((ours.adjacency != theirs.adjacency).sum())
    return f"scores differ by {apart:.0e}, {edges} edges differ"


if __name__ == "__main__":
    main()
