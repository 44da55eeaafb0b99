"""Running a plan: what is missing is run, shown and summed up."""

from __future__ import annotations

import contextlib
import errno
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bench.config import Cell, Settings
from bench.config.cell import failed
from bench.run import executors
from bench.run.pace import find_pace
from bench.run.progress import Progress, tell
from bench.run.todo import Todo, find_todo
from bench.run.work_queue import Work
from bench.store import Record, Scan, Store, commands
from bench.store.atomic import STORE_ERRORS
from bench.store.record import load

_REASONS = 20  # kinds of failure named in the closing summary
_WIDTH = 120


class Outcome(NamedTuple):
    """How a sweep ended.

    Parameters
    ----------
    lost
        Planned cells whose record is a failure, old or new, or that an executor could not run.
    scan
        What the store holds now.
    """

    lost: int
    scan: Scan


def sweep(cells: Sequence[Cell], store: Store, settings: Settings) -> Outcome:
    """Run the cells that have no record, or that `retry` or `force` name.

    Whatever ends it early (an interrupt, a full disk), finished cells are kept and nothing runs
    on.

    Raises
    ------
    OSError
        If the store cannot be written to.
    """
    executor = executors.load(settings.executor)
    _check_writable(store)
    with writing(store):
        commands.save(cells, store)
    todo = find_todo(cells, store, settings)
    _set_aside(todo.scan, store)
    states = Counter(todo.state(cell) for cell in todo.cells)
    n_lost = sum(n for status, n in states.items() if status != "missing" and failed(status))
    tell(
        f"{settings.name}: {len(todo.cells)} cells, {states['ok'] + states['declined']} done, "
        f"{f'{n_lost} failed, ' if n_lost else ''}{len(todo.cells_to_run)} to run",
        sys.stdout,
    )
    lost = _lost_before(todo)
    if todo.cells_to_run:
        with writing(store):
            for cell, record in _run(executor, todo, store, settings):
                if failed(record.status):
                    lost[cell.key] = record
    _sum_up(lost.values(), store)
    before = todo.signatures
    not_run = sum(store.signature(c.key) in (None, before.get(c.key)) for c in todo.cells_to_run)
    if not_run:
        tell(f"{not_run} cells were not run; the same command runs them", sys.stderr)
    return Outcome(len(lost) + not_run, store.scan() if todo.cells_to_run else todo.scan)


def _lost_before(todo: Todo) -> dict[str, Record]:
    """Return the records of the failures that are not run again."""
    again = {cell.key for cell in todo.cells_to_run}
    keys = (cell.key for cell in todo.cells if cell.key not in again)
    return {
        key: load(todo.scan.entries[key].path)
        for key in keys
        if failed(todo.scan.entries[key].status)
    }


def _run(
    executor: executors.Executor, todo: Todo, store: Store, settings: Settings
) -> Iterator[tuple[Cell, Record]]:
    """Run the plan, show it, and yield each cell with its record as it ends."""
    work = Work(todo.cells_to_run, store, todo.signatures)
    work.locks.tidy([key for key, entry in todo.scan.entries.items() if entry.path.stem == key])
    pace = find_pace(todo.cells_to_run, todo.scan.entries.values(), store.root)
    with (
        Progress(todo, pace, settings.jobs) as progress,
        contextlib.closing(executor.run(work, settings)) as ended,
    ):
        for cell in ended:
            if cell is not None:
                record = store.read(cell.key)
                assert record is not None
                progress.ended(cell, record)
                yield cell, record
            progress.tick(work.running.values())


def _check_writable(store: Store) -> None:
    try:
        store.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=store.root):
            pass
    except OSError as error:
        raise OSError(
            f"results_dir: expected a folder that can be written to, found {store.root} "
            f"({error.strerror}); choose another with results_dir=FOLDER"
        ) from None


@contextlib.contextmanager
def writing(store: Store) -> Iterator[None]:
    """Say what to do about a store that cannot be written to."""
    try:
        yield
    except OSError as error:
        if error.errno not in STORE_ERRORS:
            raise
        hint = "make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "see to it"
        raise OSError(
            f"{store.root} cannot be written to ({error}); finished cells are kept: {hint} and "
            "give the same command again"
        ) from error


def _set_aside(scan: Scan, store: Store) -> None:
    for path, reason in scan.strange.items():
        with contextlib.suppress(FileNotFoundError):  # another runner was faster
            target = store.set_aside(path)
            if target is not None:
                tell(f"set aside: {reason}; now {target}", sys.stderr)
    for reason in scan.unreadable.values():
        tell(f"cannot be read, so run again: {reason}", sys.stderr)
    if scan.newer:
        tell(
            f"left alone: {len(scan.newer)} records of a newer lagbench, as {scan.newer[0]}",
            sys.stderr,
        )


def _sum_up(lost: Iterable[Record], store: Store) -> None:
    """Print what failed, by method and reason, and where to look."""
    lost = list(lost)
    kinds = Counter((r.method, r.status, _one_line(r.reason)) for r in lost)
    for (method, status, reason), n in kinds.most_common(_REASONS):
        tell(f"{n} cells of {method} ended as {status}: {reason}", sys.stderr)
    if len(kinds) > _REASONS:
        tell(f"and {len(kinds) - _REASONS} more kinds of failure", sys.stderr)
    if kinds:
        again = sorted({status for _, status, _ in kinds})
        tell(f"to run them again: retry=[{','.join(again)}]", sys.stderr)
        where = store.path(lost[0].key)
        tell(f"tracebacks are in the records, prints beside them, as {where}", sys.stderr)


def _one_line(reason: str | None) -> str:
    return " ".join(str(reason).split())[:_WIDTH]
