"""Figures as files: the same figure gives the same bytes, and readers never see half a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def save(figure: Figure, path: Path, suffixes: Sequence[str] = RASTER_AND_VECTOR) -> None:
    """Add one legend of all panels and write the figure in each format; `path` has no suffix."""
    _add_legend(figure)
    _lay_out(figure)
    for suffix in suffixes:
        save_as(figure, path.parent / f"{path.name}{suffix}")


def save_as(figure: Figure, path: Path) -> None:
    """Write a figure to a PNG, SVG or PDF file."""
    import matplotlib as mpl

    with (
        mpl.rc_context({"svg.hashsalt": "lagbench", "svg.fonttype": "none"}),
        replacing(path) as draft,
    ):
        figure.savefig(draft, dpi=130, metadata=_METADATA[path.suffix])


def _lay_out(figure: Figure) -> None:
    """Find the places of all axes once; otherwise each format would do it twice."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def _add_legend(figure: Figure) -> None:
    entries: dict[str, Any] = {}
    # The fullest panel comes first, so that its order is kept.
    for ax in sorted(figure.axes, key=lambda ax: -len(ax.get_legend_handles_labels()[1])):
        handles, labels = ax.get_legend_handles_labels()
        for label, handle in zip(labels, handles, strict=True):
            entries.setdefault(label, handle)
    if not entries:
        return
    # Names of settings can be long, and a wide legend would take its room from the panels.
    extra = max(0, max(map(len, entries)) - 20)
    figure.set_figwidth(figure.get_figwidth() + 0.07 * extra)
    figure.legend(
        [*entries.values()], [*entries], loc="outside right center", fontsize=8, frameon=False
    )
