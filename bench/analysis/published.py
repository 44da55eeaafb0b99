"""Published numbers beside ours: which rows of `reference.csv` belong into which panel.

`results/paper/reference.csv` holds the values of the figures of arXiv 2601.05647 as read off its
published images, to about 0.01: figure, panel, method, x_name, x_value, metric, value, err_low,
err_high (one standard deviation of its three runs) and the confidence of the reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import ExperimentResults
from bench.config.view import Published

if TYPE_CHECKING:
    import pandas as pd

METHODS = {
    "DOT": "dot_paper",
    "PCMCI parcorr": "pcmci",
    "VAR-LiNGAM": "varlingam",
    "DYNOTEARS": "dynotears",
    "NTS-NOTEARS": "nts_notears",
    "TCDF": "tcdf",
    "PW Granger": "granger_pairwise",
    "MV Granger": "granger_multivariate",
    "Random Guess": "random",
    "CNN": "cnn",
}

AVERAGE = ("f1_analysis", "A Average Performance")
"""Figure and panel of the mean over all of its experiments."""


def find_reference(folder: Path) -> Path | None:
    """Return the table of published numbers for a results folder, or None if there is none."""
    places = [folder, folder.parent / "paper", Path("results") / "paper"]
    return next((p / "reference.csv" for p in places if (p / "reference.csv").exists()), None)


def read_reference(folder: Path) -> pd.DataFrame:
    """Return the published numbers for a results folder; no rows where there are none."""
    import pandas as pd

    path = find_reference(folder)
    if path is None:
        return pd.DataFrame(columns=["figure", "panel", "method", "x_value", "value"])
    return pd.read_csv(path, dtype={"x_value": str})


def averages(reference: pd.DataFrame) -> pd.Series:
    """Return the published mean F1 over all experiments, by our names of the methods."""
    rows = reference[(reference["figure"] == AVERAGE[0]) & (reference["panel"] == AVERAGE[1])]
    means = rows.assign(method=rows["method"].map(METHODS)).set_index("method")["value"]
    return means.astype(float)


def curves(published: Sequence[Published], reference: pd.DataFrame) -> pd.DataFrame:
    """Return one row per published point: our names of `method` and `x`, value, metric, `where`.

    Rows whose place on our axis is not known are left out.
    """
    import pandas as pd

    points = []
    for entry in published:
        rows = reference[reference["figure"] == entry.figure]
        if entry.panel is not None:
            rows = rows[rows["panel"] == entry.panel]
        for row in rows.dropna(subset=["value"]).to_dict("records"):
            x = _ours(row["x_value"], entry.x)
            method = {**METHODS, **entry.methods}.get(row["method"])
            if x is not None and method is not None:
                points.append(
                    {"method": method, "x": x, "value": row["value"]}
                    | {"metric": entry.metric, "where": entry.where}
                )
    return pd.DataFrame(points, columns=["method", "x", "value", "metric", "where"])


def beside(
    points: pd.DataFrame, experiment: ExperimentResults, condition: Mapping[Any, Any]
) -> pd.DataFrame:
    """Return the published points that stand in the panel of a condition.

    Parameters
    ----------
    points
        What `curves` returned for the experiment.
    experiment
        The experiment.
    condition
        `simulator`, `axes` and `n_samples` of any condition in the panel.
    """
    here = dict(experiment.points[condition["simulator"], condition["axes"]])
    here |= {name: condition[name] for name in ("simulator", "n_samples")}
    fits = [
        all(key == experiment.x or here.get(key) == value for key, value in where.items())
        for where in points["where"]
    ]
    return points.loc[fits]


def _ours(value: Any, names: Mapping[str, Any]) -> Any:
    if str(value) in names:
        return names[str(value)]
    try:
        return float(value)
    except ValueError:
        return None
