"""Finding methods by name, through the entry-point group `lagbench.methods`, and finders.

Listing reads package metadata only; a method's module is imported when that method is loaded.
"""

from __future__ import annotations

import functools
import importlib
import sys
from importlib.metadata import EntryPoint, entry_points

from methods.regimes.finder import Finder
from methods.types.errors import InputError, did_you_mean
from methods.types.method import Method

GROUP = "lagbench.methods"

FINDERS = {
    "evidence": "methods.regimes.find:Evidence",
    "rpcmci": "methods.pcmci.finder:RPCMCIRegimes",
    "ruptures": "methods.regimes.change_points:Ruptures",
}
"""The finders of regimes by name."""


def available() -> dict[str, EntryPoint]:
    """Return every registered method by name, sorted, without importing any."""
    return dict(_entries(tuple(sys.path)))


@functools.cache  # looking through all installed packages takes milliseconds
def _entries(path: tuple[str, ...]) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP))}


def load(name: str) -> type[Method]:
    """Return the class of a registered method, or of a class given as `module:Class`.

    Raises
    ------
    ValueError
        If nothing has that name, its import fails, or it is not a `Method`.
    """
    if ":" in name:
        return _as_method(name, _import(name))
    known = available()
    if name not in known:
        raise InputError(
            f"method: expected one of {', '.join(known)}, or module:Class, found {name!r}"
            f"{did_you_mean(name, known)}"
        )
    return _as_method(name, _import(known[name].value))


def module_of(name: str) -> str:
    """Return the module in which `load` looks for a method that it knows."""
    return (name if ":" in name else available()[name].value).partition(":")[0]


def load_finder(name: str) -> type[Finder]:
    """Return the class of a finder of regimes, or of a class given as `module:Class`.

    Raises
    ------
    ValueError
        If nothing has that name, its import fails, or it is not a `Finder`.
    """
    if name not in FINDERS and ":" not in name:
        known = ", ".join(FINDERS)
        raise InputError(f"finder: expected one of {known}, or module:Class, found {name!r}")
    found = _import(FINDERS.get(name, name), "finder")
    if not (isinstance(found, type) and issubclass(found, Finder)):
        raise InputError(
            "finder: expected a subclass of methods.regimes.finder.Finder, found "
            f"{name!r}: {found}"
        )
    return found


def _import(path: str, what: str = "method") -> object:
    module, _, attribute = path.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"{what}: expected module:Class that can be imported, found {path!r} ({error})"
        ) from error


def _as_method(name: str, found: object) -> type[Method]:
    if not (isinstance(found, type) and issubclass(found, Method)):
        raise InputError(f"method: expected a subclass of methods.Method, found {name!r}: {found}")
    return found
