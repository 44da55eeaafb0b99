"""A folder of recorded series as a simulator: a seed picks a set, its rows are the sample."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge

from methods import LaggedGraph, TimeSeries
from methods.types.errors import InputError
from simulators import Sample, Simulator
from simulators.properties import describe

Format = Literal["plain", "cdml_lcm", "danube", "jrngc_var", "sru_lorenz96"]


@dataclass(frozen=True, eq=False)
class Recording:
    """One recorded series of one segment and its truth: a `simulators.System`.

    Parameters
    ----------
    series
        All rows.
    truth
        A window graph, or a summary graph of shape `(n, n, 1)`; see `simulators.recorded.truths`.
    max_lag
        Largest lag that methods score, in steps.
    """

    series: TimeSeries
    truth: LaggedGraph
    max_lag: int

    @property
    def names(self) -> tuple[str, ...]:
        """One name per variable."""
        return self.series.names

    def generate(self, n_samples: int) -> Sample:
        """Return the first `n_samples` rows, or all where there are fewer.

        The properties of effects say nothing where the truth gives all edges the size 1.

        Raises
        ------
        ValueError
            If there are fewer than `max_lag + 2` rows.
        """
        (rows,) = self.series.segments
        series = TimeSeries.from_array(rows[:n_samples], self.names)
        series.require_rows(self.max_lag)
        labels = (np.zeros(series.n_samples, dtype=np.int64),)
        return Sample(series, labels, describe(series, self.truth))


@dataclass(frozen=True, kw_only=True)
class Recorded(Simulator):
    """The sets of a folder, in an order that their names decide.

    Parameters
    ----------
    path
        Folder of the sets, searched with all folders below it.
    format
        How they are stored: the name of a module of `simulators.recorded`.
    max_lag
        Largest lag that methods score where the truth is a summary graph (steps); a window graph
        says it itself.

    Raises
    ------
    ValueError
        If there is no such folder.

    Notes
    -----
    The order is that of the SHA-256 of the names. Sets are mostly named by what was varied, so
    that the first of them by name are alike, and every k-th may be too; by hash the first few
    are spread over all settings.
    """

    path: str
    format: Format = "plain"
    max_lag: Annotated[int, Ge(1)] = 2

    def __post_init__(self) -> None:
        if not Path(self.path).is_dir():
            raise InputError(
                f"path: expected a folder, found none at {self.path!r}; download the data, which "
                "are not shipped, and name their folder (data_dir=FOLDER for the sets in "
                "`lagbench list datasets`)"
            )

    def draw(self, seed: int) -> Recording:
        """Return the set whose place in the order is `seed`, from 0.

        Raises
        ------
        ValueError
            If there are not so many sets, or a file is not as its format says.
        """
        names = self._names()
        if seed >= len(names):
            raise self._too_far([seed], len(names))
        series, truth = self._reader().read(Path(self.path), names[seed])
        return Recording(series, truth, truth.max_lag or self.max_lag)

    def drawable(self, seeds: Sequence[int]) -> tuple[int, ...]:
        """Return the seeds that are places among the sets.

        Raises
        ------
        ValueError
            If there is no set for any of them.
        """
        count = len(self._names())
        there = tuple(seed for seed in seeds if seed < count)
        if not there:
            raise self._too_far(seeds, count)
        return there

    def _reader(self) -> ModuleType:
        return importlib.import_module(f"simulators.recorded.{self.format}")

    def _names(self) -> list[str]:
        """Return the names of the sets in the order of seeds."""
        names: list[str] = self._reader().names(Path(self.path))
        return sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())

    def _too_far(self, seeds: Sequence[int], count: int) -> InputError:
        return InputError(
            f"seeds: expected places among the {count} sets of format {self.format!r} in "
            f"{self.path!r}, from 0, found {', '.join(map(str, seeds))}"
        )
