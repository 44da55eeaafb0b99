"""Showing a sweep as it runs: one live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self, TextIO

from bench.config import Cell
from bench.config.cell import axes_text, failed
from bench.run.pace import Pace, duration, size_of
from bench.run.todo import Todo
from bench.run.work_queue import Running
from bench.store import Record

_PLAIN_EVERY = 30.0  # seconds between two lines when the output is not a terminal
_BAR_EVERY = 0.5
_SHOWN = 4  # running cells named on the bar


class Progress:
    """Cells done of planned, running cells with their age, failures as they happen, time left."""

    def __init__(self, todo: Todo, pace: Pace, jobs: int) -> None:
        self._left = {cell.key: cell for cell in todo.cells_to_run}
        self._total, self._pace, self._jobs = len(todo.cells), pace, jobs
        self._terminal = sys.stderr.isatty()
        self._began = self._said = time.monotonic()
        self._expected_done = 0.0
        if self._terminal:
            from tqdm import tqdm

            self._bar = tqdm(
                total=self._total,
                initial=self._total - len(self._left),
                bar_format="{n_fmt}/{total_fmt} |{bar:20}| {desc}",
                dynamic_ncols=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._terminal:
            self._bar.close()
        elif kind is None:
            self._say(self._counts())

    def ended(self, cell: Cell, record: Record) -> None:
        """Count a cell that has ended, and name it if it failed."""
        self._left.pop(cell.key, None)
        if record.elapsed is not None and not failed(record.status):
            self._pace.add(cell.method, size_of(cell), record.elapsed)
        expected = self._pace.seconds(cell)
        self._expected_done += 0.0 if expected is None else expected.seconds
        if self._terminal:
            self._bar.n = self._total - len(self._left)
        if failed(record.status):
            self._say(f"{record.status}: {label(cell)}: {record.reason}")

    def tick(self, running: Iterable[Running]) -> None:
        """Show what is running, if it is time to."""
        now = time.monotonic()
        if now - self._said < (_BAR_EVERY if self._terminal else _PLAIN_EVERY):
            return
        self._said = now
        cells = sorted(running, key=lambda item: -item.age)
        names = [f"{r.cell.method} {r.cell.simulator} {r.age:.0f}s" for r in cells[:_SHOWN]]
        more = [f"and {len(cells) - _SHOWN} more"] if len(cells) > _SHOWN else []
        shown = ", ".join([*names, *more])
        if self._terminal:
            self._bar.set_description_str(f"{self._time_left()} | {shown}")
        else:
            self._say(f"{self._counts()}; running: {shown or 'elsewhere'}")

    def _counts(self) -> str:
        done = self._total - len(self._left)
        text = f"{done} of {self._total} cells, {duration(time.monotonic() - self._began)} so far"
        return f"{text}, {self._time_left()}" if self._left else text

    def _time_left(self) -> str:
        """Estimate from the pace of the methods and, once cells have ended, from the speed."""
        total = self._pace.total(list(self._left.values()))
        spent = time.monotonic() - self._began
        speed = self._expected_done / spent if self._expected_done else self._jobs
        if total.unknown == len(self._left):
            return "time left unknown"
        more = " or more" if total.unknown else ""
        return f"about {duration(total.seconds / speed)} left{more}"

    def _say(self, line: str) -> None:
        if self._terminal:
            self._bar.write(line, file=sys.stderr)
        else:
            tell(line, sys.stderr)


def tell(line: str, file: TextIO) -> None:
    """Print a line; if nobody reads on, the sweep goes on all the same."""
    with contextlib.suppress(BrokenPipeError):
        print(line, file=file, flush=True)


def label(cell: Cell) -> str:
    """Name a cell for a person: method, simulator, axes, steps, seed."""
    axes = f" {axes_text(cell.axes)}" if cell.axes else ""
    return f"{cell.method} on {cell.simulator}{axes} n_samples={cell.n_samples} seed={cell.seed}"
