"""The page that `lagbench discover --html` writes."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.cli.inspect import inspected
from bench.store.atomic import write_text
from methods import LaggedGraph


def write_html(
    args: argparse.Namespace, graphs: Mapping[str, LaggedGraph], facts: Sequence[str]
) -> str:
    """Write the page on the graphs and the series of the arguments; return its path."""
    from bench.report.page.series import series_page

    notes, found = inspected(args)
    page = series_page(Path(args.file).name, graphs, facts, list(notes), found)
    write_text(Path(args.html), page)
    return str(args.html)
