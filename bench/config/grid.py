"""A config expands to a grid of cells: simulators x grid x lengths x seeds x methods."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import methods.registry
import simulators
from bench.config.cell import Cell
from bench.config.settings import Settings
from bench.config.validate import build
from methods.types.errors import InputError


def expand(settings: Settings) -> list[Cell]:
    """Return every cell of a config: simulators x grid x lengths x seeds x methods.

    Raises
    ------
    ValueError
        Names the first key whose value is not allowed, or a method or simulator that is unknown.
    """
    chosen = {
        name: _all_params(methods.registry.load(name), params, f"methods.{name}")
        for name, params in settings.methods.items()
    }
    points = [
        (name, kind, params, axes)
        for name, node in settings.simulators.items()
        for kind, params, axes in _points(name, node, settings.grid)
    ]
    return [
        Cell(
            simulator=name,
            method=method,
            kind=kind,
            simulator_params=params,
            method_params=method_params,
            n_samples=n_samples,
            seed=seed,
            regimes_known=settings.regimes_known,
            axes=axes,
        )
        for name, kind, params, axes in points
        for n_samples in settings.n_samples
        for seed in settings.seeds
        for method, method_params in chosen.items()
    ]


def _points(
    name: str, node: Mapping[str, Any], grid: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield kind, all parameters and the axis labels of each grid point of one simulator."""
    params = {key: value for key, value in node.items() if key != "kind"}
    leaves = list(_leaves(grid, ()))
    for values in itertools.product(*(choices for _, choices in leaves)):
        point = copy.deepcopy(params)
        for (path, _), value in zip(leaves, values, strict=True):
            _set(point, path, value)
        every = _all_params(simulators.load(node.get("kind", "")), point, f"simulators.{name}")
        axes = {".".join(p): value for (p, _), value in zip(leaves, values, strict=True)}
        yield node["kind"], every, axes


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


def _all_params(cls: type, given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Check parameters and return all of them as JSON values, defaults included."""
    built: object = build(cls, given, key)
    if dataclasses.is_dataclass(built) and not isinstance(built, type):
        params = dataclasses.asdict(built)
    else:
        params = vars(built)
    try:
        plain: dict[str, Any] = json.loads(json.dumps(params, allow_nan=False))
    except ValueError:
        raise InputError(f"{key}: expected finite numbers, found {params}") from None
    return plain
