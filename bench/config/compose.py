"""Composing configs with Hydra: names checked first, errors as one line."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import hydra
import yaml
from hydra.core.config_store import ConfigStore

import methods.registry
from bench.config import settings as run_settings
from bench.config.cell import Cell, merged
from bench.config.given import classes, names_in, without_simulators
from bench.config.grid import expand
from bench.config.keyed import defaults_of
from bench.config.misspelt import unknown_key
from bench.config.settings import Settings
from bench.config.view import View
from methods.types.errors import InputError, did_you_mean

GROUPS = (
    "method",
    "finder",
    "simulator",
    "dataset",
    "experiment",
    "profile",
    "limits",
    "executor",
)

ERRORS = (hydra.errors.HydraException, yaml.YAMLError)
"""What composing a wrong config raises; see `plain_error`."""

_FLAGS = ("--config-dir", "-cd")  # followed by a folder of somebody's own configs


def options(group: str, overrides: Sequence[str] = ()) -> list[str]:
    """Return the names in a config group, sorted.

    Methods and finders are those that are registered; a `--config-dir` among the overrides adds
    its own.
    """
    registered: Iterable[str] = ()
    if group == "method":
        registered = methods.registry.available()
    elif group == "finder":
        registered = methods.registry.FINDERS
    return sorted({*written(group, overrides), *registered})


def written(group: str, overrides: Sequence[str] = ()) -> dict[str, Traversable]:
    """Return the YAML file of each name in a config group, here or in somebody's own folder."""
    private = _private_folder(overrides)
    shipped = resources.files("conf") / group
    files: list[Traversable] = [*shipped.iterdir()] if shipped.is_dir() else []
    if private is not None and (private / group).is_dir():
        files += (private / group).iterdir()
    return {Path(file.name).stem: file for file in files if file.name.endswith(".yaml")}


def prepare(overrides: Sequence[str]) -> list[str]:
    """Check the names in overrides, make methods and finders known to Hydra, return what is its.

    Parameters of a class that is given as `module:Class` are not left to Hydra; see
    `bench.config.given`, also for data that are to be alone.

    Raises
    ------
    ValueError
        Names the group, its options and what was found. Hydra's own message for a wrong name in
        a list names no options.
    """
    _refuse_bare(overrides)
    given, rest = classes(overrides)
    for word in rest:
        group = word.partition("=")[0]
        if group in GROUPS:
            own = given.get(group, {})
            names = (name for name in names_in(word) if name not in own)
            _refuse_unknown(group, names, group, overrides)
    _add_registered(overrides)
    for group, found in given.items():
        for name, params in found.items():
            _add(group, name, merged(_own_defaults(group, name), params))
    return without_simulators(rest)


def _refuse_bare(overrides: Sequence[str]) -> None:
    """Refuse a word without `=`, unless it is a flag, the value of one, or a deletion."""
    for before, word in itertools.pairwise(["", *overrides]):
        if "=" in word or word.startswith(("-", "~")) or before.startswith("-"):
            continue
        groups = [group for group in GROUPS if word in options(group, overrides)]
        hint = f"; did you mean {groups[-1]}={word}?" if groups else ""
        raise InputError(f"overrides: expected NAME=VALUE, found {word!r}{hint}")


def _refuse_unknown(key: str, names: Iterable[str], group: str, overrides: Sequence[str]) -> None:
    known = options(group, overrides)
    for name in names:
        if name not in known:
            raise InputError(
                f"{key}: expected one of {', '.join(known)}, found {name!r}"
                f"{did_you_mean(name, known)}"
            )


@dataclass(frozen=True)
class Experiment:
    """A planned experiment.

    Parameters
    ----------
    name
        Its name, by which a profile may list it several times with different overrides.
    about
        One line about it, empty where there is none.
    cells
        Its cells under all of them, each once.
    view
        How the report shows it.
    """

    name: str
    about: str
    cells: list[Cell]
    view: View


def profile(overrides: Sequence[str]) -> tuple[list[Cell], Settings]:
    """Return the cells of all experiments of a profile, and its settings; raises as they do."""
    planned, whole = experiments(overrides)
    return cells_of(planned), whole


def cells_of(planned: Iterable[Experiment]) -> list[Cell]:
    """Return the cells of some experiments, each once."""
    return _once(cell for part in planned for cell in part.cells)


def experiments(overrides: Sequence[str]) -> tuple[list[Experiment], Settings]:
    """Return the experiments of a profile in its order, and its settings.

    Raises
    ------
    ValueError
        Names the key, option or override that is wrong.
    """
    given, overrides = overrides, _composable(prepare(overrides))
    if any(word.startswith("experiment=") for word in overrides):
        raise InputError("experiment: a profile has its own; choose with experiments=[...]")
    if not any(word.startswith("profile=") for word in overrides):
        overrides = ["profile=laptop", *overrides]
    with hydra.initialize_config_module("conf", version_base="1.3"):
        whole = compose(overrides)
        _refuse_unknown("headline", whole.headline, "experiment", given)
        chosen = [f"experiment={entry}".split() for entry in whole.experiments] or [[]]
        composed = [(words, compose([*words, *overrides])) for words in chosen]
    cells: dict[str, list[Cell]] = defaultdict(list)
    views: dict[str, View] = {}
    for words, settings in composed:
        name = words[0].partition("=")[2] if words else whole.name
        cells[name] += expand(settings)
        views.setdefault(name, settings.report)
    planned = [
        Experiment(name, about(name, given), _once(cells[name]), view)
        for name, view in views.items()
    ]
    return planned, whole


def about(name: str, overrides: Sequence[str] = ()) -> str:
    """Return the one line that the YAML file of an experiment says of it."""
    files = written("experiment", overrides)
    return first_comment(files[name]) if name in files else ""


def first_comment(file: Traversable) -> str:
    """Return the first comment of a YAML file after its package line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    said = (line[2:] for line in lines if line.startswith("# ") and "@package" not in line)
    return next(said, "")


def experiment_view(name: str, flags: Sequence[str] = ()) -> View:
    """Return how the report shows an experiment; raises as `experiments`.

    `flags` may be `--config-dir` and a folder.
    """
    words = prepare([*flags, f"experiment={name}"])
    with hydra.initialize_config_module("conf", version_base="1.3"):
        return compose(_composable(words)).report


def _once(cells: Iterable[Cell]) -> list[Cell]:
    return list({(cell.key, cell.simulator, *cell.axes): cell for cell in cells}.values())


def plain_error(error: Exception) -> BaseException:
    """Return what one of `ERRORS` means: an InputError of one line, or an interrupt."""
    if isinstance(error.__cause__, KeyboardInterrupt):  # it wraps whatever happens to it
        return error.__cause__
    said = run_settings.one_line(error)
    return InputError(unknown_key(said) or said)


def compose(overrides: Sequence[str]) -> Settings:
    """Compose a config inside an initialised Hydra; ValueError says what is wrong with it."""
    try:
        return run_settings.from_config(hydra.compose("config", overrides=list(overrides)))
    except ERRORS as error:
        raise plain_error(error) from error


def _composable(overrides: Sequence[str]) -> list[str]:
    """Return the overrides with `--config-dir FOLDER`, which only Hydra's command line takes."""
    folder = _private_folder(overrides)
    if folder is None:
        return list(overrides)
    if not folder.is_dir():
        raise InputError(f"--config-dir: expected a folder, found none at {folder}")
    before = ["", *overrides]
    kept = [
        word
        for flag, word in zip(before, overrides, strict=False)
        if flag not in _FLAGS and not word.startswith(_FLAGS)
    ]
    return [f"hydra.searchpath=['file://{folder.absolute()}']", *kept]


def _private_folder(overrides: Sequence[str]) -> Path | None:
    folders = [Path(b) for a, b in itertools.pairwise(overrides) if a in _FLAGS]
    folders += [Path(w.partition("=")[2]) for w in overrides if w.startswith("--config-dir=")]
    return folders[0] if folders else None


def _add_registered(overrides: Sequence[str]) -> None:
    """Give each method and finder a config node with its defaults, so that its name selects it.

    A YAML file of somebody's own stands for the node.
    """
    for group in ("method", "finder"):
        own = written(group, overrides)
        for name in options(group):
            if name not in own:
                _add(group, name, _defaults(group, name))


def _add(group: str, name: str, node: dict[str, Any]) -> None:
    # In brackets, the dots of a module are no levels of the config.
    ConfigStore.instance().store(
        group=group, name=name, node=node, package=f"{group}s[{name}]", provider="registry"
    )


def _own_defaults(group: str, name: str) -> dict[str, Any]:
    load = methods.registry.load if group == "method" else methods.registry.load_finder
    return dict(defaults_of(load(name)))


@functools.cache
def _defaults(group: str, name: str) -> dict[str, Any]:
    try:
        return _own_defaults(group, name)
    except InputError:  # of a package that cannot be imported: said where it is used
        return {}
