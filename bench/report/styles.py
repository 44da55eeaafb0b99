"""Colours and marks: the same method looks the same in every figure of a report.

Each colour of the light theme has a partner of the same hue in the dark one; files have the light
ones. Colours are told apart by colour-blind readers (after Okabe and Ito, and Tol). Marks repeat
in another rhythm than colours, so 56 methods differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

INK, MUTED = "#1c1e21", "#6b7178"
"""Colours of text and of the background, on white."""

_INKS = {"light": (INK, MUTED), "dark": ("#e8eaed", "#9aa1a9")}
_HUES = {
    "light": ["#0072b2", "#d55e00", "#00805c", "#a8478a", "#a87400", "#882255", "#2b93c9"],
    "dark": ["#5aa9f0", "#ff8d4d", "#35c79b", "#ea9fd0", "#f0b93a", "#d9749f", "#9adbfa"],
}
ACCENT = _HUES["light"][0]
"""Colour of the one thing that a figure shows."""

_CROSS = "M-.4,-1H.4V-.4H1V.4H.4V1H-.4V.4H-1V-.4H-.4Z"
_MARKS = [
    "M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z",
    "M-.85,-.85H.85V.85H-.85Z",
    "M0,-1.2L1.2,0L0,1.2L-1.2,0Z",
    "M0,-1.1L1.1,.9H-1.1Z",
    "M0,1.1L1.1,-.9H-1.1Z",
    _CROSS,
    "M1.1,0L-.9,1.1V-1.1Z",
    "M-1.1,0L.9,1.1V-1.1Z",
]
_FIRST = "DOT"  # has the colour of the text


@dataclass(frozen=True)
class Style:
    """How a method is drawn: its colour in both themes, and the SVG path of its mark."""

    light: str
    dark: str
    mark: str


def styles_of(methods: Iterable[str]) -> dict[str, Style]:
    """Return a style for each method, by what it is called in the report."""
    others = sorted(set(methods) - {_FIRST})
    pairs = list(zip(_HUES["light"], _HUES["dark"], strict=True))
    styles = {_FIRST: Style(_INKS["light"][0], _INKS["dark"][0], _MARKS[0])}
    for k, name in enumerate(others):
        styles[name] = Style(*pairs[k % len(pairs)], _MARKS[(k + 1) % len(_MARKS)])
    return styles


def config(styles: Iterable[Style], theme: Theme = "light") -> dict[str, Any]:
    """Return the configuration of Vega-Lite for charts whose methods have these styles.

    Colours of methods are the range `category` in the order of the styles, marks are `symbol`. The
    style `quiet` is for what stands behind the scores.
    """
    (ink, muted), styles = _INKS[theme], list(styles)
    axis = {
        "domainColor": muted,
        "tickColor": muted,
        "gridColor": muted,
        "gridOpacity": 0.22,
        "labelColor": ink,
        "titleColor": ink,
        "titleFontWeight": "normal",
        "labelFlush": False,
        "labelFontSize": 11,
        "titleFontSize": 11,
    }
    return {
        "background": "white",
        "axis": axis,
        "header": {"labelColor": ink, "labelFontSize": 12, "titleColor": ink},
        "legend": {"labelColor": ink, "titleColor": ink, "labelFontSize": 11, "labelLimit": 320},
        "title": {"color": ink, "fontSize": 12, "fontWeight": "normal"},
        "text": {"color": ink, "fontSize": 11},
        "view": {"stroke": None},
        "range": {
            "category": [getattr(style, theme) for style in styles] or [ink],
            "symbol": [style.mark for style in styles] or _MARKS[:1],
        },
        "style": {
            "quiet": {"stroke": muted, "color": muted},
            "main": {"color": ink, "stroke": ink},
            "hollow": {"color": ink, "stroke": ink, "strokeWidth": 1.6},
        },
    }


def inks(theme: Theme) -> dict[str, str]:
    """Return the CSS variables of the page in a theme."""
    ink, muted = _INKS[theme]
    return {"--ink": ink, "--muted": muted, "--accent": _HUES[theme][0]}


def dress(ax: Axes, grid: Literal["x", "y", "both"] = "both", size: float = 9) -> None:
    """Give an axis of matplotlib its look, once all is drawn; `size` is of its texts (points)."""
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
