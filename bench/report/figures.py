"""Figures of a run: AUPRC, F1 and cost against data volume and against each swept parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.analysis import experiment_results
from bench.analysis.experiment import summarise
from bench.analysis.published import curves
from bench.config import Cell, View
from bench.config.compose import Experiment
from bench.report import labels
from bench.report.charts.files import save
from bench.report.charts.panels import Panels
from bench.report.saving import RASTER_AND_VECTOR
from bench.report.styles import styles_of
from bench.store import Scan

_METRICS = ("auprc", "f1 fair")


def write_figures(cells: Sequence[Cell], scan: Scan, folder: Path) -> None:
    """Write `volume`, and one figure per simulator and swept parameter, as PNG and SVG.

    A figure without any score is left out, and so is one whose axis has a single value: the table
    says as much. What an earlier command has left in its place is removed.
    """
    planned = _by_figure(cells)
    shown = {key: part for key, part in planned.items() if _varies(part)}
    drawn = _draw(shown, scan, folder) if shown else set()
    for name, _ in planned:
        if name not in drawn:
            for suffix in RASTER_AND_VECTOR:
                (folder / f"{name}{suffix}").unlink(missing_ok=True)


def _varies(cells: Sequence[Cell]) -> bool:
    return len({(str(cell.axes), cell.n_samples) for cell in cells}) > 1


def _draw(
    planned: Mapping[tuple[str, str | None], list[Cell]], scan: Scan, folder: Path
) -> set[str]:
    """Draw the figures that have a score, and return their names."""
    import pandas as pd

    experiments = {
        name: experiment_results(
            Experiment(name, "", part, View(x=x, metrics=_METRICS)), scan.read
        )
        for (name, x), part in planned.items()
    }
    summaries = {name: summarise(experiment) for name, experiment in experiments.items()}
    named = {labels.method(name) for table in summaries.values() for name in table["method"]}
    styles = styles_of(named)
    nothing = curves([], pd.DataFrame())
    scored = {name for name, table in summaries.items() if table["mean"].notna().any()}
    for name in sorted(scored):
        panels = Panels(experiments[name], summaries[name], nothing, styles)
        save(panels.file(), folder / name)
    return scored


def _by_figure(cells: Sequence[Cell]) -> Mapping[tuple[str, str | None], list[Cell]]:
    """Return the cells of each figure by its name and its horizontal axis."""
    found: dict[tuple[str, str | None], list[Cell]] = defaultdict(list)
    for cell in cells:
        last_parts = [axis.rpartition(".")[2] for axis in cell.axes]
        swept = "_".join([cell.simulator, *last_parts])
        found[(swept, None) if cell.axes else ("volume", "n_samples")].append(cell)
    return found
