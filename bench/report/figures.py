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
from bench.report.panels import Panels
from bench.report.saving import RASTER_AND_VECTOR
from bench.report.styles import styles_of
from bench.store import Scan

_METRICS = ("auprc", "f1 fair")


def write_figures(cells: Sequence[Cell], scan: Scan, folder: Path) -> None:
    """Write `volume`, and one figure per simulator and swept parameter, as PNG and SVG.

    A figure without any score is left out.
    """
    import pandas as pd

    experiments = {
        name: experiment_results(
            Experiment(name, "", part, View(x=x, metrics=_METRICS)), scan.read
        )
        for (name, x), part in _by_figure(cells).items()
    }
    summaries = {name: summarise(experiment) for name, experiment in experiments.items()}
    styles = styles_of({method for table in summaries.values() for method in table["method"]})
    nothing = curves([], pd.DataFrame())
    for name, experiment in experiments.items():
        if summaries[name]["mean"].notna().any():
            panels = Panels(experiment, summaries[name], nothing, styles)
            panels.write(folder / name, RASTER_AND_VECTOR)


def _by_figure(cells: Sequence[Cell]) -> Mapping[tuple[str, str | None], list[Cell]]:
    """Return the cells of each figure by its name and its horizontal axis."""
    found: dict[tuple[str, str | None], list[Cell]] = defaultdict(list)
    for cell in cells:
        last_parts = [axis.rpartition(".")[2] for axis in cell.axes]
        swept = "_".join([cell.simulator, *last_parts])
        found[(swept, None) if cell.axes else ("volume", "n_samples")].append(cell)
    return found
