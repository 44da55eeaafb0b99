"""Colours, markers and the look of an axis: the same method looks the same in every figure.

Each colour of the light theme has a partner of the same hue in the dark one. The page refers to
both by CSS variables; files have the light ones. Colours are told apart by colour-blind readers
(after Okabe and Ito, and Tol). Markers repeat in another rhythm, so 77 methods differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED = "#1c1e21", "#6b7178"
"""Colours of text and of the background; the page finds them in an SVG by these values."""

_LIGHT = ["#0072b2", "#d55e00", "#00805c", "#a8478a", "#a87400", "#882255", "#2b93c9"]
_DARK = ["#5aa9f0", "#ff8d4d", "#35c79b", "#ea9fd0", "#f0b93a", "#d9749f", "#9adbfa"]
_MARKERS = "osD^vP*X<>p"

ACCENT = _LIGHT[0]
"""Colour of the one thing that a figure shows."""


@dataclass(frozen=True)
class Style:
    """How a method is drawn: colour, marker and width of its line (points)."""

    colour: str
    marker: str
    width: float = 1.3


def styles_of(methods: Iterable[str]) -> dict[str, Style]:
    """Return a style for each method, and for `dot`, which has the colour of the text."""
    others = sorted(set(methods) - {"dot"})
    styles = {"dot": Style(INK, "o", 2.2)}
    for k, name in enumerate(others):
        styles[name] = Style(_LIGHT[k % len(_LIGHT)], _MARKERS[(k + 1) % len(_MARKERS)])
    return styles


def outline(style: Style) -> str:
    """Return the outline of a method's marker as the points of an SVG polygon within -1 to 1."""
    from matplotlib.markers import MarkerStyle

    marker = MarkerStyle(style.marker)
    path = marker.get_path().transformed(marker.get_transform())
    points = np.concatenate([np.asarray(part) for part in path.to_polygons()])
    points = points / np.abs(points).max() * [1, -1]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def variables() -> Mapping[str, tuple[str, str, str]]:
    """Return each colour of a figure with its CSS variable and its light and dark value."""
    pairs = zip(_LIGHT, _DARK, strict=True)
    named = {light: (f"--s{k}", light, dark) for k, (light, dark) in enumerate(pairs)}
    return {**named, INK: ("--ink", INK, "#e8eaed"), MUTED: ("--muted", MUTED, "#9aa1a9")}


def dress(ax: Axes, grid: Literal["x", "y", "both"] = "both", size: float = 9) -> None:
    """Give an axis its look, after everything is drawn; `size` is that of its texts (points)."""
    ax.tick_params(colors=INK, labelsize=size)
    for label in (ax.xaxis.label, ax.yaxis.label, ax.title):
        label.set_color(INK)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_fontsize(size)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.grid(axis=grid, color=MUTED, alpha=0.25, lw=0.6)
    ax.patch.set_alpha(0)


def plain(text: str) -> str:
    """Return a text in which matplotlib sees no mathematics."""
    return text.replace("$", r"\$")
