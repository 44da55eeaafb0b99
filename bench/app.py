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

    @hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")
    def job(config: DictConfig) -> None:
        try:
            codes.append(_run_one(config))
        except (ValueError, OSError) as error:  # Hydra would bury the line under a traceback
            print(f"lagbench: {error}", file=sys.stderr)
            codes.append(2)

    sys.argv = ["lagbench", *overrides]
    job()
    return max(codes, default=0)


def _run_one(config: DictConfig) -> int:
    settings = run_settings.from_config(config)
    if settings.experiments:
        raise ValueError(
            "profile: expected no list of experiments in a single run, found "
            f"{settings.experiments}; run a profile with `lagbench bench profile=...`"
        )
    return execute(expand(settings), settings)


def run_profile(overrides: Sequence[str]) -> int:
    """Run every experiment of a profile into one store and report on them together."""
    return execute(*plan(overrides))


def plan(overrides: Sequence[str]) -> tuple[list[Cell], Settings]:
    """Return the cells of all experiments of a profile, each cell once, and its settings."""
    _check_names(overrides)
    _add_foreign_methods()
    if not any(word.startswith("profile=") for word in overrides):
        overrides = ["profile=laptop", *overrides]
    with hydra.initialize_config_module("conf", version_base="1.3"):
        profile = compose(overrides)
        chosen = [[f"experiment={name}"] for name in profile.experiments] or [[]]
        cells = [cell for words in chosen for cell in expand(compose([*words, *overrides]))]
    return list({cell.key: cell for cell in cells}.values()), profile


def compose(overrides: Sequence[str]) -> Settings:
    """Compose a config inside an initialised Hydra and check it."""
    try:
        return run_settings.from_config(hydra.compose("config", overrides=list(overrides)))
    except hydra.errors.HydraException as error:
        raise ValueError(str(error)) from error


def execute(cells: Sequence[Cell], settings: Settings) -> int:
    """Run the cells that have no finished record, report on all; 1 if a run failed, else 0."""
    from bench.progress import follow
    from bench.report import write_report
    from bench.store import Store

    store = Store(Path(settings.results_dir) / settings.name)
    # A folder that cannot be written is one error here, not one per cell.
    store.root.mkdir(parents=True, exist_ok=True)
    failed = follow(cells, store, settings)
    write_report(cells, store)
    return 1 if failed else 0


def _check_names(overrides: Sequence[str]) -> None:
    """Refuse an unknown option of a group: Hydra's message for one in a list names no options."""
    folders = [Path(b) for a, b in itertools.pairwise(overrides) if a in ("--config-dir", "-cd")]
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
