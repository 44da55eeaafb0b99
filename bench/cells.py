"""A cell is one run: one system, one length, one method. A config expands to a grid of cells."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import methods.registry
import simulators
from bench.nodes import build
from bench.settings import Settings
from methods import Method
from simulators import Simulator

SCHEMA = 1


@dataclass(frozen=True)
class Cell:
    """What is run, in plain values.

    Parameters
    ----------
    simulator, method
        Names in the config, which label the rows of a table.
    kind
        The simulator's kind, see `simulators.load`.
    simulator_params, method_params
        All parameters, defaults included.
    n_samples
        Time steps of the series.
    seed
        Seed of the system, the series and the method, each through streams of its own.
    regimes_known
        Whether the method is given regime labels.
    axes
        The grid point, as labels: dotted parameter name and value.
    """

    simulator: str
    method: str
    kind: str
    simulator_params: Mapping[str, Any]
    method_params: Mapping[str, Any]
    n_samples: int
    seed: int
    regimes_known: bool
    axes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Content hash (16 hex digits) of everything that decides the result, labels excluded."""
        content = {
            "schema": SCHEMA,
            "kind": self.kind,
            "simulator": self.simulator_params,
            "method": self.method,
            "params": self.method_params,
            "n_samples": self.n_samples,
            "seed": self.seed,
            "regimes_known": self.regimes_known,
        }
        text = json.dumps(content, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def build_simulator(self) -> Simulator:
        """Return the simulator this cell describes."""
        return build(simulators.load(self.kind), self.simulator_params, self.simulator)

    def build_method(self) -> Method:
        """Return the method this cell describes."""
        return build(methods.registry.load(self.method), self.method_params, self.method)


def expand(settings: Settings) -> list[Cell]:
    """Return every cell of a config: simulators x grid x lengths x seeds x methods.

    Raises
    ------
    ValueError
        Names the first key whose value is not allowed, or a method or simulator that is unknown.
    """
    chosen = {
        name: _plain(build(methods.registry.load(name), params, f"methods.{name}"))
        for name, params in settings.methods.items()
    }
    points = [
        (name, kind, params, axes)
        for name, node in settings.simulators.items()
        for kind, params, axes in _points(name, node, settings.grid)
    ]
    return [
        Cell(
            simulator=name, method=method, kind=kind, simulator_params=params,
            method_params=method_params, n_samples=n_samples, seed=seed,
            regimes_known=settings.regimes_known, axes=axes,
        )
        for name, kind, params, axes in points
        for n_samples in settings.n_samples
        for seed in settings.seeds
        for method, method_params in chosen.items()
    ]  # fmt: skip


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
        simulator = build(simulators.load(node.get("kind", "")), point, f"simulators.{name}")
        axes = {".".join(p): value for (p, _), value in zip(leaves, values, strict=True)}
        yield node["kind"], _plain(simulator), axes


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
            raise ValueError(f"{where}: expected a list of values to sweep, found {value!r}")


def _set(params: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for depth, key in enumerate(path[:-1], start=1):
        params = params.setdefault(key, {})
        if not isinstance(params, dict):
            where = ".".join(("grid", *path[:depth]))
            raise ValueError(f"{where}: expected a list of values to sweep, found a tree")
    params[path[-1]] = value


def _plain(config: Any) -> dict[str, Any]:
    """Return all constructor parameters as JSON values, so that 1 and 1.0 give one key."""
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        params = dataclasses.asdict(config)
    else:
        params = vars(config)
    plain: dict[str, Any] = json.loads(json.dumps(params, allow_nan=False))
    return plain
