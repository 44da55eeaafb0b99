"""`lagbench run | bench | plan`: from overrides to cells, to records, to a report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import hydra
from filelock import FileLock
from omegaconf import DictConfig

from bench.cli.list import describe
from bench.config import Cell, Settings, expand
from bench.config import settings as run_settings
from bench.config.compose import (
    ERRORS,
    Experiment,
    cells_of,
    experiments,
    plain_error,
    prepare,
    profile,
)
from bench.config.grid import left_out
from bench.store import Scan, Store, commands
from methods.types.errors import InputError

if TYPE_CHECKING:
    from bench.run.sweep import Outcome

Job = Callable[[list[Cell], Settings], None]


def run(overrides: Sequence[str]) -> int:
    """Run what Hydra composes from the overrides, once or as a multirun; return the exit code.

    The exit code is 2 if a job had bad input or a store that cannot be written to, else 1 if a
    cell failed, else 0.

    Raises
    ------
    ValueError
        Names an override that Hydra cannot compose.
    """
    here = os.getpid()
    lost = 0
    planned: dict[Path, list[Cell]] = {}

    def job(cells: list[Cell], settings: Settings) -> None:
        nonlocal lost
        store = Store.of(settings.results_dir, settings.name)
        outcome = _sweep(cells, store, settings)
        if os.getpid() == here:
            lost += outcome.lost
            planned.setdefault(store.root, []).extend(cells)
            return
        # A launcher has sent this job elsewhere: it reports on all that the store has planned,
        # and tells the launcher by an error what an exit code would have.
        _report(commands.load(store), store)
        if outcome.lost:
            raise RuntimeError(f"{settings.name}: {outcome.lost} cells failed")

    errors = _compose_each(overrides, job)
    # After the last job, so that a multirun ends in one report of all its jobs.
    for root, cells in planned.items():
        _report(cells, Store(root))
    for error in errors:
        print(f"lagbench: {error}", file=sys.stderr)
    return 2 if errors else int(lost > 0)


def run_profile(overrides: Sequence[str]) -> int:
    """Run every experiment of a profile into one store and report on them.

    Those of its headline come first: the table is about them, and printed once they are done.
    """
    from bench.cli.report import report_on

    planned, settings = experiments(overrides)
    store, cells = Store.of(settings.results_dir, settings.name), cells_of(planned)
    first = cells_of(part for part in planned if part.name in settings.headline) or cells
    outcome = _sweep(first, store, settings)
    _report(first, store)
    if len(first) < len(cells):
        outcome = _sweep(cells, store, settings)
    _compare(planned, cells, outcome.scan, settings)
    report_on(planned, store)
    return int(outcome.lost > 0)


def plan(overrides: Sequence[str]) -> int:
    """Print what `run`, or `bench` where a profile is named, would do, and do none of it."""
    from bench.run.pace import find_pace
    from bench.run.todo import find_todo, show

    chosen = [word.removeprefix("profile=") for word in overrides if word.startswith("profile=")]

    def job(cells: list[Cell], settings: Settings) -> None:
        store = Store.of(settings.results_dir, settings.name)
        todo = find_todo(cells, store, settings)
        pace = find_pace(todo.cells_to_run, todo.scan.entries.values(), store.root)
        print(f"{settings.name} (in {store.root})")
        print(show(todo, pace, settings.jobs))

    if chosen:
        composed = profile(overrides)
        print(describe("profile", chosen[-1], overrides))
        job(*composed)
    else:
        here = [word for word in overrides if not word.startswith("hydra/launcher=")]
        for error in _compose_each(here, job):
            raise error
    return 0


def _compose_each(overrides: Sequence[str], job: Job) -> list[Exception]:
    """Have Hydra compose the overrides and call the job with each config's cells.

    Returns what the jobs in this process raised for bad input, so that the other jobs of a
    multirun go on.
    """
    words = prepare(overrides)
    here = os.getpid()
    errors: list[Exception] = []

    def composed(config: DictConfig) -> None:
        try:
            plain(config)
        except (InputError, OSError) as error:
            if os.getpid() != here:
                raise
            errors.append(error)

    def plain(config: DictConfig) -> None:
        settings = run_settings.from_config(config)
        if settings.experiments:
            raise InputError(
                "profile: expected no list of experiments in a single run, found "
                f"{settings.experiments}; run a profile with `lagbench bench profile=...`"
            )
        cells = expand(settings)
        for line in left_out(cells, settings):
            print(line)
        job(cells, settings)

    sys.argv = ["lagbench", *words]
    # Otherwise Hydra prints errors itself, several lines each, and ends the process.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")(composed)()
    except ERRORS as error:
        raise plain_error(error) from error
    return errors


def _sweep(cells: list[Cell], store: Store, settings: Settings) -> Outcome:
    from bench.run.sweep import sweep

    return sweep(cells, store, settings)


def _report(cells: Sequence[Cell], store: Store) -> None:
    from bench.report.run_report import write_report
    from bench.run.sweep import writing

    # Of runners that end together the last one sees the records of all, and leaves its tables.
    mutex = store.root / ".tables.lock"
    with writing(store), FileLock(mutex):
        write_report(cells, store.scan(), store)
        mutex.unlink(missing_ok=True)


def _compare(
    planned: Sequence[Experiment], cells: Sequence[Cell], scan: Scan, settings: Settings
) -> None:
    """Judge the claims of a profile and set the settings of a method beside each other."""
    from bench.analysis import experiment_results
    from bench.analysis.leaderboard import usual_settings
    from bench.claims import Evidence, judge
    from bench.report.ablation import write_ablation
    from bench.report.claims import write_claims
    from bench.run.sweep import writing

    store = Store.of(settings.results_dir, settings.name)
    with writing(store):
        if settings.claims:
            metrics = {claim.metric for claim in settings.claims}
            results = [experiment_results(part, scan.read, metrics) for part in planned]
            by_key = {cell.key: cell for cell in cells}
            evidence = Evidence(results, by_key, usual_settings(cells))
            print(write_claims(judge(settings.claims, evidence), store.root))
        if settings.ablation:
            write_ablation(settings.ablation, cells, scan, store, settings.methods)
