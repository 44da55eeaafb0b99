"""What a command has to do, given what its store holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.config import Cell, Settings
from bench.config.cell import STATUSES, failed
from bench.run.pace import Duration, Pace, duration
from bench.store import Scan, Store
from bench.store.store import Signature


@dataclass(frozen=True)
class Todo:
    """The cells of a command, each once, and what the store holds of them.

    Parameters
    ----------
    cells
        All cells, in order.
    cells_to_run
        Those to run now: the missing ones, and what `retry` and `force` ask for.
    scan
        What the store held.
    """

    cells: tuple[Cell, ...]
    cells_to_run: tuple[Cell, ...]
    scan: Scan

    @property
    def signatures(self) -> dict[str, Signature]:
        """The signature of every record in the store."""
        return {key: entry.signature for key, entry in self.scan.entries.items()}

    def state(self, cell: Cell) -> str:
        """Return the status of a cell's record, or `missing`."""
        entry = self.scan.entries.get(cell.key)
        return "missing" if entry is None else entry.status


def find_todo(cells: Iterable[Cell], store: Store, settings: Settings) -> Todo:
    """Compare the cells of a config with the records in its store."""
    # Two labels of one cell, or a seed given twice, are one run.
    unique = tuple({cell.key: cell for cell in cells}.values())
    if settings.shard is not None:
        part, of = (int(word) for word in settings.shard.split("/"))
        unique = tuple(shards(unique, of)[part - 1])
    known = Todo(unique, (), store.scan())
    redo = {"missing", *settings.retry}
    chosen = (c for c in unique if c.method in settings.force or known.state(c) in redo)
    return Todo(unique, tuple(chosen), known.scan)


def shards(cells: Sequence[Cell], of: int) -> list[list[Cell]]:
    """Split cells into equal parts, by key, so that each has its share of every method."""
    place = {key: k for k, key in enumerate(sorted(cell.key for cell in cells))}
    return [[cell for cell in cells if place[cell.key] % of == part] for part in range(of)]


def show(todo: Todo, pace: Pace, jobs: int) -> str:
    """Return the table of `lagbench plan`: a line per method, the sum, and how sure it is."""
    methods = list(dict.fromkeys(cell.method for cell in todo.cells))
    width = max(len(method) for method in [*methods, "method"])
    lines = [f"{'method':{width}}  planned    done  failed  missing  to run  s per cell      left"]
    for method in methods:
        cells = [cell for cell in todo.cells if cell.method == method]
        lines.append(_line(method.ljust(width), cells, todo, pace, jobs))
    lines.append(_line("all".ljust(width), todo.cells, todo, pace, jobs))
    total = pace.total(todo.cells_to_run)
    if total.unknown < len(todo.cells_to_run) or not todo.cells_to_run:
        lines.append(f"about {duration(total.seconds / jobs)} with {jobs} at a time")
        lines += _doubts(total, jobs)
    if total.unknown:
        lines.append(
            f"not counted: {total.unknown} cells of methods without a record yet; one seed of "
            "them tells"
        )
    return "\n".join(lines)


def _doubts(total: Duration, jobs: int) -> list[str]:
    """Say how far off the time may be, and how many cells it is extrapolated for."""
    if not total.extrapolated:
        return []
    low, high = (duration(seconds / jobs) for seconds in (total.low, total.high))
    return [
        f"between {low} and {high}: {total.extrapolated} cells are of a length or size that no "
        "record has, and are extrapolated"
    ]


def _line(name: str, cells: Sequence[Cell], todo: Todo, pace: Pace, jobs: int) -> str:
    states = Counter(todo.state(cell) for cell in cells)
    lost = sum(states[status] for status in STATUSES if failed(status))
    keys = {cell.key for cell in cells}
    to_run = [cell for cell in todo.cells_to_run if cell.key in keys]
    total = pace.total(to_run)
    n_known = len(to_run) - total.unknown
    each = f"{total.seconds / n_known:10.2f}" if n_known else "         -"
    left = "-" if to_run and not n_known else duration(total.seconds / jobs)
    done = states["ok"] + states["declined"]
    return (
        f"{name}  {len(cells):7d} {done:7d} {lost:7d}  {states['missing']:7d} {len(to_run):7d}  "
        f"{each}  {left:>8}"
    )
