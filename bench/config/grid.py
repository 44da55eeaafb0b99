"""A config expands to cells: systems x lengths x choices of regimes x seeds x methods."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import methods.registry
import simulators
from bench.config.cell import Cell
from bench.config.keyed import keyed, source_of
from bench.config.settings import Settings
from bench.config.validate import build
from methods.regimes.per_regime import Choice
from methods.types.errors import InputError


def expand(settings: Settings) -> list[Cell]:
    """Return every cell of a config.

    They are simulators x grid x lengths x choices of regimes x seeds x methods.

    Raises
    ------
    ValueError
        Names the first key whose value is not allowed, or a method or simulator that is unknown.
    """
    chosen = {
        name: build(methods.registry.load(name), params, f"methods.{name}")
        for name, params in settings.methods.items()
    }
    method_params = {name: keyed(method, "methods", name) for name, method in chosen.items()}
    sources = {name: source_of(name) for name in chosen}
    points = [
        (name, point)
        for name, node in settings.simulators.items()
        for point in _points(name, node, settings)
    ]
    return [
        Cell(
            simulator=name,
            method=method,
            kind=point.kind,
            simulator_params=point.params,
            simulator_version=point.version,
            method_params=method_params[method],
            method_version=chosen[method].version,
            method_source=sources[method],
            n_samples=n_samples,
            seed=seed,
            regimes=choice,
            finder=finder,
            axes=point.axes,
        )
        for name, point in points
        for n_samples in settings.n_samples
        for choice, finder in _choices(settings)
        for seed in point.seeds
        for method in chosen
    ]


def left_out(cells: Iterable[Cell], settings: Settings) -> list[str]:
    """Return a line for each recorded data set that has no system for some of the seeds."""
    seeds: dict[str, set[int]] = {}
    for cell in cells:
        seeds.setdefault(cell.simulator, set()).add(cell.seed)
    return [
        f"{name}: left out are the seeds {', '.join(map(str, sorted(missing)))}, which are places "
        "beyond its last set"
        for name, found in seeds.items()
        if (missing := set(settings.seeds) - found)
    ]


def _choices(settings: Settings) -> list[tuple[Choice, dict[str, Any]]]:
    """Return each choice of regimes, `found` once for every finder."""
    finders = []
    for name, params in settings.finders.items():
        built = build(methods.registry.load_finder(name), params, f"finders.{name}")
        finders.append(
            {"name": name, "params": keyed(built, "finders", name), "version": built.version}
        )
    if "found" in settings.regimes and not finders:
        raise InputError("finder: expected a finder with regimes=found, found none")
    return [
        (choice, finder)
        for choice in settings.regimes
        for finder in (finders if choice == "found" else [{}])
    ]


class _Point(NamedTuple):
    """One simulator at one point of the grid."""

    kind: str
    params: dict[str, Any]
    version: int
    axes: dict[str, Any]
    seeds: tuple[int, ...]


def _points(name: str, node: Mapping[str, Any], settings: Settings) -> Iterator[_Point]:
    """Yield each grid point of one simulator."""
    params = {key: value for key, value in node.items() if key != "kind"}
    leaves = list(_leaves(settings.grid, ()))
    for values in itertools.product(*(choices for _, choices in leaves)):
        point = copy.deepcopy(params)
        for (path, _), value in zip(leaves, values, strict=True):
            _set(point, path, value)
        kind = node.get("kind", "")
        built = build(simulators.load(kind), point, f"simulators.{name}")
        axes = {".".join(p): value for (p, _), value in zip(leaves, values, strict=True)}
        seeds = built.drawable(settings.seeds)
        yield _Point(kind, keyed(built, "simulators", kind), built.version, axes, seeds)


def _leaves(
    grid: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for key, value in grid.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        elif isinstance(value, list) and value:
            yield (*path, key), value
        else:
            where = ".".join(("grid", *path, key))
            raise InputError(f"{where}: expected a list of values to sweep, found {value!r}")


def _set(params: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for depth, key in enumerate(path[:-1], start=1):
        params = params.setdefault(key, {})
        if not isinstance(params, dict):
            where = ".".join(("grid", *path[:depth]))
            raise InputError(f"{where}: expected a list of values to sweep, found a tree")
    params[path[-1]] = value
