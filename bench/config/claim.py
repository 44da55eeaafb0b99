"""What a profile holds a method to: one bar per claim, judged by `bench.claims.bars`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.config.cell import Cell


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A number that a method should reach; without `at_least` and `at_most` it is only shown.

    Parameters
    ----------
    work
        The heading under which it stands.
    metric
        Name of a metric as in `table.csv`, or `fdr@own`, the realised share of false edges,
        `1 - precision@own` (where nothing is selected, that counts as all false). The
        per-regime score stands for a system with regimes.
    simulator, axes, n_samples
        The condition that is judged; without a simulator, every one that the method has run on.
    method, parameters
        The method, and where it differs from the settings of the profile.
    against
        `ceiling`: the score is divided by its ceiling; the name of a metric, or a list of
        methods: its score, or that of the best of them on average, is subtracted.
    at_least, at_most
        The bar on the mean over systems of the score, ratio or difference.
    paper
        What a publication reports for the method, to be read beside.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    work: str
    metric: str
    simulator: str | None = None
    axes: dict[str, Any] = field(default_factory=dict)
    n_samples: int | None = None
    method: str = "dot"
    parameters: dict[str, Any] = field(default_factory=dict)
    against: str | list[str] | None = None
    at_least: float | None = None
    at_most: float | None = None
    paper: float | None = None

    def cells(self, cells: Sequence[Cell], methods: Mapping[str, Mapping[str, Any]]) -> list[Cell]:
        """Return the cells that are judged; `methods` holds the settings of the profile."""
        wanted = {**methods.get(self.method, {}), **self.parameters}
        return [
            cell
            for cell in self._here(cells)
            if cell.method == self.method
            and all(cell.method_params.get(key) == value for key, value in wanted.items())
        ]

    def rivals(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return the cells of the methods in `against`, under the same condition."""
        names = self.against if isinstance(self.against, list) else []
        return [cell for cell in self._here(cells) if cell.method in names]

    def _here(self, cells: Sequence[Cell]) -> list[Cell]:
        if self.simulator is None:
            return list(cells)
        return [
            cell
            for cell in cells
            if (cell.simulator, cell.axes) == (self.simulator, self.axes)
            and self.n_samples in (None, cell.n_samples)
        ]
