"""Colours and markers: the same method looks the same in every figure of a report.

Each colour of the light theme has a partner of the same hue in the dark one. The page refers to
both by CSS variables, the files on disk have the light ones. Colours are told apart by
colour-blind readers (after Okabe and Ito, and Tol); with the markers, which repeat in another
rhythm, 77 methods differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

INK, MUTED = "#1c1e21", "#6b7178"
"""Colours of text and of what stays in the background, by which they are found in an SVG."""

_LIGHT = ["#0072b2", "#d55e00", "#00805c", "#a8478a", "#a87400", "#882255", "#2b93c9"]
_DARK = ["#5aa9f0", "#ff8d4d", "#35c79b", "#ea9fd0", "#f0b93a", "#d9749f", "#9adbfa"]
_MARKERS = "osD^vP*X<>p"


@dataclass(frozen=True)
class Style:
    """How a method is drawn."""

    colour: str
    marker: str
    width: float = 1.3


def styles_of(methods: Iterable[str]) -> dict[str, Style]:
    """Return a style for each method; `dot` has the colour of the text."""
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
