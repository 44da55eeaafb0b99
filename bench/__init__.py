"""The harness: grids of cells, scores and reports.

`from bench import compare, score, table, simulator` is its face in Python; they are imported when
they are asked for.
"""

import importlib
from typing import Any

__all__ = ["compare", "score", "simulator", "table"]

_LAZY = {
    "compare": "bench.face.compare",
    "score": "bench.face.compare",
    "simulator": "bench.config.named",
    "table": "bench.face.table",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
