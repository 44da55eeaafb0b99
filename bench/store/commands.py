"""The cells of each command, kept in the store, so that what is missing can be told later.

A plan is written before anything runs, as `<store>/plans/<digest>.json`: the distinct simulators
and methods once each, and a row of indices per cell. The same command writes the same file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.config.cell import SCHEMA, Cell
from bench.store.atomic import write_text
from bench.store.record import StrangeFileError, digest
from bench.store.store import Store

_COLUMNS = ["simulator", "method", "n_samples", "seed", "regimes_known"]


def save(cells: Sequence[Cell], store: Store) -> None:
    """Write the cells of a command, unless they are there already."""
    simulators: dict[str, int] = {}
    methods: dict[str, int] = {}
    rows = [
        (
            _index(simulators, [c.simulator, c.kind, c.simulator_params, c.axes]),
            _index(methods, [c.method, c.method_params]),
            c.n_samples,
            c.seed,
            c.regimes_known,
        )
        for c in cells
    ]
    plan = {
        "schema": SCHEMA,
        "simulators": [json.loads(text) for text in simulators],
        "methods": [json.loads(text) for text in methods],
        "columns": _COLUMNS,
        "cells": rows,
    }
    text = json.dumps(plan, allow_nan=False)
    path = store.root / "plans" / f"{digest(text.encode())}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)


def load(store: Store) -> list[Cell]:
    """Return the cells of all commands, each label of each cell once.

    Raises
    ------
    ValueError
        Names a file under `plans` that is no plan.
    """
    cells: dict[tuple[str, str, str], Cell] = {}
    for path in sorted((store.root / "plans").glob("[0-9a-f]*.json")):
        for cell in _read(path):
            cells[cell.key, cell.simulator, str(cell.axes)] = cell
    return list(cells.values())


def _index(known: dict[str, int], item: Any) -> int:
    return known.setdefault(json.dumps(item, allow_nan=False), len(known))


def _read(path: Path) -> list[Cell]:
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        return [
            Cell(
                simulator=name,
                kind=kind,
                simulator_params=params,
                axes=axes,
                method=plan["methods"][method][0],
                method_params=plan["methods"][method][1],
                n_samples=n_samples,
                seed=seed,
                regimes_known=regimes_known,
            )
            for simulator, method, n_samples, seed, regimes_known in plan["cells"]
            for name, kind, params, axes in [plan["simulators"][simulator]]
        ]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StrangeFileError(
            f"{path}: expected a plan written by lagbench ({error!r}); remove the file and give "
            "its command again"
        ) from None
