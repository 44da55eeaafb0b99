"""`lagbench report [FOLDER] [OVERRIDES]`: the page on the results of a profile or run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench import plans
from bench.app import store_of
from bench.cells import Cell
from bench.composing import experiment_view, experiments, options
from bench.folder import store_in
from bench.listing import describe
from bench.report.page import Part, write_page
from bench.store import Store
from bench.views import View


def report(args: argparse.Namespace) -> int:
    """Write the report on a folder and print where it is; return 0.

    Which experiments there are comes from the profile: that of the overrides, else that of the
    folder's name. Cells of the folder that it has not planned are shown after them; without a
    profile they are all there is.

    Raises
    ------
    ValueError
        If the folder holds no store, or names what is wrong with an override.
    """
    folders = [word for word in args.words if "=" not in word]
    overrides = [word for word in args.words if "=" in word]
    if len(folders) > 1:
        raise ValueError(f"folder: expected one, found {', '.join(folders)}")
    if folders and not overrides and Path(folders[0]).name in options("profile"):
        overrides = [f"profile={Path(folders[0]).name}"]
    parts: list[Part] = []
    store = store_in(folders[0]) if folders else None
    if overrides or store is None:
        planned, whole = experiments(overrides)
        parts = [Part(p.name, _about(p.name), p.view, p.cells) for p in planned]
        store = store or store_in(str(store_of(whole).root))
    parts += _others(store, parts)
    page = write_page(store.root.name, parts, store.read, store.root, args.reference)
    print(f"wrote {page}")
    return 0


def _others(store: Store, parts: Sequence[Part]) -> list[Part]:
    """Return a part of the cells that the store has planned and no part holds."""
    known = {cell.key for part in parts for cell in part.cells}
    cells: list[Cell] = [cell for cell in plans.load(store) if cell.key not in known]
    if not cells:
        return []
    name = "other" if parts else store.root.name
    if not parts and name in options("experiment"):
        return [Part(name, _about(name), experiment_view(name), cells)]
    return [Part(name, "Runs of other commands in this folder.", View(), cells)]


def _about(name: str) -> str:
    return describe("experiment", name) if name in options("experiment") else ""
