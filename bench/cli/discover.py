"""`lagbench discover FILE`: from a table of observations to its lagged graph."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

import methods.registry
from bench.cli.link_table import strongest
from bench.cli.reading import read
from bench.cli.regimes import stays, write_regimes
from bench.config.validate import build
from bench.store.atomic import replacing
from methods import DeclinedError, LaggedGraph, Method, TimeSeries
from methods.types.errors import InputError
from methods.types.knowledge import Knowledge, Link
from methods.types.reading.missing import Missing

_SHOWN = 20


def discover(args: argparse.Namespace) -> int:
    """Read the file, run the method, print the strongest edges, write what was asked for.

    Raises
    ------
    ValueError
        For a file, method or argument that cannot be used, and where the method declines.
    """
    _check_outputs(args)
    method = _method(args)
    missing: Missing = args.missing or ("auto" if method.handles.missing else "split")
    series = read(args, missing=missing, max_lag=args.max_lag)
    try:
        rng = np.random.default_rng(args.seed)
        graph = method.discover(series, max_lag=args.max_lag, rng=rng, **_knowledge(args))
    except DeclinedError as reason:
        raise InputError(f"{args.method} declines this file: {reason}") from None
    # Files first: a reader who closes the pipe early still has them.
    written = _write(graph, series, args.out, args.plot)
    print(
        f"{args.method}: {series.n_vars} variables, {series.n_samples} steps, "
        f"{len(series.segments)} segment(s), lags up to {args.max_lag}"
    )
    for line in (*stays(graph, series), strongest(graph, _SHOWN)):
        print(line)
    for path in written:
        print(f"wrote {path}")
    return 0


def _method(args: argparse.Namespace) -> Method:
    """Return the method with the parameters that were set."""
    params = {}
    if args.set:
        from bench.config.given import parameters

        params = parameters(args.set, "--set")
    return build(methods.registry.load(args.method), params, args.method)


def _knowledge(args: argparse.Namespace) -> dict[str, Knowledge]:
    """Return what is known beforehand, from the file and the links, if anything is."""
    known = Knowledge.from_file(args.knowledge) if args.knowledge else Knowledge()
    known = replace(
        known,
        forbidden=(*known.forbidden, *map(Link.parse, args.forbid)),
        required=(*known.required, *map(Link.parse, args.require)),
    )
    return {} if known == Knowledge() else {"knowledge": known}


def _check_outputs(args: argparse.Namespace) -> None:
    """Refuse a bad argument before the method runs, which may take minutes."""
    if args.max_lag < 1:
        raise InputError(f"--max-lag: expected an integer of at least 1, found {args.max_lag}")
    if args.seed < 0:
        raise InputError(f"--seed: expected an integer of at least 0, found {args.seed}")
    for option, path in (("--out", args.out), ("--plot", args.plot)):
        if path and (Path(path).is_dir() or not Path(path).absolute().parent.is_dir()):
            raise InputError(f"{option}: expected a file in an existing folder, found {path}")
    if args.plot and Path(args.plot).suffix not in (".png", ".svg", ".pdf"):
        raise InputError(f"--plot: expected a .png, .svg or .pdf path, found {args.plot}")


def _write(graph: LaggedGraph, series: TimeSeries, out: str | None, plot: str | None) -> list[str]:
    """Write what was asked for, and return the files."""
    written = []
    if out:
        with replacing(Path(out)) as draft:
            graph.to_csv(draft)
        written.append(out)
        if graph.regimes is not None:
            steps = Path(out).with_suffix(".regimes.csv")
            with replacing(steps) as draft:
                write_regimes(graph, series, draft)
            written.append(str(steps))
    if plot:
        from bench.report.graph_figure import draw

        with replacing(Path(plot)) as draft:
            draw(graph, draft)
        written.append(plot)
    return written
