"""Figures of matplotlib as files; those of graphs are the last, see `bench.report.charts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.store.atomic import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RASTER_AND_VECTOR = (".png", ".svg")
ALL_FORMATS = (*RASTER_AND_VECTOR, ".pdf")

# Dates and versions of libraries would make equal figures differ.
_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def save_as(figure: Figure, path: Path) -> None:
    """Write a figure to a PNG, SVG or PDF file."""
    import matplotlib as mpl

    with (
        mpl.rc_context({"svg.hashsalt": "lagbench", "svg.fonttype": "none"}),
        replacing(path) as draft,
    ):
        figure.savefig(draft, dpi=130, metadata=_METADATA[path.suffix])
