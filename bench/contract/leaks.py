"""Whether a method could see the truth: what it can reach, and what its source imports."""

from __future__ import annotations

import ast
import gc
import importlib.util
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from methods import LaggedGraph

_TRUTH_PACKAGES = ("bench", "simulators")


def truths(*given: object) -> list[object]:
    """Return every graph and every part of a simulator that can be reached from `given`."""
    return [found for found in _reachable(*given) if _knows_truth(found)]


def _knows_truth(found: object) -> bool:
    package = type(found).__module__.partition(".")[0]
    return isinstance(found, LaggedGraph) or package in _TRUTH_PACKAGES


def _reachable(*roots: object) -> Iterator[object]:
    """Walk over everything the roots refer to, except code: classes, functions, modules."""
    code = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        here = waiting.pop()
        if id(here) in seen or isinstance(here, code):
            continue
        seen.add(id(here))
        yield here
        waiting += gc.get_referents(here)
        # The collector does not follow an array of numbers to the one it is a view of.
        if isinstance(here, np.ndarray) and here.base is not None:
            waiting.append(here.base)


def truth_imports(cls: type) -> dict[Path, list[str]]:
    """Return the source files of an adapter that import `bench` or `simulators`, with which."""
    found = {path: sorted(_imported(path) & set(_TRUTH_PACKAGES)) for path in _sources(cls)}
    return {path: packages for path, packages in found.items() if packages}


def _sources(cls: type) -> list[Path]:
    """Return the file of the class's module, or every file of its package if it has its own.

    A package counts as the adapter's own if the class is defined in its `__init__` or in a
    module below the second level, as in `methods.dot.adapter`.
    """
    spec = importlib.util.find_spec(cls.__module__)
    if spec is None or spec.origin is None:
        return []
    file = Path(spec.origin)
    own_package = file.name == "__init__.py" or cls.__module__.count(".") > 1
    return sorted(file.parent.rglob("*.py")) if own_package else [file]


def _imported(path: Path) -> set[str]:
    """Return the top-level packages that a source file imports, at any depth of the code."""
    tops: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            tops.add(node.module.partition(".")[0])
    return tops
