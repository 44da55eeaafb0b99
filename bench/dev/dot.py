"""The cost of `dot` compared with PCMCI, and how it grows: `make bench-dot`.

Both run on the same series with two threads each. PCMCI runs with tigramite's ParCorr and with
ours, which has the same result. `make bench-dot ARGS=--long` adds tigramite's at 1,000,000 steps,
which takes some minutes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bench.dev.costs import Cost, Problem, cost, exponent
from bench.threads import VARIABLES

THREADS = 2
_HEAD = "variables  lags      steps    wall s     CPU s  training  attribution    GiB"


class Sizes(NamedTuple):
    """What is measured.

    Parameters
    ----------
    compared
        Steps at which tigramite's PCMCI always runs.
    long
        Steps at which it runs with `--long` only.
    steps, variables, lags
        Sizes of the tables of growth. One of them changes at a time; the others are 10 variables,
        5 lags and the first of `steps`.
    large
        Variables, lags and steps of the problem that has to fit into memory.
    parameters
        Names and values of parameters of `dot`.
    measure
        Returns the cost of a problem.
    """

    compared: tuple[int, ...] = (50_000, 100_000)
    long: int = 1_000_000
    steps: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    variables: tuple[int, ...] = (10, 30, 100)
    lags: tuple[int, ...] = (5, 15, 50)
    large: tuple[int, int, int] = (100, 50, 20_000)
    parameters: tuple[tuple[str, Any], ...] = ()
    measure: Callable[[Problem], Cost] = cost


def main(arguments: Sequence[str] | None = None, sizes: Sizes | None = None) -> None:
    """Measure everything in one run, on an otherwise idle machine."""
    sizes = sizes or Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench.dev.dot")
    parser.add_argument("--long", action="store_true", help=f"PCMCI at {sizes.long:,} steps too")
    both = parser.parse_args(arguments).long
    # The processes that measure read these when they load numpy.
    os.environ.update(dict.fromkeys(VARIABLES, str(THREADS)))
    _compare_with_pcmci(sizes, both)
    _growth(sizes)
    _large(sizes)


def _compare_with_pcmci(sizes: Sizes, both: bool) -> None:
    print(f"from series to graph, 10 variables, 5 lags, {THREADS} threads, wall seconds")
    for steps in (*sizes.compared, sizes.long):
        ours = sizes.measure(Problem(steps=steps, parameters=_on("cpu", sizes)))
        exact = sizes.measure(Problem("pcmci", steps=steps))
        line = f"  {steps:>9,} steps  dot {ours.seconds:7.1f}  our PCMCI {exact.seconds:5.1f}"
        if steps != sizes.long or both:
            theirs = sizes.measure(
                Problem("pcmci", steps=steps, parameters=(("exact", "library"),))
            )
            ratio = theirs.seconds / ours.seconds
            line += f"  tigramite PCMCI {theirs.seconds:7.1f}  ratio {ratio:.1f}"
        else:
            line += "  tigramite PCMCI not measured: --long does"
        print(line, flush=True)


def _growth(sizes: Sizes) -> None:
    """Print a table for each size, and the exponents with which CPU seconds and memory grow."""
    for name in ("steps", "variables", "lags"):
        values = getattr(sizes, name)
        print(f"{name}\n  {_HEAD}")
        base = Problem(steps=sizes.steps[0], parameters=_on("cpu", sizes))
        costs = [_row(base._replace(**{name: value}), sizes) for value in values]
        for what in ("cpu_seconds", "peak"):
            power = exponent(values, [getattr(each, what) for each in costs])
            print(f"  {what.replace('_', ' ')} ~ {name} ** {power:.2f}")


def _large(sizes: Sizes) -> None:
    print(f"a large problem (below 4 GiB)\n  {_HEAD}")
    variables, lags, steps = sizes.large
    few = {**dict(sizes.parameters), "updates": 20, "members": 1, "device": "cpu"}
    _row(Problem("dot", variables, lags, steps, tuple(few.items())), sizes)


def _on(device: str, sizes: Sizes) -> tuple[tuple[str, Any], ...]:
    return (*sizes.parameters, ("device", device))


def _row(problem: Problem, sizes: Sizes) -> Cost:
    """Measure and print one row below `_HEAD`; the last share is attribution over training."""
    each = sizes.measure(problem)
    share = 100 * each.attribution / each.training
    print(
        f"  {problem.variables:9} {problem.lags:5} {problem.steps:10,} {each.seconds:9.1f} "
        f"{each.cpu_seconds:9.1f} {each.training:9.1f} {each.attribution:6.1f} {share:3.0f} % "
        f"{each.peak:6.2f}",
        flush=True,
    )
    return each


if __name__ == "__main__":
    main()
