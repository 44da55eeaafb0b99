"""What words give of somebody's own: classes as module:Class, parameters, recorded data alone.

Hydra's grammar has no colons in keys, so that `methods.my_method:Ridge.penalty=2` is read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from methods.types.errors import InputError

Given = dict[str, dict[str, dict[str, Any]]]
"""The parameters of each class that was given, by group and `module:Class`."""


def names_in(word: str) -> list[str]:
    """Return the names that an override such as `method=[var,my_method:Ridge]` selects.

    >>> names_in("method=[var,my_method:Ridge]")
    ['var', 'my_method:Ridge']
    """
    value = word.partition("=")[2]
    if "(" in value:
        return []
    names = (part.strip("[] '\"") for part in value.split(","))
    return [name for name in names if name not in ("", "null")]


def classes(words: Sequence[str]) -> tuple[Given, list[str]]:
    """Return the classes that overrides name, with their parameters, and the other overrides.

    Parameters
    ----------
    words
        Overrides. Those of a parameter of a class, `methods.my_method:Ridge.penalty=2`, are taken
        out of them.

    Raises
    ------
    InputError
        If such an override gives several values, or none that can be read.
    """
    given: Given = {"method": {}, "finder": {}}
    for word in words:
        group = word.partition("=")[0]
        if group in given:
            given[group] |= {name: {} for name in names_in(word) if ":" in name}
    rest = [word for word in words if not _taken(word, given)]
    return given, rest


def parameters(words: Sequence[str], option: str) -> dict[str, Any]:
    """Return the parameters in words such as `alpha=0.01`; dots lead into nested ones.

    Values are read as those of overrides are. `option` is where the words stand, for the error.

    >>> parameters(["alpha=0.01", "readout.fdr=0.2"], "--set")
    {'alpha': 0.01, 'readout': {'fdr': 0.2}}
    """
    params: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals):
            raise InputError(f"{option}: expected NAME=VALUE, as alpha=0.01, found {word!r}")
        _set(params, key.split("."), _value(f"{option} {key}", value))
    return params


def _taken(word: str, given: Given) -> bool:
    """Whether an override is about a given class; then its value stands in `given`."""
    key, _, value = word.lstrip("+").partition("=")
    for group, found in given.items():
        for name, params in found.items():
            before = f"{group}s.{name}."
            if key.startswith(before):
                _set(params, key.removeprefix(before).split("."), _value(key, value))
                return True
    return False


def _value(key: str, text: str) -> Any:
    try:
        override = OverridesParser.create().parse_override(f"value={text}")
    except HydraException:
        raise InputError(f"{key}: expected a value, found {text!r}") from None
    if override.is_sweep_override():
        raise InputError(f"{key}: expected one value, found several: {text}")
    return override.value()


def _set(params: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        params = params.setdefault(part, {})
    params[path[-1]] = value


def without_simulators(words: Sequence[str]) -> list[str]:
    """Return the overrides, with `simulator=[]` where they name recorded data and no simulator.

    The default simulator would otherwise be averaged with somebody's own data.
    """
    keys = {word.partition("=")[0] for word in words}
    named = any(word.startswith("dataset=") and names_in(word) for word in words)
    alone = named and not keys & {"simulator", "experiment", "profile"}
    return [*words, "simulator=[]"] if alone else [*words]
