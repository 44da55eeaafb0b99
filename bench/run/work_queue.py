"""The cells that a runner still has to do, shared with other runners through locks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.config import Cell
from bench.store import Store
from bench.store.locks import Locks
from bench.store.store import Signature
from methods import registry

_LOOK_EVERY = 1.0  # seconds between two looks at cells that others hold


@dataclass(frozen=True)
class Running:
    """A cell that this runner has started."""

    cell: Cell
    since: float

    @property
    def age(self) -> float:
        """Seconds since it was taken."""
        return time.monotonic() - self.since


class Work:
    """What every executor takes its cells from.

    A cell counts as ended once its record is another one than when the work was planned, whoever
    wrote it. So runners with the same command do each cell once between them; with `retry` or
    `force` too, if they have planned before the first cell ends.

    Parameters
    ----------
    cells
        The cells to do, in order.
    store
        Where their records go.
    planned
        The signature that the record of each key had when the work was planned; absent for none.
    """

    def __init__(
        self, cells: Iterable[Cell], store: Store, planned: Mapping[str, Signature]
    ) -> None:
        self.store = store
        self.locks = Locks(store.root / "locks")
        self.running: dict[str, Running] = {}
        self.planned = planned
        self._queue = deque(cells)
        self._elsewhere: deque[Cell] = deque()
        self._ended: deque[Cell] = deque()
        self._looked = 0.0

    @property
    def pending(self) -> list[Cell]:
        """The cells that nobody has ended and that this runner has not started."""
        return [*self._queue, *self._elsewhere]

    @property
    def over(self) -> bool:
        """Whether every cell has ended."""
        return not (self._queue or self._elsewhere or self._ended or self.running)

    def libraries(self) -> set[str]:
        """Return the modules to load for the methods of the pending cells; see `libraries_of`."""
        methods = {(cell.method, str(cell.method_params)): cell for cell in self.pending}
        return {name for cell in methods.values() for name in libraries_of(cell)}

    def take(self) -> Cell | None:
        """Lock a cell and return it; None if there is none, or none that is free just now."""
        while self._queue:
            cell = self._queue.popleft()
            if self._locked(cell):
                return cell
        if time.monotonic() - self._looked > _LOOK_EVERY:
            self._looked = time.monotonic()
            for _ in range(len(self._elsewhere)):
                if self._locked(cell := self._elsewhere.popleft()):
                    return cell
        return None

    def end(self, cell: Cell) -> None:
        """Say that a cell that was taken has its record, and give up its lock."""
        del self.running[cell.key]
        self.locks.release(cell.key)

    def ended_elsewhere(self) -> list[Cell]:
        """Return the cells that other runners have ended, each once."""
        ended = list(self._ended)
        self._ended.clear()
        return ended

    def watch(self) -> None:
        """Look once for cells that others have ended, without taking any."""
        pending = self.pending
        self._queue.clear()
        self._elsewhere.clear()
        for cell in pending:
            (self._ended if self._has_ended(cell) else self._elsewhere).append(cell)

    def close(self) -> None:
        """Give up all locks."""
        self.locks.release_all()

    def _locked(self, cell: Cell) -> bool:
        """Lock a cell; if it has ended or is another's, put it where it belongs."""
        if self._has_ended(cell):
            self._ended.append(cell)
        elif not self.locks.take(cell.key):
            self._elsewhere.append(cell)
        elif self._has_ended(cell):  # between the look and the lock
            self.locks.release(cell.key)
            self._ended.append(cell)
        else:
            self.running[cell.key] = Running(cell, time.monotonic())
            return True
        return False

    def _has_ended(self, cell: Cell) -> bool:
        return self.store.signature(cell.key) not in (None, self.planned.get(cell.key))


def libraries_of(cell: Cell) -> set[str]:
    """Return the modules to load before the method of a cell runs: its libraries, and its own.

    Its own may lie in the working folder, which holds the results too. Of such a folder a method
    reaches the parts but not the list (see `bench.run.isolation.reach`), and so it could not
    import from it once anything there has changed. What is in lagbench is found anyway.
    """
    own = registry.module_of(cell.method)
    ours = own.partition(".")[0] == "methods"
    return {*cell.build_method().libraries, *([] if ours else [own])}
