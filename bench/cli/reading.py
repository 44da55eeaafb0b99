"""The arguments that say how a file of observations is read."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

from methods import TimeSeries
from methods.types.reading.missing import Missing
from methods.types.reading.notes import Notes
from methods.types.reading.rules import Rules, Treatment
from methods.types.reading.tables import read_table


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the file itself."""
    parser.add_argument(
        "file",
        help=".csv, .tsv, .txt (or with .gz), .parquet or .feather; one named column per variable",
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what to do with the columns and rows of a file."""
    parser.add_argument(
        "--time-column", metavar="NAME", help="times; found by itself if there is one candidate"
    )
    parser.add_argument(
        "--unit-column", metavar="NAME", help="what tells the units of a panel apart"
    )
    parser.add_argument(
        "--standardise-units",
        action=argparse.BooleanOptionalAction,
        help="take out each unit's own level and scale (default: if units differ in level)",
    )
    parser.add_argument(
        "--missing",
        choices=["refuse", "auto", "split", "drop", "interpolate", "kalman"],
        help="missing values: refuse them; split the series there; drop the windows that lack a "
        "value which a test needs; fill up to --max-lag in a row by a straight line or a Kalman "
        "smoother; auto: drop if split would lose more than 5%% of the windows (the default for "
        "methods that can drop; others split)",
    )
    parser.add_argument("--difference", action="store_true", help="take differences of steps")
    parser.add_argument("--detrend", action="store_true", help="take out a straight line")
    parser.add_argument(
        "--deseason", type=int, metavar="PERIOD", help="take out a season of so many steps"
    )
    parser.add_argument(
        "--normal-scores",
        action="store_true",
        help="replace values by normal quantiles of their ranks, where some lie far out",
    )


def treatment_of(args: argparse.Namespace) -> Treatment:
    """Return what the arguments say of trend, season and units."""
    return Treatment(
        standardise_units=args.standardise_units,
        difference=args.difference,
        detrend=args.detrend,
        deseason=args.deseason,
        normal_scores=args.normal_scores,
    )


def read(args: argparse.Namespace, *, missing: Missing, max_lag: int) -> TimeSeries:
    """Read the file as the arguments say, and print what was found and what should be mended."""
    from methods.inspection.common import common_causes

    notes = Notes()
    treatment = treatment_of(args) | {"missing": missing, "max_lag": max_lag}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # They are among the notes.
        frame = read_table(Path(args.file), notes)
        columns = {"time": args.time_column, "unit": args.unit_column}
        series = TimeSeries.from_frame(frame, **columns, **treatment)
        shared = common_causes(frame, Rules(**columns, **treatment))
    for note in (*notes, *series.notes):
        print(f"note: {note}")
    for line in shared:
        print(f"WARNING: {line}")
    return series
