"""Where cells are run: one small file each, over the same work, store and sandbox.

An executor is a frozen keyword-only dataclass of its settings with one method, `run`.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping
from typing import Any, Protocol

from bench.config import Cell, Settings
from bench.config.validate import build
from bench.run.work_queue import Work
from methods.types.errors import InputError

KINDS: Mapping[str, str] = {
    "local": "bench.run.executors.local:Local",
    "ray": "bench.run.executors.ray_tasks:OnRay",
    "slurm": "bench.run.executors.slurm_jobs:OnSlurm",
}
"""Executors by name, as `module:Class`, imported when chosen."""


class Executor(Protocol):
    """What runs cells."""

    def run(self, work: Work, settings: Settings) -> Generator[Cell | None, None, None]:
        """Run all work and yield each cell once its record is in the store.

        None is yielded at least once a second, so that the caller can show what is running.
        Closing the iterator ends everything that it has started, within seconds.

        Raises
        ------
        OSError
            If the store cannot be written to.
        """


def load(node: Mapping[str, Any]) -> Executor:
    """Return the executor of a config node, checked.

    Raises
    ------
    ValueError
        If there is no such kind, a value is wrong, or the extra that it needs is not installed.
    """
    params = dict(node)
    kind = params.pop("kind", None)
    if kind not in KINDS:
        raise InputError(f"executor.kind: expected one of {', '.join(KINDS)}, found {kind!r}")
    module, _, name = KINDS[kind].partition(":")
    executor: Executor = build(getattr(importlib.import_module(module), name), params, "executor")
    return executor
