"""`lagbench report [FOLDER] [OVERRIDES]`: the page on the results of a profile or run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.cli.list import describe
from bench.cli.run import store_of
from bench.config.cell import Cell
from bench.config.compose import Planned, experiment_view, experiments, options
from bench.config.view import View
from bench.report import Part, write_page
from bench.store import commands as plans
from bench.store.folder import store_in
from bench.store.long_table import find_exported, read_exported
from bench.store.record import Record
from bench.store.store import Store


def report(args: argparse.Namespace) -> int:
    """Write the report on a folder and print where it is; return 0.

    Which experiments there are comes from the profile: that of the overrides, else that of the
    folder's name. Cells of the folder that it has not planned are shown after them; without a
    profile they are all there is.

    A folder without records is read from the table that `lagbench export` wrote there, where it
    has one of the names in `bench.store.long_table`.

    Raises
    ------
    ValueError
        If the folder holds neither, or no cells that a command has planned; or names what is
        wrong with an override.
    """
    folders = [word for word in args.words if "=" not in word]
    overrides = [word for word in args.words if "=" in word]
    flags = ["--config-dir", args.config_dir] if args.config_dir else []
    if len(folders) > 1:
        raise ValueError(f"folder: expected one, found {', '.join(folders)}")
    if folders and not overrides and Path(folders[0]).name in options("profile", flags):
        overrides = [f"profile={Path(folders[0]).name}"]
    parts: list[Part] = []
    root = Path(folders[0]) if folders else None
    if overrides or root is None:
        planned, whole = experiments([*flags, *overrides])
        parts = _parts(planned)
        root = root or store_of(whole).root
    cells, read = _results(root)
    parts += _others(cells, parts, root.name, flags)
    if not parts:
        raise ValueError(
            f"folder: expected planned cells, found none in {root}; say of which experiment its "
            "records are, as experiments=[smoke]"
        )
    page = write_page(root.name, parts, read, root, args.reference)
    print(f"wrote {page}")
    return 0


def report_on(planned: Sequence[Planned], store: Store) -> None:
    """Write the report on the experiments of a profile into its store."""
    from bench.run.sweep import writing

    with writing(store):
        page = write_page(store.root.name, _parts(planned), store.scan().read, store.root)
    print(f"wrote {page}")


def _parts(planned: Sequence[Planned]) -> list[Part]:
    return [Part(p.name, _about(p.name), p.view, p.cells) for p in planned]


def _results(root: Path) -> tuple[list[Cell], Callable[[str], Record | None]]:
    """Return the cells that a folder has planned, and what reads their records."""
    exported = find_exported(root)
    if exported is not None and not (root / "cells").is_dir():
        return read_exported(exported)
    store = store_in(str(root))
    return plans.load(store), store.scan().read


def _others(
    planned: Sequence[Cell], parts: Sequence[Part], name: str, flags: Sequence[str]
) -> list[Part]:
    """Return a part of the planned cells that no part holds."""
    known = {cell.key for part in parts for cell in part.cells}
    cells = [cell for cell in planned if cell.key not in known]
    if not cells:
        return []
    if not parts and name in options("experiment", flags):
        return [Part(name, _about(name), experiment_view(name, flags), cells)]
    about = "Runs of other commands in this folder."
    return [Part("other" if parts else name, about, View(), cells)]


def _about(name: str) -> str:
    return describe("experiment", name) if name in options("experiment") else ""
