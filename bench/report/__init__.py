"""Tables, figures and the page on what has been run.

Names are imported when they are first asked for: figures need libraries that are slow to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.report.ablation import write_ablation
    from bench.report.page.build import write_page
    from bench.report.run_report import write_report

__all__ = ["write_ablation", "write_page", "write_report"]

_HOMES = {
    "write_ablation": "bench.report.ablation",
    "write_page": "bench.report.page.build",
    "write_report": "bench.report.run_report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
