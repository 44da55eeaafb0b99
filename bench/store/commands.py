"""The cells of each command, kept in the store, so that what is missing can be told later.

They are written before anything runs, as `<store>/commands/<digest>.json`: the distinct
simulators, methods and choices of regimes once each, and a row of indices per cell. The same
command writes the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.config import Cell
from bench.config.cell import SCHEMA, axes_text
from bench.store.atomic import write_text
from bench.store.record import digest
from bench.store.schema import NewerRecordError, StrangeFileError
from bench.store.store import Store

# Files written before there were versions end before them.
_SIMULATOR = ("simulator", "kind", "simulator_params", "axes", "simulator_version")
_METHOD = ("method", "method_params", "method_version", "method_source")
_CHOICE = ("regimes", "finder")
_COLUMNS = ["simulator", "method", "n_samples", "seed", "choice"]
_FOLDERS = ("plans", "commands")  # what the folder was called before, and what it is now


def save(cells: Sequence[Cell], store: Store) -> None:
    """Write the cells of a command, unless they are there already."""
    simulators: dict[str, int] = {}
    methods: dict[str, int] = {}
    choices: dict[str, int] = {}
    rows = [
        (
            _index(
                simulators,
                [c.simulator, c.kind, c.simulator_params, c.axes, c.simulator_version],
            ),
            _index(methods, [c.method, c.method_params, c.method_version, *_source(c)]),
            c.n_samples,
            c.seed,
            _index(choices, [c.regimes, c.finder]),
        )
        for c in cells
    ]
    command = {
        "schema": SCHEMA,
        "simulators": [json.loads(text) for text in simulators],
        "methods": [json.loads(text) for text in methods],
        "choices": [json.loads(text) for text in choices],
        "columns": _COLUMNS,
        "cells": rows,
    }
    text = json.dumps(command, allow_nan=False)
    path = store.root / "commands" / f"{digest(text.encode())}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)


def load(store: Store) -> list[Cell]:
    """Return the cells of all commands, each label of each cell once.

    Raises
    ------
    StrangeFileError
        Names a file that holds no command.
    NewerRecordError
        Names a file that a newer lagbench wrote.
    """
    cells: dict[tuple[str, str, str], Cell] = {}
    for path in _files(store):
        for cell in _read(path):
            cells[cell.key, cell.simulator, axes_text(cell.axes)] = cell
    return list(cells.values())


def _files(store: Store) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted((store.root / folder).glob("[0-9a-f]*.json"))


def _index(known: dict[str, int], item: Any) -> int:
    return known.setdefault(json.dumps(item, allow_nan=False), len(known))


def _source(cell: Cell) -> list[str]:
    """Return the hash of the method's file, where there is one, so that others' stay as short."""
    return [cell.method_source] if cell.method_source else []


def _read(path: Path) -> list[Cell]:
    try:
        command = json.loads(path.read_text(encoding="utf-8"))
        if command["schema"] > SCHEMA:
            raise NewerRecordError(
                f"{path}: schema {command['schema']} is newer than this lagbench; use the one "
                "that wrote it, or another name"
            )
        # Files written before there were choices say at their place whether labels were told.
        choices = command.get("choices", [["own", {}], ["told", {}]])
        return [
            Cell(
                n_samples=n_samples,
                seed=seed,
                **dict(zip(_CHOICE, choices[choice], strict=True)),
                **dict(zip(_SIMULATOR, command["simulators"][simulator], strict=False)),
                **dict(zip(_METHOD, command["methods"][method], strict=False)),
            )
            for simulator, method, n_samples, seed, choice in command["cells"]
        ]
    except NewerRecordError:
        raise
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StrangeFileError(
            f"{path}: expected the cells of a command, as lagbench writes them ({error!r}); "
            "remove the file and give its command again"
        ) from None
