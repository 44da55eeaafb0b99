"""Names of variables in any script: fonts that have its letters, where they are installed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_FALLBACKS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "IPAexGothic",
    "Hiragino Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
)


@contextmanager
def any_script() -> Iterator[None]:
    """Draw letters that the default font lacks in an installed font that has them.

    A letter that no installed font has is a box in a PNG or PDF. An SVG keeps the text, and what
    shows it chooses the font.
    """
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    families = ["DejaVu Sans", *(name for name in _FALLBACKS if name in installed)]
    with mpl.rc_context({"font.family": families}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support", UserWarning)
        yield
