"""A cell is one run: one system, one length, one method, one seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import methods.registry
import simulators
from bench.config.keyed import defaults_of
from bench.config.validate import build
from methods import Method
from methods.regimes.per_regime import Choice, PerRegime
from methods.types.errors import InputError
from simulators import Simulator

SCHEMA = 2
"""Version of the description of a cell and of its record; see `bench.store.schema`."""

Status = Literal["ok", "declined", "error", "timeout", "out_of_memory", "crashed"]
NotOk = Literal["declined", "error", "timeout", "out_of_memory", "crashed"]

STATUSES: tuple[Status, ...] = get_args(Status)
"""How a cell can end. A method that declines a problem has not failed; the last four are."""

_KEYED_AS = {"recorded": "bench.datasets:Recorded"}
"""Kinds of simulator that have moved, and what stored keys call them."""


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
        The parameters that enter the key, see `bench.config.keyed`; all others are at their
        defaults.
    simulator_version, method_version
        Versions of the classes, see `methods.Method.version`.
    method_source
        Of a method given as `module:Class`: the hash of its file, so that it is run anew where
        its code has changed. Empty for a registered method.
    n_samples
        Time steps of the series.
    seed
        Seed of the system, the series and the method, each through streams of its own.
    regimes
        The protocol of a run, which is what is done about regimes; see
        `methods.regimes.per_regime`. How a score is read off its result (the paper's rule or the
        fair one) is no part of a run, so both come from the same cells; see
        `bench.report.run_report`.
    finder
        With `regimes` as `found`: `name`, `params` and `version` of the finder, with the
        parameters that differ from their defaults; otherwise empty.
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
    regimes: Choice
    finder: Mapping[str, Any] = field(default_factory=dict)
    axes: Mapping[str, Any] = field(default_factory=dict)
    simulator_version: int = 1
    method_version: int = 1
    method_source: str = ""

    @cached_property
    def key(self) -> str:
        """Hash of `describe()`, 16 hex digits."""
        return content_key(self.describe())

    @cached_property
    def condition(self) -> str:
        """Hash of what its systems share: kind, length, and what is done about regimes."""
        return content_key({**self._system(), "n_samples": self.n_samples})

    @cached_property
    def point(self) -> str:
        """Hash of the kind of system: that of `condition`, whatever the length."""
        return content_key(self._system())

    def _system(self) -> dict[str, Any]:
        # What is done about regimes is keyed by method, and here the same for all.
        return {"simulator": self.describe()["simulator"], "regimes": self.choice}

    def describe(self) -> dict[str, Any]:
        """Return everything that decides the result, in plain JSON; labels are left out.

        Nor is the version of the code a part of it: that is in the record, and
        `lagbench status` says which records other versions made.
        """
        simulator = {
            "kind": _KEYED_AS.get(self.kind, self.kind),
            "params": self.simulator_params,
        }
        method = {"name": self.method, "params": self.method_params}
        if self.method_source:
            method["source"] = self.method_source
        description: dict[str, Any] = canonical(
            {
                "schema": SCHEMA,
                "simulator": simulator | _unless_first(self.simulator_version),
                "n_samples": self.n_samples,
                "seed": self.seed,
                "protocol": self._protocol(),
                "method": method | _unless_first(self.method_version),
            }
        )
        return description

    def _protocol(self) -> dict[str, Any]:
        """Return what is done about regimes, as stored keys have it.

        They know `own`, and `told` of a method that takes labels by itself. Without the wrapper,
        labels told to any other method changed nothing.
        """
        if self.regimes == "own":
            return {"regimes_known": False}
        if self.regimes == "told" and self._takes_labels():
            return {"regimes_known": True}
        finder = {"finder": self.finder} if self.finder else {}
        return {"regimes_known": self.regimes == "told", "regimes": self.regimes, **finder}

    def _takes_labels(self) -> bool:
        try:
            declared: Any = methods.registry.load(self.method).handles
            if not isinstance(declared, methods.Handles):  # it depends on the parameters
                declared = build_method(self.method, self.method_params).handles
        except InputError:  # its package is not installed any more
            return False
        return bool(declared.regimes)

    @property
    def choice(self) -> str:
        """What is done about regimes as one word, such as `pool` or `found:ruptures`."""
        if not self.finder:
            return self.regimes
        params = (f",{name}={value}" for name, value in self.finder["params"].items())
        return f"{self.regimes}:{self.finder['name']}{''.join(params)}"

    def all_method_params(self) -> dict[str, Any]:
        """Return every parameter of the method, those at their defaults included."""
        return {**_defaults(methods.registry.load, self.method), **self.method_params}

    def all_simulator_params(self) -> dict[str, Any]:
        """Return every parameter of the simulator, those at their defaults included."""
        return merged(_defaults(simulators.load, self.kind), self.simulator_params)

    def build_simulator(self) -> Simulator:
        """Return the simulator this cell describes."""
        return build(simulators.load(self.kind), self.simulator_params, self.simulator)

    def build_method(self) -> Method:
        """Return the method this cell describes, under its choice of regimes."""
        return build_method(self.method, self.method_params, self.regimes, self.finder)


def build_method(
    name: str,
    params: Mapping[str, Any],
    regimes: Choice = "own",
    finder: Mapping[str, Any] | None = None,
) -> Method:
    """Return a method from plain values, wrapped where the regimes are not left to it.

    See `Cell` for the values.
    """
    method = build(methods.registry.load(name), params, name)
    if regimes == "own":
        return method
    found = None
    if finder:
        found = build(methods.registry.load_finder(finder["name"]), finder["params"], "finder")
    return PerRegime(method=method, regimes=regimes, finder=found)


def _defaults(load: Callable[[str], type], name: str) -> dict[str, Any]:
    """Return the defaults of a class; none where its package is not installed any more."""
    try:
        return defaults_of(load(name))
    except InputError:
        return {}


def _unless_first(version: int) -> dict[str, int]:
    return {} if version == 1 else {"version": version}


def merged(defaults: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested parameters over their defaults, which stay as they are."""
    both = {**defaults, **params}
    return {
        name: merged(defaults.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in both.items()
    }


def axes_text(axes: Mapping[str, Any]) -> str:
    """Return the one text that stands for a point of a grid, as `graph.n_vars=5 noise.scale=2`.

    Lists and mappings are JSON without spaces.

    >>> axes_text({"graph.in_degree": [1, 2], "noise.kind": "uniform"})
    'graph.in_degree=[1,2] noise.kind=uniform'
    """
    return " ".join(f"{name}={value_text(value)}" for name, value in axes.items())


def value_text(value: Any) -> str:
    """Return one value of an axis as text; see `axes_text`."""
    nested = isinstance(value, list | tuple | dict)
    return json.dumps(value, separators=(",", ":")) if nested else str(value)


def failed(status: str) -> bool:
    """Whether a status is a failure."""
    return status not in ("ok", "declined")


def choice_of(protocol: Mapping[str, Any]) -> tuple[Choice, dict[str, Any]]:
    """Return `regimes` and `finder` of a cell from the protocol in its description."""
    known = "told" if protocol["regimes_known"] else "own"
    return protocol.get("regimes", known), dict(protocol.get("finder", {}))


def canonical(value: Any) -> Any:
    """Return plain JSON in which equal numbers are equal text: 1.0 is 1 and a tuple a list.

    >>> canonical({"a": (1.0, 0.5)})
    {'a': [1, 0.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): canonical(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def content_key(description: Mapping[str, Any]) -> str:
    """Return the key of a canonical description: its SHA-256, 16 hex digits."""
    text = json.dumps(description, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
