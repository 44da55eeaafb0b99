"""`lagbench discover FILE`: from a table of observations to its lagged graph."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.cli.graphs.agreement import together
from bench.cli.graphs.html import write_html
from bench.cli.graphs.link_table import strongest
from bench.cli.graphs.regimes import stays
from bench.cli.graphs.writing import write
from bench.cli.reading import read
from bench.config.validate import build
from methods import DeclinedError, LaggedGraph, Method, TimeSeries, registry
from methods.discovery import discover as discover_graph
from methods.types.errors import InputError, did_you_mean
from methods.types.knowledge import Knowledge, Link
from methods.types.reading.missing import Missing

_SHOWN = 20


def discover(args: argparse.Namespace) -> int:
    """Read the file, run the methods, print the strongest edges, write what was asked for.

    Raises
    ------
    ValueError
        For a file, method or argument that cannot be used, and where every method declines.
    """
    _check(args)
    methods = _methods(args)
    drop = all(method.handles.missing for method in methods.values())
    missing: Missing = args.missing or ("auto" if drop else "split")
    series = read(args, missing=missing, max_lag=args.max_lag)
    graphs, declined = _graphs(args, methods, series)
    # Files first: a reader who closes the pipe early still has them.
    written = write(graphs, series, args.out, args.plot)
    told = (
        f"{', '.join(graphs)}: {series.n_vars} variables, {series.n_samples} steps, "
        f"{len(series.segments)} segment(s), lags up to {args.max_lag}"
    )
    several = len(graphs) > 1
    facts = [told]
    for name, graph in graphs.items():
        for line in stays(graph, series):
            facts.append(f"{name}: {line}" if several and not line.startswith(" ") else line)
    facts += declined
    if args.html:
        written.append(write_html(args, graphs, facts))
    print("\n".join(facts))
    [first, *_] = graphs.values()
    print(together(graphs, _SHOWN) if several else strongest(first, _SHOWN))
    for path in written:
        print(f"wrote {path}")
    return 0


def _methods(args: argparse.Namespace) -> dict[str, Method]:
    """Return the methods by name, with the parameters that were set.

    With several methods a parameter has the name of its method before it.
    """
    names = list(dict.fromkeys(filter(None, args.method.split(","))))
    params: dict[str, Any] = {}
    if args.set:
        from bench.config.given import parameters

        params = parameters(args.set, "--set")
    if len(names) == 1:
        params = {names[0]: params}
    for name, value in params.items():
        if name not in names or not isinstance(value, dict):
            raise InputError(
                f"--set: expected METHOD.NAME=VALUE with a method among {', '.join(names)}, found "
                f"{name!r}{did_you_mean(name, names)}"
            )
    load = registry.load
    return {name: build(load(name), params.get(name, {}), name) for name in names}


def _graphs(
    args: argparse.Namespace, methods: dict[str, Method], series: TimeSeries
) -> tuple[dict[str, LaggedGraph], list[str]]:
    """Return the graph of each method, and a line for each that declines, unless all do."""
    graphs: dict[str, LaggedGraph] = {}
    declined = []
    run = {"seed": args.seed, "knowledge": _knowledge(args), "bootstrap": args.bootstrap}
    for name, method in methods.items():
        try:
            graphs[name] = discover_graph(series, args.max_lag, method, **run)
        except DeclinedError as reason:
            declined.append(f"{name} declines this file: {reason}")
    if not graphs:
        raise InputError("; ".join(declined))
    return graphs, declined


def _knowledge(args: argparse.Namespace) -> Knowledge | None:
    """Return what is known beforehand, from the file and the links, if anything is."""
    known = Knowledge.from_file(args.knowledge) if args.knowledge else Knowledge()
    known = replace(
        known,
        forbidden=(*known.forbidden, *map(Link.parse, args.forbid)),
        required=(*known.required, *map(Link.parse, args.require)),
    )
    return None if known == Knowledge() else known


def _check(args: argparse.Namespace) -> None:
    """Refuse a bad argument before the method runs, which may take minutes."""
    if args.max_lag < 1:
        raise InputError(f"--max-lag: expected an integer of at least 1, found {args.max_lag}")
    if args.seed < 0:
        raise InputError(f"--seed: expected an integer of at least 0, found {args.seed}")
    if args.bootstrap < 0:
        raise InputError(f"--bootstrap: expected a number of at least 0, found {args.bootstrap}")
    for option, path in (("--out", args.out), ("--plot", args.plot), ("--html", args.html)):
        if path and (Path(path).is_dir() or not Path(path).absolute().parent.is_dir()):
            raise InputError(f"{option}: expected a file in an existing folder, found {path}")
    if args.plot and Path(args.plot).suffix not in (".png", ".svg", ".pdf"):
        raise InputError(f"--plot: expected a .png, .svg or .pdf path, found {args.plot}")
