"""What a command has to do, given what its store holds, and how long that will take."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.config.cell import Cell
from bench.config.settings import Settings
from bench.store.record import STATUSES, failed
from bench.store.store import Entry, Scan, Signature, Store


@dataclass(frozen=True)
class Plan:
    """The cells of a command, each once, and what is at hand of them.

    Parameters
    ----------
    cells
        All cells, in order.
    todo
        Those to run now: the missing ones, and what `retry` and `force` ask for.
    scan
        What the store held.
    """

    cells: tuple[Cell, ...]
    todo: tuple[Cell, ...]
    scan: Scan

    @property
    def signatures(self) -> dict[str, Signature]:
        """The signature of every record at hand."""
        return {key: entry.signature for key, entry in self.scan.entries.items()}

    def state(self, cell: Cell) -> str:
        """Return the status of a cell's record, or `missing`."""
        entry = self.scan.entries.get(cell.key)
        return "missing" if entry is None else entry.status


def make_plan(cells: Iterable[Cell], store: Store, settings: Settings) -> Plan:
    """Compare the cells of a config with the records in its store."""
    # Two labels of one cell, or a seed given twice, are one run.
    unique = tuple({cell.key: cell for cell in cells}.values())
    if settings.shard is not None:
        part, of = (int(word) for word in settings.shard.split("/"))
        unique = tuple(shards(unique, of)[part - 1])
    scan = store.scan()
    redo = {"missing", *settings.retry}
    plan = Plan(unique, (), scan)
    todo = (c for c in unique if c.method in settings.force or plan.state(c) in redo)
    return Plan(unique, tuple(todo), scan)


def shards(cells: Sequence[Cell], of: int) -> list[list[Cell]]:
    """Split cells into equal parts, by key, so that each has its share of every method."""
    place = {key: k for k, key in enumerate(sorted(cell.key for cell in cells))}
    return [[cell for cell in cells if place[cell.key] % of == part] for part in range(of)]


class Pace:
    """Seconds that a cell takes, from the records of earlier ones.

    The mean over the cells of the same method and number of steps, or else of the same method.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._sums: dict[tuple[str, int | None], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for entry in entries:
            elapsed = entry.head["elapsed"]
            # How long a failure took says nothing of a run that ends.
            if elapsed is not None and not failed(entry.status):
                self.add(entry.head["method"], entry.head["n_samples"], elapsed)

    def add(self, method: str, n_samples: int, seconds: float) -> None:
        """Take in one more cell."""
        for group in ((method, n_samples), (method, None)):
            self._sums[group][0] += seconds
            self._sums[group][1] += 1

    def seconds(self, cell: Cell) -> float | None:
        """Return the expected seconds of a cell, or None if its method has never been run."""
        for group in ((cell.method, cell.n_samples), (cell.method, None)):
            if group in self._sums:
                total, count = self._sums[group]
                return total / count
        return None

    def left(self, cells: Sequence[Cell], jobs: int) -> tuple[float, int]:
        """Return the seconds that cells will take `jobs` at a time, and how many are unknown."""
        known = [seconds for seconds in map(self.seconds, cells) if seconds is not None]
        return sum(known) / jobs, len(cells) - len(known)


def pace(plan: Plan, store: Store) -> Pace:
    """Return the pace in this store and, for what it has not run, in the stores beside it."""
    own = Pace(plan.scan.entries.values())
    new = {cell.method for cell in plan.todo if own.seconds(cell) is None}
    beside = (e for e in _beside(store.root) if e.head["method"] in new) if new else ()
    return Pace([*plan.scan.entries.values(), *beside])


def _beside(root: Path) -> Iterator[Entry]:
    for folder in sorted(root.parent.iterdir()) if root.parent.is_dir() else ():
        with contextlib.suppress(OSError):  # another's folder, or one that has gone
            if folder != root and (folder / "cells").is_dir():
                yield from Store(folder).scan().entries.values()


def show(plan: Plan, pace: Pace, jobs: int) -> str:
    """Return the table of a dry run: a line per method and the sum."""
    methods = list(dict.fromkeys(cell.method for cell in plan.cells))
    width = max(len(method) for method in [*methods, "method"])
    head = f"{'method':{width}}  planned    done  failed  missing  to run  s per cell      left"
    lines = [head]
    for method in methods:
        cells = [cell for cell in plan.cells if cell.method == method]
        lines.append(_line(method.ljust(width), cells, plan, pace, jobs))
    lines.append(_line("all".ljust(width), plan.cells, plan, pace, jobs))
    seconds, unknown = pace.left(plan.todo, jobs)
    if unknown < len(plan.todo) or not plan.todo:
        lines.append(f"about {duration(seconds)} with {jobs} at a time")
    if unknown:
        lines.append(
            f"not counted: {unknown} cells of methods without a record yet; one seed of them tells"
        )
    return "\n".join(lines)


def _line(name: str, cells: Sequence[Cell], plan: Plan, pace: Pace, jobs: int) -> str:
    states = Counter(plan.state(cell) for cell in cells)
    lost = sum(states[status] for status in STATUSES if failed(status))
    keys = {cell.key for cell in cells}
    todo = [cell for cell in plan.todo if cell.key in keys]
    seconds, unknown = pace.left(todo, jobs)
    n_known = len(todo) - unknown
    each = f"{seconds * jobs / n_known:10.2f}" if n_known else "         -"
    left = "-" if todo and not n_known else duration(seconds)
    done = states["ok"] + states["declined"]
    return (
        f"{name}  {len(cells):7d} {done:7d} {lost:7d}  {states['missing']:7d} {len(todo):7d}  "
        f"{each}  {left:>8}"
    )


def duration(seconds: float) -> str:
    """Say a time in at most two units.

    >>> duration(3.2), duration(200), duration(9000)
    ('3 s', '3 min 20 s', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
