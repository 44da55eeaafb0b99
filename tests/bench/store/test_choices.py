"""Choices of regimes in commands and tables, also in those of before there was a choice."""

import dataclasses
import json

import pandas as pd
import pytest

from bench.config.cell import Cell
from bench.run.cell import base_record
from bench.store import commands
from bench.store.long_table import long_table, read_table
from bench.store.store import Store

FINDER = {"name": "rpcmci", "params": {"n_regimes": 3}, "version": 1}
OWN = Cell("switching", "dot", "structural", {}, {}, 100, 0, "own")
TOLD = dataclasses.replace(OWN, regimes="told")
CELLS = [
    OWN,
    TOLD,
    dataclasses.replace(OWN, regimes="pool"),
    dataclasses.replace(OWN, regimes="found", finder=FINDER),
    dataclasses.replace(OWN, method="mine:Ridge", method_source="0123456789abcdef"),
]


def test_commands_and_tables_keep_every_choice(tmp_path):
    store = Store(tmp_path)
    commands.save(CELLS, store)
    for cell in CELLS:
        store.write(base_record(cell, status="declined", reason=cell.choice))
    assert [cell.key for cell in commands.load(store)] == [cell.key for cell in CELLS]
    long_table(store).to_parquet(tmp_path / "long.parquet")
    cells, read = read_table(tmp_path / "long.parquet")
    assert {cell.key for cell in cells} == {cell.key for cell in CELLS}
    assert all(read(cell.key).reason == cell.choice for cell in cells)


def test_a_command_of_before_is_read(tmp_path):
    store = Store(tmp_path)
    commands.save([OWN, TOLD], store)
    (path,) = (tmp_path / "commands").iterdir()
    command = json.loads(path.read_text())
    del command["choices"]
    command["columns"][-1] = "regimes_known"
    for row, known in zip(command["cells"], (False, True), strict=True):
        row[-1] = known
    path.write_text(json.dumps(command))
    assert [(cell.key, cell.regimes) for cell in commands.load(store)] == [
        (OWN.key, "own"),
        (TOLD.key, "told"),
    ]


@pytest.mark.parametrize("method", ["dot", "var"])
def test_a_table_of_before_is_read(method, tmp_path):
    """Labels told to a method that pools changed nothing then; that is no result of today's."""
    cells = [dataclasses.replace(cell, method=method) for cell in (OWN, TOLD)]
    store = Store(tmp_path)
    for cell in cells:
        store.write(base_record(cell, status="declined", reason=cell.choice))
    table = long_table(store).drop(columns=["regimes", "finder"])
    before = table.assign(regimes_known=[reason == "told" for reason in table["reason"]])
    if method == "var":
        before["key"] = before["key"].where(~before["regimes_known"], "0" * 16)
    path = tmp_path / "long.csv"
    before.to_csv(path, index=False)
    assert "regimes" not in pd.read_csv(path).columns
    found, read = read_table(path)
    assert {cell.regimes: cell.key for cell in found} == {c.regimes: c.key for c in cells}
    assert read(cells[0].key).reason == "own"
    told = read(cells[1].key)
    assert (told is None) if method == "var" else (told.reason == "told")
