"""Charts as files: the same chart gives the same bytes, and readers never see half a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.report.saving import RASTER_AND_VECTOR
from bench.store.atomic import replacing

_SCALE = 2.0  # pixels of a PNG per pixel of a chart


def save(spec: dict[str, Any], path: Path, suffixes: Sequence[str] = RASTER_AND_VECTOR) -> None:
    """Write a Vega-Lite chart in each format; `path` has no suffix."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(spec)
    makers = {
        ".svg": lambda: svg.encode(),
        ".png": lambda: vl_convert.svg_to_png(svg, scale=_SCALE),
        ".pdf": lambda: vl_convert.svg_to_pdf(svg),
    }
    for suffix in suffixes:
        with replacing(path.parent / f"{path.name}{suffix}") as draft:
            draft.write_bytes(makers[suffix]())
