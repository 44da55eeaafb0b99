"""What a command would do and what it would cost, said before it runs."""

import subprocess
import sys

import pytest

from bench.config.cell import Cell
from bench.config.grid import expand
from bench.run.cell import base_record
from bench.run.todo import Pace, duration, make_plan, pace, show
from bench.store import commands
from bench.store.store import Store


def cells(n, method="var", n_samples=100):
    return [Cell("s", method, "structural", {}, {}, n_samples, seed, False) for seed in range(n)]


def put(store, cell, status="ok", elapsed=2.0):
    store.write(base_record(cell, **{"status": status, "elapsed": elapsed}))


def test_a_plan_counts_what_is_done_failed_and_missing(settings, tmp_path):
    store, six = Store(tmp_path / "run"), cells(6)
    for cell, status in zip(six, ["ok", "declined", "timeout", "error"], strict=False):
        put(store, cell, status)
    plan = make_plan([*six, six[0]], store, settings("Works"))
    assert [plan.state(cell) for cell in six] == [
        "ok",
        "declined",
        "timeout",
        "error",
        "missing",
        "missing",
    ]
    assert [cell.seed for cell in plan.todo] == [4, 5]
    retried = make_plan(six, store, settings("Works", retry=("timeout",)))
    assert [cell.seed for cell in retried.todo] == [2, 4, 5]
    table = show(plan, pace(plan, store), jobs=2).splitlines()
    assert table[0].split()[:6] == ["method", "planned", "done", "failed", "missing", "to"]
    assert table[1].split() == ["var", "6", "2", "2", "2", "2", "2.00", "2", "s"]
    assert table[-1] == "about 2 s with 2 at a time"


def test_time_is_that_of_the_same_method_and_length_or_else_of_the_method(tmp_path):
    store = Store(tmp_path / "run")
    short, long = cells(2), cells(2, n_samples=1000)
    put(store, short[0], elapsed=1.0)
    put(store, short[1], elapsed=3.0)
    put(store, long[0], elapsed=10.0)
    known = Pace(store.scan().entries.values())
    assert known.seconds(short[0]) == 2.0
    assert known.seconds(long[1]) == 10.0
    assert known.seconds(cells(1, n_samples=500)[0]) == pytest.approx(14 / 3)
    assert known.seconds(cells(1, method="pc")[0]) is None
    assert known.left([*short, *cells(3, method="pc")], jobs=4) == (1.0, 3)


def test_time_of_a_new_store_is_told_from_the_stores_beside_it(settings, tmp_path):
    put(Store(tmp_path / "before"), cells(1)[0], elapsed=5.0)
    new = Store(tmp_path / "new")
    plan = make_plan(cells(4), new, settings("Works"))
    assert pace(plan, new).left(plan.todo, 2) == (10.0, 0)
    # What this store knows of a method is not mixed with what others do.
    put(new, cells(1)[0], elapsed=1.0)
    plan = make_plan([*cells(4), *cells(1, method="pc")], new, settings("Works"))
    assert pace(plan, new).left(plan.todo, 1) == (3.0, 1)


def test_a_saved_plan_gives_back_its_cells(settings, tmp_path):
    store = Store(tmp_path)
    grid = {"regimes": {"level": [0.0, 0.5]}}
    planned = expand(settings("Works", "Raises", grid=grid, seeds=(0, 1)))
    commands.save(planned, store)
    commands.save(planned, store)
    assert len(list((tmp_path / "commands").iterdir())) == 1
    assert [cell.key for cell in commands.load(store)] == [cell.key for cell in planned]
    assert commands.load(store)[-1].axes == {"regimes.level": 0.5}
    commands.save(planned[:3], store)
    assert len(commands.load(store)) == len(planned)
    (tmp_path / "commands" / "00.json").write_text("{}")
    with pytest.raises(ValueError, match=r"00\.json: expected a plan"):
        commands.load(store)


def test_durations_are_told_in_two_units():
    assert [duration(s) for s in (0.4, 59, 61, 3600, 90000)] == [
        "0 s",
        "59 s",
        "1 min 1 s",
        "1 h 0 min",
        "25 h 0 min",
    ]


def test_ten_thousand_cells_are_planned_without_torch():
    """That it takes less than 3 seconds is printed by `make bench-harness`."""
    code = (
        "import sys; from bench.__main__ import main\n"
        "levels = [k / 500 for k in range(500)]\n"
        "words = ['method=[dot,var]', 'simulator=heterogeneity', 'n_samples=[1000,2000]']\n"
        "main(['plan', *words, f'seeds={list(range(5))}', f'+grid.regimes.level={levels}'])\n"
        "assert not {'torch', 'tigramite', 'sklearn'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2].split()[:6] == ["all", "10000", "0", "0", "10000", "10000"]
    assert "without a record" in done.stdout.splitlines()[-1]
