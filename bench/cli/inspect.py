"""`lagbench inspect FILE`: what a table holds, before a method looks for causes in it."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

from bench.cli.reading import treatment_of
from methods.inspection import Inspection
from methods.inspection import inspect as look
from methods.types.errors import InputError
from methods.types.reading.notes import Notes
from methods.types.reading.tables import read_table


def inspect(args: argparse.Namespace) -> int:
    """Print the notes, the warnings, a table of variables and one of methods.

    Raises
    ------
    ValueError
        For a file or argument that cannot be used.
    """
    if args.max_lag is not None and args.max_lag < 1:
        raise InputError(f"--max-lag: expected an integer of at least 1, found {args.max_lag}")
    notes, found = inspected(args)
    for note in notes:
        print(f"note: {note}")
    print(found)
    return 0


def inspected(args: argparse.Namespace) -> tuple[Notes, Inspection]:
    """Return what was found when the file was read, and what it holds."""
    notes = Notes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # They are among the notes.
        frame = read_table(Path(args.file), notes)
    treatment = treatment_of(args)
    if args.max_lag is not None:
        treatment["max_lag"] = args.max_lag
    return notes, look(frame, time=args.time_column, unit=args.unit_column, **treatment)
