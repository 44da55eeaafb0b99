"""The nearest known name to one that nobody knows, for the message about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import yaml

import methods.registry
import simulators
from bench.config.keyed import defaults_of
from methods.types.errors import InputError, did_you_mean

_OVERRIDE = re.compile(r"Could not override '([^']+)'")


def unknown_key(message: str) -> str | None:
    """Return what is wrong with a key that Hydra could not override, None for another message."""
    found = _OVERRIDE.search(message)
    if found is None:
        return None
    key = found[1]
    before = [part for part in re.split(r"\.", key) if part][:2]
    hint = did_you_mean(key, _keys(before))
    return f"{key}: expected a key of the config, found none of that name" + (
        hint or "; `lagbench run --help` lists them, and + before a key adds it to a mapping"
    )


def _keys(before: list[str]) -> Iterator[str]:
    """Yield the keys with the given first parts, or those of the whole config."""
    yield from yaml.safe_load((resources.files("conf") / "config.yaml").read_text("utf-8"))
    yield from (path.name for path in resources.files("conf").iterdir() if path.is_dir())
    if len(before) == 2:
        yield from _flat(_defaults(*before), ".".join(before))


def _defaults(group: str, name: str) -> dict[str, Any]:
    try:
        if group == "methods":
            return defaults_of(methods.registry.load(name))
        if group == "finders":
            return defaults_of(methods.registry.load_finder(name))
        if group == "simulators":
            return defaults_of(simulators.load(_kind(name)))
    except InputError:  # of no class: nothing is near
        pass
    return {}


def _kind(name: str) -> str:
    """Return the kind of a simulator's config; those without one build on `structural`."""
    file = resources.files("conf") / "simulator" / f"{name}.yaml"
    if not file.is_file():
        return ""
    return str(yaml.safe_load(file.read_text(encoding="utf-8")).get("kind", "structural"))


def _flat(params: Mapping[str, Any], before: str) -> Iterator[str]:
    for name, value in params.items():
        yield f"{before}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}.{name}")
