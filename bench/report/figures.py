"""Figures of a run, as PNG and SVG: scores and cost against data volume and each swept axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import estimate
from bench.analysis.rows import Labels, one_scope
from bench.analysis.summary import runs_of
from bench.scoring.metrics import bounds
from bench.store.atomic import replacing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The palette of Okabe and Ito (and one of Tol) is told apart by colour-blind readers; markers help
# in grey print.
_COLOURS = [
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#882255",
]
_MARKERS = "osD^vP*X<>hp"
# Without dates and versions the same rows give the same bytes.
_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_METRICS = {"auprc": "AUPRC", "f1@global_k": "F1 (fair: @global_k)"}


def write_figures(rows: pd.DataFrame, labels: Labels, folder: Path) -> None:
    """Write `volume`, one figure per swept axis and `cost`, where the run holds them."""
    scored = one_scope(rows[(rows["scope"] != "") & (rows["status"] == "ok")])
    if scored.empty:
        return
    import pandas as pd

    styles = _styles(rows)
    plain = scored[scored["axes"] == ""]
    if not plain.empty:
        _grid(plain, "simulator", "n_samples", styles, folder / "volume")
    swept = scored[scored["axes"] != ""].copy()
    points = [
        labels.points[place] for place in zip(swept["simulator"], swept["axes"], strict=True)
    ]
    # Two swept parameters, or one that is no number, have no x axis; the table has them.
    single = [_single(point) for point in points]
    swept["axis"] = [axis for axis, _ in single]
    swept["x"] = pd.Series([x for _, x in single], index=swept.index, dtype=float)
    for (simulator, axis), group in swept.dropna(subset="x").groupby(["simulator", "axis"]):
        name = f"{simulator}_{str(axis).rpartition('.')[2]}"
        renamed = group.rename(columns={"x": str(axis)})
        _grid(renamed, "n_samples", str(axis), styles, folder / name)
    _cost(scored, styles, folder / "cost")


def _single(point: Mapping[str, Any]) -> tuple[str, float | None]:
    """Return the axis of a point that has one, and its value if that is a number."""
    (axis, value), *others = point.items()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return axis, float(value) if number and not others else None


def style(k: int) -> dict[str, Any]:
    """Return the colour, marker and widths of the k-th line of a figure."""
    return {
        "color": _COLOURS[k % len(_COLOURS)],
        "marker": _MARKERS[k % len(_MARKERS)],
        "lw": 1.2,
        "ms": 5,
        "capsize": 2,
    }


def _styles(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    methods = sorted(rows["method"].unique(), key=lambda m: (m != "dot", m))
    return {
        method: style(k) | {"lw": 2.0 if method == "dot" else 1.2}
        for k, method in enumerate(methods)
    }


def _grid(
    rows: pd.DataFrame, across: str, x: str, styles: dict[str, dict[str, Any]], path: Path
) -> None:
    """Draw one column of panels per value of `across` and one row per metric."""
    from matplotlib.figure import Figure

    columns = list(dict.fromkeys(rows[across]))
    figure = Figure(figsize=(2.9 * len(columns) + 1.8, 5.6), layout="constrained")
    panels = figure.subplots(len(_METRICS), len(columns), squeeze=False, sharey="row")
    for line, (metric, label) in zip(panels, _METRICS.items(), strict=True):
        for ax, value in zip(line, columns, strict=True):
            part = rows[(rows["metric"] == metric) & (rows[across] == value)]
            _panel(ax, part, metric, x, styles)
            ax.set_ylim(-0.03, 1.05)
            title = f"{value:,} steps" if across == "n_samples" else str(value)
            scope = "".join(part["scope"].unique()[:1]).replace("_", " ")
            ax.set_title(f"{title} ({scope} graph)", fontsize=9)
        line[0].set_ylabel(label)
    save(figure, path)


def _panel(
    ax: Axes, rows: pd.DataFrame, metric: str, x: str, styles: dict[str, dict[str, Any]]
) -> None:
    present = [method for method in styles if method in set(rows["method"])]
    for k, method in enumerate(present):
        values = rows[rows["method"] == method].groupby(x)["value"]
        found = {at: estimate(group).within(bounds(metric)) for at, group in values}
        xs, points = [float(str(at)) for at in found], list(found.values())
        means = [point.mean for point in points]
        below = [point.mean - point.low for point in points]
        above = [max(0.0, point.high - point.mean) for point in points]
        # A small sideways shift keeps the intervals of equal scores apart.
        moved = [_shift(at, k - (len(present) - 1) / 2, x) for at in xs]
        ax.errorbar(
            moved, means, yerr=[below, above], label=method, elinewidth=0.8, **styles[method]
        )
    for bound, style in (("floor", ":"), ("ceiling", "--")):
        level = rows.groupby(x)[bound].mean()
        ax.plot(level.index, level, style, color="grey", lw=1.2, label=bound, zorder=0)
    ticks = sorted(rows[x].unique())
    if x == "n_samples":
        ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{tick:,g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("steps" if x == "n_samples" else x)


def _shift(value: float, places: float, x: str) -> float:
    return value * (1 + 0.03 * places) if x == "n_samples" else value + 0.006 * places


def _cost(rows: pd.DataFrame, styles: dict[str, dict[str, Any]], path: Path) -> None:
    from matplotlib.figure import Figure

    cells = runs_of(rows)
    figure = Figure(figsize=(6.5, 4.0), layout="constrained")
    ax = figure.subplots()
    for method, style in styles.items():
        mean = cells[cells["method"] == method].groupby("n_samples")["cpu_seconds"].mean()
        drawn = {key: value for key, value in style.items() if key != "capsize"}
        ax.plot(mean.index, mean, label=method, **drawn)
    ax.set(xscale="log", yscale="log", xlabel="steps", ylabel="CPU seconds of the method")
    ticks = sorted(cells["n_samples"].unique())
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    save(figure, path)


def save(figure: Figure, path: Path, suffixes: Sequence[str] = (".png", ".svg")) -> None:
    """Put one legend of all panels beside them and save; the same rows give the same bytes."""
    import matplotlib as mpl

    entries: dict[str, Any] = {}
    # The fullest panel comes first, so that its order is kept.
    for ax in sorted(figure.axes, key=lambda ax: -len(ax.get_legend_handles_labels()[1])):
        handles, labels = ax.get_legend_handles_labels()
        for label, handle in zip(labels, handles, strict=True):
            entries.setdefault(label, handle)
    # Names of settings can be long, and what a legend takes the panels lose.
    longest = max(map(len, entries), default=0)
    figure.set_figwidth(figure.get_figwidth() + 0.07 * max(0, longest - 20))
    figure.legend(
        [*entries.values()], [*entries], loc="outside right center", fontsize=8, frameon=False
    )
    with mpl.rc_context({"svg.hashsalt": "lagbench", "svg.fonttype": "none"}):
        for suffix in suffixes:
            with replacing(path.with_suffix(suffix)) as draft:
                figure.savefig(draft, dpi=130, metadata=_METADATA[suffix])
