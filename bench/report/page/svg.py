"""A figure as an SVG element of the page, which scales with the page and follows its theme."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from bench.report.styles import variables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GID = "method:"


def inline(figure: Figure, title: str) -> str:
    """Return the `<svg>` element of a figure; `title` must be unique in the page.

    A group with the id `method:NAME` gets `data-method="NAME"` instead, so that the page can hide
    a method. Other ids that nothing refers to are removed, because ids must be unique in a page.
    """
    import matplotlib as mpl

    figure.patch.set_alpha(0)
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": title, "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(rf'id="{_GID}([^"]*)"', r'data-method="\1"', text)
    referred = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in referred else "", text)
    for colour, (variable, *_) in variables().items():
        text = text.replace(colour, f"var({variable})")
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text, count=2)
    return text.replace("<svg", '<svg role="img"', 1)
