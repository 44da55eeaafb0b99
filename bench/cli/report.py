"""`lagbench report [FOLDER] [OVERRIDES]`: the page on the results of a profile or run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.config import Cell, View
from bench.config.compose import Experiment, about, experiment_view, experiments, options
from bench.report.page.build import write_page
from bench.store import Record, Store, commands
from bench.store.exported import scored_elsewhere, table_alone
from bench.store.long_table import read_table
from methods.types.errors import InputError

_ASIDE = "report_of_table"


def report(args: argparse.Namespace) -> int:
    """Write the report on a folder and print where it is; return 0.

    Which experiments there are comes from the profile: that of the overrides, else that of the
    folder's name. Cells of the folder that it has not planned are shown after them; without a
    profile they are all there is.

    A folder without records is read from the table that `lagbench export` wrote there, where it
    has one of the names in `bench.store.long_table`. Its page goes to `report_of_table/`, since
    the one in `report/` may show what only the stored graphs can tell.

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
        raise InputError(f"folder: expected one, found {', '.join(folders)}")
    if folders and not overrides and Path(folders[0]).name in options("profile", flags):
        overrides = [f"profile={Path(folders[0]).name}"]
    planned: list[Experiment] = []
    root = Path(folders[0]) if folders else None
    if overrides or root is None:
        planned, whole = experiments([*flags, *overrides])
        root = root or Store.of(whole.results_dir, whole.name).root
    cells, read = _results(root)
    planned += _others(cells, planned, root.name, flags)
    if not planned:
        raise InputError(
            f"folder: expected planned cells, found none in {root}; say of which experiment its "
            "records are, as experiments=[smoke]"
        )
    into = _where(root)
    page = write_page(root.name, planned, read, root, args.reference, into)
    print(f"wrote {page}")
    return 0


def _where(root: Path) -> str:
    """Return the folder that a page goes to, and say so if it is not the usual one.

    What was made from graphs or cells that are not here cannot be made again, so it is kept.
    """
    if table_alone(root) is not None:
        reason = "the stored graphs are not here"
    elif lacking := scored_elsewhere(root):
        reason = f"the exported table has {lacking} scored cells that cells/ lacks"
    else:
        return "report"
    print(f"{root / 'report'} stays as it is, since {reason}; this page goes to {_ASIDE}/")
    return _ASIDE


def report_on(planned: Sequence[Experiment], store: Store) -> None:
    """Write the report on the experiments of a profile into its store."""
    from bench.run.sweep import writing

    with writing(store):
        page = write_page(store.root.name, planned, store.scan().read, store.root)
    print(f"wrote {page}")


def _results(root: Path) -> tuple[list[Cell], Callable[[str], Record | None]]:
    """Return the cells that a folder has planned, and what reads their records."""
    exported = table_alone(root)
    if exported is not None:
        return read_table(exported)
    store = Store(root)
    return commands.load(store), store.scan().read


def _others(
    cells: Sequence[Cell], planned: Sequence[Experiment], name: str, flags: Sequence[str]
) -> list[Experiment]:
    """Return an experiment of the cells that no planned one holds."""
    known = {cell.key for part in planned for cell in part.cells}
    others = [cell for cell in cells if cell.key not in known]
    if not others:
        return []
    if not planned and name in options("experiment", flags):
        return [Experiment(name, about(name, flags), others, experiment_view(name, flags))]
    said = "Runs of other commands in this folder."
    return [Experiment("other" if planned else name, said, others, View())]
