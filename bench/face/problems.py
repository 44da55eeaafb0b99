"""What a comparison is given: systems and methods under names, and the series of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import methods.registry
from bench.config.named import simulator
from methods import InputError, LaggedGraph, Method, TimeSeries
from simulators import Simulator

if TYPE_CHECKING:
    import pandas as pd

Known: TypeAlias = "tuple[TimeSeries | pd.DataFrame, LaggedGraph]"
"""A series of one's own and its true graph."""

Systems: TypeAlias = "Sequence[str | Simulator] | Mapping[str, str | Simulator | Known]"
Methods: TypeAlias = "Sequence[str | Method] | Mapping[str, str | Method]"


class Problem(NamedTuple):
    """One series whose graph is known.

    Parameters
    ----------
    system, n_samples, seed
        Where it comes from; the seed of a series of one's own is 0.
    series, truth, max_lag
        What methods get, what they are scored against, and the largest lag, in steps.
    """

    system: str
    n_samples: int
    seed: int
    series: TimeSeries
    truth: LaggedGraph
    max_lag: int


def problems(
    systems: Systems, n_samples: Sequence[int], seeds: Sequence[int]
) -> Iterator[Problem]:
    """Yield each series: systems x lengths x seeds, and a series of one's own once."""
    for name, system in named(systems, "systems").items():
        if isinstance(system, tuple):
            yield _own(name, *system)
            continue
        built = simulator(system) if isinstance(system, str) else system
        if not isinstance(built, Simulator):
            raise InputError(
                f"systems, {name}: expected a name, a Simulator or (series, truth), found "
                f"{type(built).__name__}"
            )
        for seed in built.drawable(seeds):
            drawn = built.draw(seed)
            for n in n_samples:
                sample = drawn.generate(n)
                truth = sample.truth_of(drawn)
                yield Problem(name, n, seed, sample.series, truth, drawn.max_lag)


def _own(name: str, data: Any, truth: LaggedGraph) -> Problem:
    series = data if isinstance(data, TimeSeries) else TimeSeries.from_frame(data)
    if truth.max_lag < 1 or truth.adjacency is None:
        raise InputError(
            f"systems, {name}: expected a true graph with its edges as adjacency and a lag of 1 "
            f"or more, found {truth}"
        )
    return Problem(name, series.n_samples, 0, series, truth, truth.max_lag)


def built(given: Methods) -> dict[str, Method]:
    """Return the methods by the names under which they are shown."""
    return {
        name: methods.registry.load(method)() if isinstance(method, str) else method
        for name, method in named(given, "methods").items()
    }


def named(given: Sequence[Any] | Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return a mapping as it is, and what is in a list by its text or the name of its class.

    Raises
    ------
    ValueError
        If two would have the same name, or there is nothing.
    """
    if isinstance(given, Mapping):
        found = dict(given)
    else:
        names = [part if isinstance(part, str) else type(part).__name__ for part in given]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise InputError(
                f"{what}: expected one of each name, found several {', '.join(doubled)}; give a "
                "mapping from names of your own"
            )
        found = dict(zip(names, given, strict=True))
    if not found:
        raise InputError(f"{what}: expected at least one, found none")
    return found
