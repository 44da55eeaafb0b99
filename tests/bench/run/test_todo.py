"""What a command would do, said before it runs."""

import pytest

from bench.__main__ import main
from bench.config.cell import Cell
from bench.config.grid import expand
from bench.run.cell import base_record
from bench.run.pace import find_pace
from bench.run.todo import find_todo, show
from bench.store import commands
from bench.store.schema import NewerRecordError
from bench.store.store import Store


def cells(n, method="var", n_samples=100):
    return [Cell("s", method, "structural", {}, {}, n_samples, seed, "own") for seed in range(n)]


def put(store, cell, status="ok", elapsed=2.0):
    store.write(base_record(cell, status=status, elapsed=elapsed))


def test_a_todo_counts_what_is_done_failed_and_missing(settings, tmp_path):
    store, six = Store(tmp_path / "run"), cells(6)
    for cell, status in zip(six, ["ok", "declined", "timeout", "error"], strict=False):
        put(store, cell, status)
    todo = find_todo([*six, six[0]], store, settings("Works"))
    states = ["ok", "declined", "timeout", "error", "missing", "missing"]
    assert [todo.state(cell) for cell in six] == states
    assert [cell.seed for cell in todo.cells_to_run] == [4, 5]
    retried = find_todo(six, store, settings("Works", retry=("timeout",)))
    assert [cell.seed for cell in retried.cells_to_run] == [2, 4, 5]
    pace = find_pace(todo.cells_to_run, todo.scan.entries.values(), store.root)
    table = [line.split() for line in show(todo, pace, jobs=2).splitlines()]
    assert table[0][:5] == ["method", "planned", "done", "failed", "missing"]
    assert table[1] == ["var", "6", "2", "2", "2", "2", "2.00", "2", "s"]
    assert " ".join(table[-1]) == "about 2 s with 2 at a time"


def test_the_cells_of_a_saved_command_are_given_back(settings, tmp_path):
    store = Store(tmp_path)
    grid = {"regimes": {"level": [0.0, 0.5]}, "graph": {"in_degree": [[1, 2]]}}
    planned = expand(settings("Works", "Raises", grid=grid, seeds=(0, 1)))
    commands.save(planned, store)
    commands.save(planned, store)
    assert len(list((tmp_path / "commands").iterdir())) == 1
    assert [cell.key for cell in commands.load(store)] == [cell.key for cell in planned]
    assert commands.load(store)[-1].axes == {"regimes.level": 0.5, "graph.in_degree": [1, 2]}
    commands.save(planned[:3], store)
    assert len(commands.load(store)) == len(planned)


def test_commands_of_an_older_lagbench_are_read_and_of_a_newer_one_refused(tmp_path):
    store = Store(tmp_path)
    commands.save(cells(2), store)
    (path,) = (tmp_path / "commands").iterdir()
    text = path.read_text()
    # As they were saved before there were versions, in a folder of another name.
    (tmp_path / "commands").rename(tmp_path / "plans")
    path = tmp_path / "plans" / path.name
    path.write_text(text.replace("{}, {}, 1]", "{}, {}]").replace('["var", {}, 1]', '["var", {}]'))
    assert [cell.key for cell in commands.load(store)] == [cell.key for cell in cells(2)]
    path.write_text(text.replace('"schema": 2', '"schema": 99'))
    with pytest.raises(NewerRecordError, match="schema 99 is newer than this lagbench"):
        commands.load(store)
    path.write_text("{}")
    with pytest.raises(ValueError, match="expected the cells of a command"):
        commands.load(store)


def test_ten_thousand_cells_are_planned(tmp_path, capsys, monkeypatch):
    """That it loads no torch is in `test_layout`; how long it takes, `make bench-harness` says."""
    monkeypatch.chdir(tmp_path)
    levels = [k / 500 for k in range(500)]
    words = ["method=[dot,var]", "simulator=heterogeneity", "n_samples=[1000,2000]"]
    assert main(["plan", *words, "seeds=[0,1,2,3,4]", f"+grid.regimes.level={levels}"]) == 0
    *_, total, last = capsys.readouterr().out.splitlines()
    assert total.split()[:6] == ["all", "10000", "0", "0", "10000", "10000"]
    assert "without a record" in last
