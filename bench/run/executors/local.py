"""Cells side by side on this machine."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

from bench.config import Cell, Settings
from bench.run.isolation.sandbox import Sandbox, wait_for
from bench.run.isolation.server import prepare
from bench.run.work_queue import Work
from bench.store import provenance
from methods.types.parameters import Parameters

TICK = 0.1
"""Seconds between two looks at the running cells."""


@dataclass(frozen=True, kw_only=True)
class Local(Parameters):
    """Run `settings.jobs` cells at once, each in its own sandbox."""

    def run(self, work: Work, settings: Settings) -> Generator[Cell | None, None, None]:
        """See `bench.run.executors.Executor`."""
        made_by = provenance.everything()
        running: list[Sandbox] = []
        prepare(work.libraries())
        try:
            while not work.over:
                while len(running) < settings.jobs and (cell := work.take()) is not None:
                    running.append(Sandbox(cell, work.store, settings.limits, made_by))
                yield from work.ended_elsewhere()
                if running:
                    wait_for(running, TICK)
                elif not work.over:
                    time.sleep(TICK)  # others hold what is left
                for sandbox in list(running):
                    if sandbox.poll():
                        running.remove(sandbox)
                        work.end(sandbox.cell)
                        yield sandbox.cell
                yield None
        finally:
            for sandbox in running:
                sandbox.kill()
            work.close()
