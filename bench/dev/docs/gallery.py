"""Pictures of the simulators for the site: one series of each, and its true graph."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bench import simulator
from bench.cli.list import describe
from bench.config.compose import options
from bench.report.styles import ACCENT, INK, MUTED, dress
from simulators import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 500
"""Time steps that are drawn."""

INTRODUCTION = f"""# Gallery of the simulators

One system of each, with seed 0. On the left are {STEPS} steps of the first variables, each
standardised; where the series has regimes, another shade is another regime. On the right is the
true graph: how strongly a cause (row) acts on an effect (column), at its strongest lag. The text
is that of `lagbench list simulators`, and `make site` draws the pictures.
"""


def page(names: list[str]) -> str:
    """Return the page of the gallery, which shows `gallery/NAME.png` for each name."""
    parts = [
        f"## {name}\n\n{describe('simulator', name)}\n\n![A series of {name}, and its graph]"
        f"(gallery/{name}.png)\n"
        for name in names
    ]
    return "\n".join([INTRODUCTION, *parts])


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield the name of every simulator, and its picture as PNG."""
    for name in options("simulator", []):
        yield name, picture(name)


def picture(name: str) -> bytes:
    """Return the picture of a simulator as PNG."""
    from matplotlib.figure import Figure

    system = simulator(name).draw(seed=0)
    sample = system.generate(STEPS)
    figure = Figure(figsize=(8.4, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2.6, 1])
    _series(left, sample)
    image = right.imshow(sample.truth_of(system).summary().scores, cmap="Blues", vmin=0)
    figure.colorbar(image, ax=right, shrink=0.8)
    right.set_xlabel("effect")
    right.set_ylabel("cause")
    dress(right, size=8)
    right.grid(visible=False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=90)
    return file.getvalue()


def _series(ax: Axes, sample: Sample, most: int = 5) -> None:
    """Draw the first variables below each other, and shade every other regime."""
    segments = sample.series.standardized().segments
    values, labels = np.concatenate(segments), np.concatenate(sample.regimes)
    for k in range(min(most, values.shape[1])):
        ax.plot(values[:, k] - 5 * k, color=ACCENT if k % 2 else INK, lw=0.8)
    for label in range(1, int(labels.max()) + 1, 2):
        where = labels == label
        ax.fill_between(
            range(len(labels)), 0, 1, where, color=MUTED, alpha=0.15, lw=0,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip
    ax.set_yticks([])
    ax.set_xlabel("step")
    dress(ax, grid="x", size=8)
