"""Cells in the jobs of a Slurm array, submitted by submitit.

The jobs share the folder of the store with this process. Each runs its part of the cells as
`executor=local` would, and this process watches their records come in.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Interval

from bench.config import Cell, Settings
from bench.run.todo import shards
from bench.run.work_queue import Work
from bench.store import Store
from bench.store.store import Signature
from methods.types.errors import InputError
from methods.types.parameters import Parameters

_LOOK_EVERY = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class OnSlurm(Parameters):
    """Run an array of jobs, each with an equal part of the cells.

    What a job leaves undone, because Slurm ended it, stays missing: the same command runs it.

    Parameters
    ----------
    cluster
        `slurm`, or `local` for processes on this machine.
    shards
        Number of jobs.
    parameters
        What submitit asks of the cluster; see its `AutoExecutor.update_parameters`.
    """

    cluster: Literal["slurm", "local"] = "slurm"
    shards: Annotated[int, Interval(ge=1, le=10000)] = 8
    parameters: dict[str, Any] = field(default_factory=dict)

    def run(self, work: Work, settings: Settings) -> Generator[Cell | None, None, None]:
        """See `bench.run.executors.Executor`."""
        parts = [part for part in shards(work.pending, self.shards) if part]
        try:
            jobs = self._submit(parts, work, settings)
        except (RuntimeError, TypeError, NameError) as error:
            raise InputError(
                f"executor: expected a cluster and parameters that submitit takes, found "
                f"cluster={self.cluster} {self.parameters} ({' '.join(str(error).split())})"
            ) from None
        try:
            going = True
            while going and not work.over:
                going = not all(job.done() for job in jobs)
                work.watch()  # after the last look at the jobs, so that nothing is missed
                yield from work.ended_elsewhere()
                yield None
                time.sleep(_LOOK_EVERY if going else 0)
            for job in jobs if not work.over else ():
                _say_why(job)
        finally:
            for job in jobs:
                if not job.done():
                    job.cancel()

    def _submit(self, parts: Sequence[list[Cell]], work: Work, settings: Settings) -> list[Any]:
        submitit = _import_submitit()
        executor = submitit.AutoExecutor(folder=work.store.root / "jobs", cluster=self.cluster)
        n, root = len(parts), work.store.root.absolute()
        executor.update_parameters(
            **{"name": f"lagbench-{settings.name}", "cpus_per_task": settings.jobs}
            | self.parameters
        )
        return list(
            executor.map_array(_run_part, parts, [root] * n, [work.planned] * n, [settings] * n)
        )


def _say_why(job: Any) -> None:
    """Print the last line of what a job that failed has raised."""
    error = job.exception()
    if error is not None:
        last = str(error).strip().splitlines()[-1:]
        print(f"job {job.job_id} failed: {' '.join(last)}", file=sys.stderr)


def _run_part(
    cells: list[Cell], root: Path, planned: Mapping[str, Signature], settings: Settings
) -> None:
    """Run a part of the cells in the job that this is."""
    from bench.run.executors.local import Local
    from bench.threads import pin

    pin()
    for _ in Local().run(Work(cells, Store(root), planned), settings):
        pass


def _import_submitit() -> Any:
    try:
        import submitit
    except ImportError:
        raise InputError(
            "executor: submitit is not installed; pip install 'lagbench[slurm]'"
        ) from None
    return submitit
