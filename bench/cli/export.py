"""`lagbench export FOLDER --out FILE`: one long table, a row per cell and metric."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.store import Store
from bench.store.atomic import replacing
from bench.store.long_table import long_table
from methods.types.errors import InputError

_WRITERS = {".csv": "to_csv", ".parquet": "to_parquet"}


def export(args: argparse.Namespace) -> int:
    """Write the long table of a store and return 0.

    Raises
    ------
    ValueError
        If the folder holds no store or no cells, or the file is neither CSV nor Parquet.
    """
    out = Path(args.out)
    if out.suffix not in _WRITERS or not out.absolute().parent.is_dir():
        raise InputError(
            f"--out: expected a .csv or .parquet file in an existing folder, found {args.out}"
        )
    table = long_table(Store.open(args.folder))
    if table.empty:
        raise InputError(
            f"folder: expected planned or recorded cells, found none in {args.folder}"
        )
    with replacing(out) as draft:
        getattr(table, _WRITERS[out.suffix])(draft, index=False)
    print(f"wrote {out}: {table['key'].nunique()} cells, {len(table)} rows")
    return 0
