"""How results are read: the protocols of `conf/protocol`.

A protocol is no part of a run. It says which of the scores of a cell counts as a method's F1, and
what a run counts that has none; all protocols read the same cells. What they allow to be tuned,
and on which systems, is in `docs/protocols.md`.
"""

from __future__ import annotations

import functools
from collections.abc import Set
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Interval

from bench.config.validate import build
from methods.types.parameters import Parameters

Rule = Literal["own", "top3", "global_k", "oracle"]


@dataclass(frozen=True, kw_only=True)
class Protocol(Parameters):
    """One way to read an F1 off every method.

    Parameters
    ----------
    rules
        The decision that is read, by method; see `bench.scoring.decisions`.
    otherwise
        That of every other method.
    undecided
        That of a method without a decision of its own where `own` is asked for.
    failed
        F1 of a run that failed or was declined; None leaves it out.
    """

    rules: dict[str, Rule]
    otherwise: Rule
    undecided: Rule
    failed: Annotated[float, Interval(ge=0, le=1)] | None

    def metric(self, method: str, known: Set[str]) -> str:
        """Return the metric that is read off a method, of those that are known of it."""
        metric = f"f1@{self.rules.get(method, self.otherwise)}"
        return metric if metric in known else f"f1@{self.undecided}"


@functools.cache
def shipped() -> dict[str, Protocol]:
    """Return the protocols of `conf/protocol`, by name."""
    from omegaconf import OmegaConf

    files = (resources.files("conf") / "protocol").iterdir()
    nodes: dict[str, Any] = {
        Path(file.name).stem: OmegaConf.to_container(OmegaConf.create(file.read_text("utf-8")))
        for file in sorted(files, key=lambda file: file.name)
        if file.name.endswith(".yaml")
    }
    return {name: build(Protocol, node, f"protocol.{name}") for name, node in nodes.items()}


def f1_of(protocol: str) -> str:
    """Return the metric that holds the F1 of a protocol."""
    return f"f1 {protocol}"
