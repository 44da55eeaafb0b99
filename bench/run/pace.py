"""How long cells take: told from the records at hand, extrapolated to sizes that none has.

Where a record of the same method, length and size is at hand, the mean of these is the answer.
Elsewhere the logarithm of the seconds is a linear function of the logarithms of length, number of
variables and largest lag,

    log s = a + b_1 log T + b_2 log n + b_3 log L,

fitted for each method by Bayesian linear regression. Before any data the slopes are normal with
mean 1 and standard deviation 0.5, so that records of one length alone extrapolate in proportion
to it, and say how unsure that is.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.config import Cell
from bench.config.cell import failed
from bench.store import Store
from bench.store.long_table import find_table
from bench.store.record import load
from bench.store.store import Entry
from methods.types.arrays import FloatArray

_SLOPE, _SLOPE_SD = 1.0, 0.5
_NOISE_SD = 0.4  # of log seconds among cells alike, before any data
_NOISE_WEIGHT = 3  # records that this is worth
_SPAN = 1.28  # standard deviations on either side that cover four fifths


class Size(NamedTuple):
    """Length of a series, number of its variables, largest lag; None where it is not known."""

    n_samples: int
    n_vars: int | None
    max_lag: int | None

    def logs(self) -> FloatArray:
        """Return the logarithms, NaN where a number is not known."""
        return np.array([math.nan if part is None else math.log(part) for part in self])


class Seconds(NamedTuple):
    """An estimate with a range that holds four times in five; `measured` if of the same size."""

    seconds: float
    low: float
    high: float
    measured: bool


class Duration(NamedTuple):
    """The summed seconds of some cells.

    Parameters
    ----------
    seconds, low, high
        The estimate, and the range if all cells are off in the same direction.
    extrapolated
        Cells of a size that no record has.
    unknown
        Cells that are not counted, because their method has no record.
    """

    seconds: float
    low: float
    high: float
    extrapolated: int
    unknown: int


class Pace:
    """Seconds that a cell takes, from `(method, size, seconds)` of earlier ones."""

    def __init__(self, known: Iterable[tuple[str, Size, float]] = ()) -> None:
        self._seen: dict[str, list[tuple[Size, float]]] = defaultdict(list)
        self._fits: dict[str, _Fit] = {}
        for method, size, seconds in known:
            self.add(method, size, seconds)

    def add(self, method: str, size: Size, seconds: float) -> None:
        """Take in one more cell."""
        self._seen[method].append((size, max(seconds, 1e-4)))
        self._fits.pop(method, None)

    def knows(self, cell: Cell) -> bool:
        """Whether a record of this method and size is at hand."""
        return any(_alike(size, size_of(cell)) for size, _ in self._seen.get(cell.method, ()))

    def seconds(self, cell: Cell) -> Seconds | None:
        """Return the expected seconds of a cell, or None if its method has no record."""
        seen = self._seen.get(cell.method)
        if not seen:
            return None
        size = size_of(cell)
        same = [seconds for other, seconds in seen if _alike(other, size)]
        if same:
            return Seconds(float(np.mean(same)), min(same), max(same), True)
        if cell.method not in self._fits:
            self._fits[cell.method] = _Fit.of(seen)
        return self._fits[cell.method].seconds(size)

    def total(self, cells: Sequence[Cell]) -> Duration:
        """Return the summed seconds of some cells."""
        each = [self.seconds(cell) for cell in cells]
        known = [estimate for estimate in each if estimate is not None]
        return Duration(
            sum(estimate.seconds for estimate in known),
            sum(estimate.low for estimate in known),
            sum(estimate.high for estimate in known),
            sum(not estimate.measured for estimate in known),
            len(each) - len(known),
        )


class _Fit(NamedTuple):
    """The posterior of one method: mean and covariance of its slopes, around the mean record."""

    center: FloatArray
    level: float
    slopes: FloatArray
    covariance: FloatArray
    noise: float
    n: int

    @classmethod
    def of(cls, seen: Sequence[tuple[Size, float]]) -> _Fit:
        logs = np.array([size.logs() for size, _ in seen])
        y = np.log([seconds for _, seconds in seen])
        known = ~np.isnan(logs)
        center = np.where(known, logs, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        x = np.where(known, logs - center, 0.0)
        noise = _NOISE_SD**2
        for _ in range(5):  # the noise is told from what the slopes leave, and these from it
            slopes, covariance = _posterior(x, y - y.mean(), noise)
            left = y - y.mean() - x @ slopes
            noise = (float(left @ left) + _NOISE_WEIGHT * _NOISE_SD**2) / (len(y) + _NOISE_WEIGHT)
        slopes, covariance = _posterior(x, y - y.mean(), noise)
        return cls(center, float(y.mean()), slopes, covariance, noise, len(y))

    def seconds(self, size: Size) -> Seconds:
        logs = size.logs()
        x = np.where(np.isnan(logs), 0.0, logs - self.center)
        middle = self.level + float(x @ self.slopes)
        spread = math.sqrt(float(x @ self.covariance @ x) + self.noise / self.n)
        low, high = (math.exp(middle + sign * _SPAN * spread) for sign in (-1, 1))
        return Seconds(math.exp(middle + self.noise / 2), low, high, False)


def _posterior(x: FloatArray, y: FloatArray, noise: float) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of the slopes, given the variance of the noise."""
    precision = x.T @ x / noise + np.eye(3) / _SLOPE_SD**2
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return covariance @ (x.T @ y / noise + _SLOPE / _SLOPE_SD**2), covariance


def size_of(cell: Cell) -> Size:
    """Return the size of a cell as far as its parameters say it."""
    return Size(cell.n_samples, *_shape(cell.simulator_params))


def _shape(params: Any) -> tuple[int | None, int | None]:
    node = params.get("graph", params)
    coefficients = params.get("coefficients")
    if coefficients:
        return len(coefficients), len(coefficients[0][0])
    return node.get("n_vars"), node.get("max_lag")


def _alike(one: Size, other: Size) -> bool:
    return all(a == b or a is None or b is None for a, b in zip(one, other, strict=True))


def find_pace(cells: Sequence[Cell], entries: Iterable[Entry], root: Path) -> Pace:
    """Return the pace of some cells.

    It is told from the records of their own store. Where these leave a size open, the records of
    the stores beside it and the long tables there are taken in too.

    Parameters
    ----------
    cells
        The cells that will be run.
    entries
        The records of their store.
    root
        The folder of their store.
    """
    own = Pace(_of_entries(entries))
    new = {cell.method for cell in cells if not own.knows(cell)}
    for known in _beside(root, new) if new else ():
        own.add(*known)
    return own


def _of_entries(entries: Iterable[Entry]) -> Iterator[tuple[str, Size, float]]:
    for entry in entries:
        head = entry.head
        # How long a failure took says nothing of a run that ends.
        if head.elapsed is None or failed(head.status):
            continue
        shape = head.n_vars, head.max_lag
        if None in shape:  # written before the head held them
            shape = _shape(load(entry.path).cell["simulator"]["params"])
        yield head.method, Size(head.n_samples, *shape), head.elapsed


def _beside(root: Path, methods: set[str]) -> Iterator[tuple[str, Size, float]]:
    """Yield what the stores and long tables in the folder of all results tell of some methods."""
    for folder in sorted(root.parent.iterdir()) if root.parent.is_dir() else ():
        with contextlib.suppress(OSError):  # another's folder, or one that has gone
            table = find_table(folder)
            if table is not None:
                yield from _of_table(table, methods)
            elif folder != root and (folder / "cells").is_dir():
                entries = Store(folder).scan().entries.values()
                yield from _of_entries(e for e in entries if e.head.method in methods)


def _of_table(path: Path, methods: set[str]) -> Iterator[tuple[str, Size, float]]:
    import pandas as pd

    columns = ["key", "method", "n_samples", "simulator_params", "wall_seconds", "status"]
    if path.suffix == ".parquet":
        table = pd.read_parquet(path, columns=columns)
    else:
        table = pd.read_csv(path, usecols=columns)
    table = table[table["method"].isin(methods) & (table["status"] == "ok")]
    table = table.drop_duplicates("key").dropna(subset="wall_seconds")
    for row in table.to_dict("records"):
        size = Size(row["n_samples"], *_shape(json.loads(row["simulator_params"])))
        yield row["method"], size, row["wall_seconds"]


def duration(seconds: float) -> str:
    """Say a time in at most two units.

    >>> duration(3.2), duration(200), duration(9000), duration(900000)
    ('3 s', '3 min 20 s', '2 h 30 min', '10 days 10 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} days {hours % 24} h"
