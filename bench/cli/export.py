"""`lagbench export FOLDER --out FILE`: one long table, a row per cell and metric."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.store import Store
from bench.store.atomic import replacing
from bench.store.exported import table_alone
from bench.store.long_table import as_frame, long_table
from methods.types.errors import InputError

_WRITERS = {".csv": "to_csv", ".parquet": "to_parquet"}


def export(args: argparse.Namespace) -> int:
    """Write the long table of a store and return 0.

    Where only an exported table is left of the run, its rows are written as they stand there.

    Raises
    ------
    ValueError
        If the folder holds neither or no cells, or the file is neither CSV nor Parquet.
    """
    out = Path(args.out)
    if out.suffix not in _WRITERS or not out.absolute().parent.is_dir():
        raise InputError(
            f"--out: expected a .csv or .parquet file in an existing folder, found {args.out}"
        )
    exported = table_alone(args.folder)
    table = long_table(Store(Path(args.folder))) if exported is None else as_frame(exported)
    if table.empty:
        raise InputError(
            f"folder: expected planned or recorded cells, found none in {args.folder}"
        )
    with replacing(out) as draft:
        getattr(table, _WRITERS[out.suffix])(draft, index=False)
    print(f"wrote {out}: {table['key'].nunique()} cells, {len(table)} rows")
    return 0
