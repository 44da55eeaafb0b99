"""Systems with a known lagged causal graph, found by the name of their kind.

A simulator is a configuration; `draw(seed)` fixes one system with its truth, and
`system.generate(n_samples)` lets it run.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from methods.types.errors import InputError
from simulators.base import Sample, Simulator, System
from simulators.streams import stream

__all__ = ["KINDS", "Sample", "Simulator", "System", "load", "stream"]

KINDS: Mapping[str, str] = {
    "recorded": "simulators.recorded:Recorded",
    "structural": "simulators.structural:Structural",
    "lorenz96": "simulators.lorenz96:Lorenz96",
    "linear_var": "simulators.linear_var:LinearVAR",
}
"""Kinds of simulator by name, as `module:Class`, imported when loaded."""

_MOVED = {"bench.datasets:Recorded": "recorded"}
"""What stored cells call a kind that has moved."""


def load(kind: str) -> type[Simulator]:
    """Return the class of a kind of simulator, or a class given as `module:Class`.

    Raises
    ------
    ValueError
        If nothing has that name, or it is not a `Simulator`.
    """
    kind = _MOVED.get(kind, kind)
    module, _, name = KINDS.get(kind, kind).partition(":")
    if not name:
        raise InputError(
            f"kind: expected one of {', '.join(KINDS)}, or module:Class, found {kind!r}; named "
            "simulators are loaded by `from bench import simulator`"
        )
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"kind: expected module:Class that can be imported, found {kind!r} ({error})"
        ) from error
    if not (isinstance(found, type) and issubclass(found, Simulator)):
        raise InputError(f"kind: expected a subclass of simulators.Simulator, found {kind!r}")
    return found
