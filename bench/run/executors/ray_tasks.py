"""Cells as tasks of a Ray cluster (Moritz et al. 2018, OSDI, arXiv 1712.05889).

Each task runs its cell in a sandbox on its node, in a folder of its own, and sends the files
back; this process alone writes to the store, so that nodes need not share a file system. They
need the same installation of lagbench.
"""

from __future__ import annotations

import signal
import socket
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from bench.config import Cell, Limits, Settings
from bench.config.cell import Status
from bench.run.cell import base_record
from bench.run.isolation.sandbox import Sandbox
from bench.run.isolation.server import prepare
from bench.run.work_queue import Work, libraries_of
from bench.store import provenance
from methods.types.errors import InputError
from methods.types.parameters import Parameters

_TICK = 0.1  # seconds
_RETRIES = 3  # of a task whose node dies


@dataclass(frozen=True, kw_only=True)
class OnRay(Parameters):
    """Run every cell as a Ray task.

    A task whose node dies is run again on another, at most three times; then its cell is
    recorded as `crashed`.

    Parameters
    ----------
    address
        The cluster, see `ray.init`; None is RAY_ADDRESS or else this machine.
    cpus, gpus
        What to ask for a cell, by method; 1 CPU and no GPU for a method not named. A cell that
        asks for more than any node has waits for a node that has it.
    """

    address: str | None = None
    cpus: dict[str, Annotated[float, Gt(0)]] = field(default_factory=dict)
    gpus: dict[str, Annotated[float, Ge(0)]] = field(default_factory=dict)

    def run(self, work: Work, settings: Settings) -> Generator[Cell | None, None, None]:
        """See `bench.run.executors.Executor`."""
        ray = _import_ray()
        ours = not ray.is_initialized()
        if ours:
            self._connect(ray)
        task = ray.remote(max_retries=_RETRIES)(_run_cell)
        running: dict[Any, Cell] = {}
        try:
            while not work.over:
                # One more than there is room for, so that a cluster that can grow does.
                room = int(ray.cluster_resources().get("CPU", 0)) + 1
                while len(running) < room and (cell := work.take()) is not None:
                    asked = self._resources(cell.method)
                    running[task.options(**asked).remote(cell, settings.limits)] = cell
                yield from work.ended_elsewhere()
                for reference in self._ready(ray, running):
                    cell = running.pop(reference)
                    self._collect(ray, reference, cell, work)
                    yield cell
                yield None
        finally:
            for reference in running:
                ray.cancel(reference, force=True)
            work.close()
            if ours:
                ray.shutdown()

    def _connect(self, ray: Any) -> None:
        handler = signal.getsignal(signal.SIGTERM)
        try:
            host, colon, port = (self.address or "").rpartition(":")
            if colon and port.isdigit():  # Ray itself asks for minutes
                socket.create_connection((host, int(port)), timeout=10.0).close()
            ray.init(self.address, log_to_driver=False, logging_level="error")
            signal.signal(signal.SIGTERM, handler)  # Ray sets its own
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(
                f"executor.address: expected the address of a Ray cluster, found {self.address} "
                f"({' '.join(str(error).split())})"
            ) from None

    def _resources(self, method: str) -> dict[str, float]:
        return {"num_cpus": self.cpus.get(method, 1), "num_gpus": self.gpus.get(method, 0)}

    @staticmethod
    def _ready(ray: Any, running: dict[Any, Cell]) -> list[Any]:
        if not running:
            time.sleep(_TICK)
            return []
        ready, _ = ray.wait(list(running), num_returns=len(running), timeout=_TICK)
        return list(ready)

    @staticmethod
    def _collect(ray: Any, reference: Any, cell: Cell, work: Work) -> None:
        """Put the files of a task that has ended into the store, or the record of its failure."""
        try:
            work.store.unpack(cell.key, ray.get(reference))
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, OSError):  # the disk of the node, which fails every cell
                raise OSError(cause.errno, f"on a node of the cluster: {cause}") from None
            lack = isinstance(error, ray.exceptions.OutOfMemoryError)
            status: Status = "out_of_memory" if lack else "crashed"
            reason = f"Ray: {type(error).__name__}: {error}"
            made_by = provenance.everything()
            work.store.write(base_record(cell, status=status, reason=reason, made_by=made_by))
        work.end(cell)


def _run_cell(cell: Cell, limits: Limits) -> dict[str, bytes]:
    """Run a cell on the node that this is, and return the files of its store."""
    from bench.store import Store
    from bench.threads import pin

    pin()
    with tempfile.TemporaryDirectory(prefix="lagbench-") as folder:
        store = Store(Path(folder))
        prepare(libraries_of(cell))
        sandbox = Sandbox(cell, store, limits, provenance.everything())
        try:
            while not sandbox.poll():
                time.sleep(_TICK / 5)
        finally:
            sandbox.kill()
        return store.pack()


def _import_ray() -> Any:
    try:
        import ray
    except ImportError:
        raise InputError("executor: ray is not installed; pip install 'lagbench[ray]'") from None
    return ray
