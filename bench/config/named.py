"""A simulator by the name that `lagbench list simulators` shows, for Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hydra

import simulators
from bench.config.cell import merged
from bench.config.compose import compose, prepare
from bench.config.validate import build
from simulators import Simulator


def simulator(name: str, parameters: Mapping[str, Any] | None = None) -> Simulator:
    """Return a named simulator, as `simulator=[name]` selects it on the command line.

    Parameters
    ----------
    name
        A name of `lagbench list simulators`.
    parameters
        Values that differ from those of that name, by their dotted names as on the command line,
        such as `{"graph.n_vars": 5}`.

    Raises
    ------
    ValueError
        If nothing has that name, or names the parameter that is wrong.

    Examples
    --------
    >>> simulator("linear", {"graph.n_vars": 3}).draw(seed=0).generate(100).series.n_vars
    3
    """
    words = prepare([f"simulator=[{name}]", "method=[random]"])
    with hydra.initialize_config_module("conf", version_base="1.3"):
        node = compose(words).simulators[name]
    given = {key: value for key, value in node.items() if key != "kind"}
    for path, value in (parameters or {}).items():
        given = merged(given, _nested(path.split("."), value))
    return build(simulators.load(node["kind"]), given, name)


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    return {path[0]: _nested(path[1:], value) if path[1:] else value}
