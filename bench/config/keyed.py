"""Which parameters enter the key of a cell.

`keyed.yaml` lists those that stored keys hold whatever their value. Any other parameter enters
only where it differs from its default, so that a new one orphans no stored result. If a default
changes, or what a method does at its defaults, its class has to raise its `version`, which enters
too.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import methods.registry
from methods.types.errors import InputError

Family = Literal["methods", "simulators", "finders"]


def keyed(built: object, family: Family, name: str) -> dict[str, Any]:
    """Return the parameters of a method or simulator that enter the key of its cells.

    Parameters
    ----------
    built
        The method, simulator or finder.
    family, name
        Under which `keyed.yaml` lists it.

    Raises
    ------
    InputError
        If a parameter is no finite number.
    """
    always = _listed().get(family, {}).get(name, frozenset())
    defaults = defaults_of(type(built))  # type: ignore[arg-type]  # every class can be hashed
    return _differing(_plain(parameters_of(built), name), defaults, always, "")


def parameters_of(built: object) -> dict[str, Any]:
    """Return all parameters of an object, those of nested objects under their names."""
    if dataclasses.is_dataclass(built) and not isinstance(built, type):
        return dataclasses.asdict(built)
    return dict(vars(built))


def source_of(name: str) -> str:
    """Return the hash of the file of a method given as `module:Class`; empty for a registered one.

    16 hex digits. Modules that the file imports are no part of it.
    """
    file = inspect.getsourcefile(methods.registry.load(name)) if ":" in name else None
    return "" if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


@functools.cache
def defaults_of(cls: type) -> dict[str, Any]:
    """Return the default of every parameter that has one, nested ones under their names."""
    if not dataclasses.is_dataclass(cls):
        signature = inspect.signature(cls).parameters.values()
        return {p.name: p.default for p in signature if p.default is not inspect.Parameter.empty}
    found: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        if field.default is not dataclasses.MISSING:
            found[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            made: Any = field.default_factory()
            found[field.name] = parameters_of(made) if dataclasses.is_dataclass(made) else made
    return {name: _plain(value, name) for name, value in found.items()}


def _plain(value: Any, name: str) -> Any:
    """Return a value as plain JSON."""
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=parameters_of))
    except ValueError:
        raise InputError(f"{name}: expected finite numbers, found {value}") from None


def _differing(
    params: Mapping[str, Any], defaults: Mapping[str, Any], always: frozenset[str], before: str
) -> dict[str, Any]:
    """Return the parameters that are listed or differ from their defaults."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        path, default = f"{before}{name}", defaults.get(name, dataclasses.MISSING)
        if path in always or default is dataclasses.MISSING:
            found[name] = value
        elif isinstance(value, Mapping) and isinstance(default, Mapping):
            nested = _differing(value, default, always, f"{path}.")
            if nested:
                found[name] = nested
        elif value != default:
            found[name] = value
    return found


@functools.cache
def _listed() -> dict[str, dict[str, frozenset[str]]]:
    from omegaconf import OmegaConf

    text = (resources.files("bench.config") / "keyed.yaml").read_text(encoding="utf-8")
    node: Any = OmegaConf.to_container(OmegaConf.create(text))
    return {
        family: {name: frozenset(names) for name, names in listed.items()}
        for family, listed in node.items()
    }
