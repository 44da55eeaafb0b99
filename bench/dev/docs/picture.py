"""The picture of the README: `python -m bench.dev.docs.picture`.

It shows on which data which method finds the graph, from the same runs as the table below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.dev.docs.engine import ROOT
from bench.dev.docs.kinds import Data, kinds
from bench.report.saving import save
from bench.report.styles import MUTED, dress, styles_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE = ROOT / "docs" / "pictures" / "which_method.svg"
"""Where it lies."""

SHOWN = ("dot", "jrngc", "cuts_plus", "pcmci", "var", "correlation")
"""The methods that are drawn, the same for every kind of data where they were run."""


def draw(path: Path) -> None:
    """Draw a row for each kind of data: the mean AUPRC of each method, and chance as a line."""
    from matplotlib.figure import Figure

    rows = [*kinds()]
    figure = Figure(figsize=(8.2, 0.4 * len(rows) + 0.8), layout="constrained")
    ax = figure.subplots()
    for place, data in enumerate(rows):
        _draw_row(ax, place, data)
    ax.set_yticks(range(len(rows)), [data.name for data in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, 1.02)
    ax.set_xlabel("AUPRC, mean over three systems (1: every edge ranked before every non-edge)")
    dress(ax, grid="x")
    for border in range(1, len(rows)):
        ax.axhline(border - 0.5, color=MUTED, alpha=0.25, lw=0.6)
    path.parent.mkdir(exist_ok=True)
    save(figure, path.with_suffix(""), [path.suffix])


def _draw_row(ax: Axes, place: int, data: Data) -> None:
    means, styles = data.means(), styles_of(SHOWN)
    chance = float(data.runs["floor"].mean())
    ax.plot([chance, chance], [place - 0.3, place + 0.3], color=MUTED, label="chance")
    for k, name in enumerate(SHOWN):
        if name in means:
            style = styles[name]
            (mark,) = ax.plot(
                *(means[name], place + 0.12 * (k - len(SHOWN) / 2 + 0.5)),
                marker=style.marker,
                color=style.colour,
                linestyle="none",
                markersize=7,
                markeredgecolor="white",
                label=name,
            )
            mark.set_gid(gid(place, name, means[name]))


def gid(place: int, method: str, mean: float) -> str:
    """Return the name of a mark in the SVG, which holds its number."""
    return f"row{place}-{method}-{mean:.2f}"


def marks() -> Sequence[str]:
    """Return the names of all marks that the picture has to have."""
    return [
        gid(place, name, mean)
        for place, data in enumerate(kinds())
        for name, mean in data.means().items()
        if name in SHOWN
    ]


if __name__ == "__main__":
    draw(PICTURE)
