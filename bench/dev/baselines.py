"""The baselines as their library ships them beside ours: `make bench-baselines`.

Every method of the table has a switch `exact`, `fast` or `library`, that changes its cost and
nothing else. Both run on the same linear series of 10 variables and 5 lags, each in a process of
its own with one thread. `make bench-baselines ARGS=--long` runs the libraries on the longest
series too, which takes half an hour.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
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
        By name, each with the switch `exact`.
    beside
        Steps at which the library runs too.
    long
        Steps at which it runs if that is asked for.
    alone
        Steps at which only ours runs.
    variables, lags
        Of every series.
    """

    methods: tuple[str, ...] = METHODS
    beside: tuple[int, ...] = (1_000, 10_000)
    long: tuple[int, ...] = (100_000,)
    alone: tuple[int, ...] = (1_000_000,)
    variables: int = 10
    lags: int = 5


def main(arguments: Sequence[str] | None = None, sizes: Sizes | None = None) -> None:
    """Measure everything in one run, on an otherwise idle machine."""
    sizes = sizes or Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench.dev.baselines")
    parser.add_argument("--long", action="store_true", help=f"libraries at {sizes.long} too")
    parser.add_argument("--methods", nargs="+", default=sizes.methods, metavar="NAME")
    given = parser.parse_args(arguments)
    for name in VARIABLES:  # read by the processes that measure when they load numpy
        os.environ[name] = "1"
    _write(
        f"{sizes.variables} variables, {sizes.lags} lags, one thread, wall seconds, peak memory"
    )
    _write(_HEAD)
    both = sizes.beside + (sizes.long if given.long else ())
    for method in given.methods:
        for steps in (*sizes.beside, *sizes.long, *sizes.alone):
            _row(Problem(method, sizes.variables, sizes.lags, steps), steps in both)


def _row(problem: Problem, both: bool) -> None:
    """Measure and print one row under `_HEAD`."""
    ours = _cost(problem, "fast")
    if both:
        theirs = _cost(problem, "library")
        ratio = f"{theirs.seconds / ours.seconds:.1f}"
        seconds, peak = f"{theirs.seconds:.2f}", f"{theirs.peak:.2f}"
        equality = _equality(ours, theirs)
    else:
        seconds = ratio = peak = "-"
        equality = "library not measured"
    _write(
        f"{problem.method:<10} {problem.steps:>9,}   {seconds:>9} {ours.seconds:>8.2f} "
        f"{ratio:>7}   {peak:>11} {ours.peak:>8.2f}   {equality}"
    )


def _cost(problem: Problem, exact: str) -> Cost:
    return cost(problem._replace(parameters=(("exact", exact),), mechanism="linear"))


def _equality(ours: Cost, theirs: Cost) -> str:
    """Say how far scores up to `_LARGEST` are apart, and how many edges only one selects."""
    apart = np.nanmax(np.abs(ours.scores.clip(max=_LARGEST) - theirs.scores.clip(max=_LARGEST)))
    assert ours.adjacency is not None
    assert theirs.adjacency is not None
    edges = int((ours.adjacency != theirs.adjacency).sum())
    return f"scores differ by {apart:.0e}, {edges} edges differ"


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
