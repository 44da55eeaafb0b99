"""The files that `lagbench discover` writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.cli.graphs.agreement import agreement, long_frame
from bench.cli.graphs.regimes import write_regimes
from bench.store.atomic import replacing
from methods import LaggedGraph, TimeSeries


def write(
    graphs: Mapping[str, LaggedGraph], series: TimeSeries, out: str | None, plot: str | None
) -> list[str]:
    """Write the graphs of one or several methods as a table and a picture; return the files."""
    written = []
    if out:
        written.append(out)
        several = len(graphs) > 1
        with replacing(Path(out)) as draft:
            frame = long_frame(graphs)
            (frame if several else frame.drop(columns="method")).to_csv(draft, index=False)
        for name, graph in graphs.items():
            if graph.regimes is not None:
                ending = f".{name}.regimes.csv" if several else ".regimes.csv"
                steps = Path(out).with_suffix(ending)
                with replacing(steps) as draft:
                    write_regimes(graph, series, draft)
                written.append(str(steps))
    if plot:
        from bench.report.graph_figure import draw

        [*found] = graphs.values()
        one = found[0] if len(found) == 1 else agreement(graphs)
        label = "score" if len(found) == 1 else "methods that select the link"
        with replacing(Path(plot)) as draft:
            draw(one, draft, label=label)
        written.append(plot)
    return written
