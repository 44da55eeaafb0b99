"""Composing configs with Hydra and running what they describe."""

from __future__ import annotations

import difflib
import itertools
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

import methods.registry
from bench import settings as run_settings
from bench.cells import Cell, expand
from bench.settings import Settings
from bench.store import Store

GROUPS = ("method", "simulator", "experiment", "profile")


def options(group: str, private: Path | None = None) -> list[str]:
    """Return the names in a config group, sorted.

    Methods include those of other packages; `private` is a folder given as `--config-dir`.
    """
    files = [*(resources.files("conf") / group).iterdir()]
    if private is not None and (private / group).is_dir():
        files += (private / group).iterdir()
    names = {Path(file.name).stem for file in files if file.name.endswith(".yaml")}
    return sorted(names | set(methods.registry.available() if group == "method" else ()))


def run(overrides: Sequence[str]) -> int:
    """Run what Hydra composes from the overrides, once or as a multirun."""
    _check_names(overrides)
    _add_foreign_methods()
    codes: list[int] = []
    planned: dict[Path, list[Cell]] = {}

    @hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")
    def job(config: DictConfig) -> None:
        try:
            cells, settings = _plan_one(config)
            codes.append(execute(cells, settings))
            planned.setdefault(store_of(settings).root, []).extend(cells)
        except (ValueError, OSError) as error:  # Hydra would bury the line under a traceback
            print(f"lagbench: {error}", file=sys.stderr)
            codes.append(2)

    sys.argv = ["lagbench", *overrides]
    job()
    # After the last job, so that a multirun ends in one report of all its jobs.
    for root, cells in planned.items():
        report(cells, Store(root))
    return max(codes, default=0)


def _plan_one(config: DictConfig) -> tuple[list[Cell], Settings]:
    settings = run_settings.from_config(config)
    if settings.experiments:
        raise ValueError(
            "profile: expected no list of experiments in a single run, found "
            f"{settings.experiments}; run a profile with `lagbench bench profile=...`"
        )
    return expand(settings), settings


def run_profile(overrides: Sequence[str]) -> int:
    """Run every experiment of a profile into one store and report on them together."""
    cells, settings = plan(overrides)
    code = execute(cells, settings)
    report(cells, store_of(settings))
    return code


def plan(overrides: Sequence[str]) -> tuple[list[Cell], Settings]:
    """Return the cells of all experiments of a profile, each cell once, and its settings.

    Raises
    ------
    ValueError
        Names the key, option or override that is wrong.
    """
    _check_names(overrides)
    _add_foreign_methods()
    if any(word.startswith("experiment=") for word in overrides):
        raise ValueError("experiment: a profile has its own; choose with experiments=[...]")
    if not any(word.startswith("profile=") for word in overrides):
        overrides = ["profile=laptop", *overrides]
    with hydra.initialize_config_module("conf", version_base="1.3"):
        profile = compose(overrides)
        chosen = [[f"experiment={name}"] for name in profile.experiments] or [[]]
        cells = [cell for words in chosen for cell in expand(compose([*words, *overrides]))]
    return list({(cell.key, cell.simulator, *cell.axes): cell for cell in cells}.values()), profile


def compose(overrides: Sequence[str]) -> Settings:
    """Compose a config inside an initialised Hydra; ValueError says what is wrong with it."""
    try:
        return run_settings.from_config(hydra.compose("config", overrides=list(overrides)))
    except hydra.errors.HydraException as error:
        raise ValueError(str(error)) from error


def store_of(settings: Settings) -> Store:
    """Return the store of a run: the folder `name` under `results_dir`."""
    return Store(Path(settings.results_dir) / settings.name)


def execute(cells: Sequence[Cell], settings: Settings) -> int:
    """Run the cells that have no finished record; return 1 if a run failed, else 0."""
    from bench.progress import follow

    store = store_of(settings)
    # A folder that cannot be written is one error here, not one per cell.
    store.root.mkdir(parents=True, exist_ok=True)
    return 1 if follow(cells, store, settings) else 0


def report(cells: Sequence[Cell], store: Store) -> None:
    """Report on the cells; see `bench.report`."""
    from bench.report import write_report

    write_report(cells, store)


def _check_names(overrides: Sequence[str]) -> None:
    """Refuse an unknown option of a group: Hydra's message for one in a list names no options."""
    folders = [Path(b) for a, b in itertools.pairwise(overrides) if a in ("--config-dir", "-cd")]
    folders += [Path(w.partition("=")[2]) for w in overrides if w.startswith("--config-dir=")]
    for word in overrides:
        group, _, value = word.partition("=")
        if group not in GROUPS or "(" in value:
            continue
        known = options(group, folders[0] if folders else None)
        for name in filter(None, (part.strip("[] '\"") for part in value.split(","))):
            if name not in known and name != "null":
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(
                    f"{group}: expected one of {', '.join(known)}, found {name!r}{hint}"
                )


def _add_foreign_methods() -> None:
    """Give each method of another package a config node, so that `method=name` selects it."""
    shipped = {Path(file.name).stem for file in (resources.files("conf") / "method").iterdir()}
    for name in set(methods.registry.available()) - shipped:
        ConfigStore.instance().store(
            group="method", name=name, node={}, package=f"methods.{name}", provider="entry point"
        )
