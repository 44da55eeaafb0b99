"""Systems with a known lagged causal graph, found by the name of their kind.

A simulator is a configuration; `draw(seed)` fixes one system with its truth, and
`system.generate(n_samples)` lets it run.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from simulators.base import Sample, Simulator, System
from simulators.streams import stream

__all__ = ["KINDS", "Sample", "Simulator", "System", "load", "stream"]

KINDS: Mapping[str, str] = {
    "structural": "simulators.structural:Structural",
    "lorenz96": "simulators.lorenz96:Lorenz96",
    "linear_var": "simulators.linear_var:LinearVAR",
}
"""Kinds of simulator by name, as `module:Class`, imported when loaded."""


def load(kind: str) -> type[Simulator]:
    """Return the class of a kind of simulator.

    Raises
    ------
    ValueError
        If nothing has that name.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: expected one of {', '.join(KINDS)}, found {kind!r}")
    module, _, name = KINDS[kind].partition(":")
    found: type[Simulator] = getattr(importlib.import_module(module), name)
    return found
