"""How long cells take, told from records whose seconds follow a law that is known here."""

import json

import numpy as np
import pytest

from bench.config.cell import Cell
from bench.run.cell import base_record
from bench.run.pace import Pace, Size, duration, find_pace
from bench.store.store import Store


def cell(n_samples=100, n_vars=10, max_lag=5, method="var", seed=0):
    params = {"graph": {"n_vars": n_vars, "max_lag": max_lag}}
    return Cell("s", method, "structural", params, {}, n_samples, seed, "own")


def pace_of(*known):
    return Pace(("var", Size(*size), seconds) for *size, seconds in known)


def test_of_the_same_size_it_is_the_mean():
    pace = pace_of((100, 10, 5, 1.0), (100, 10, 5, 3.0), (1000, 10, 5, 10.0))
    assert pace.seconds(cell(100)) == (2.0, 1.0, 3.0, True)
    assert pace.seconds(cell(1000)).seconds == 10.0
    assert pace.seconds(cell(method="pc")) is None
    total = pace.total([cell(100), cell(1000), cell(method="pc")])
    assert (total.seconds, total.extrapolated, total.unknown) == (12.0, 0, 1)


def test_a_power_law_is_learnt_and_extrapolated():
    """Seconds of 1e-4 T^0.5 n^2 L, with noise of a tenth."""
    rng = np.random.default_rng(0)

    def law(t, n, lag):
        return 1e-4 * t**0.5 * n**2 * lag

    sizes = [(t, n, lag) for t in (100, 1000, 10_000) for n in (5, 10, 20) for lag in (2, 5, 10)]
    pace = pace_of(*((*s, law(*s) * np.exp(0.1 * rng.normal())) for s in sizes))
    found = pace.seconds(cell(1_000_000, 50, 20))
    truth = law(1_000_000, 50, 20)
    assert found.seconds == pytest.approx(truth, rel=0.5)
    assert found.low < truth < found.high
    assert not found.measured


def test_seconds_of_short_series_are_not_taken_for_those_of_long_ones():
    """A method seen at 500 steps alone takes longer on a million, and nobody is sure how long."""
    found = pace_of(*[(500, 10, 5, 0.5)] * 5).seconds(cell(1_000_000))
    assert found.seconds > 100
    assert found.high / found.low > 10


def test_what_a_store_leaves_open_is_told_by_the_stores_and_tables_beside_it(tmp_path):
    def put(name, one, elapsed):
        Store(tmp_path / name).write(base_record(one, status="ok", elapsed=elapsed))

    def found(*asked):
        store = Store(tmp_path / "new")
        return find_pace(asked, store.scan().entries.values(), store.root)

    put("before", cell(seed=0), 5.0)
    assert found(cell(seed=1)).total([cell(seed=1)])[:1] == (5.0,)
    put("new", cell(seed=0), 1.0)
    # The store itself knows this size, so that nothing is mixed in.
    assert found(cell(seed=1)).seconds(cell(seed=1)).seconds == 1.0
    write_table(tmp_path / "committed", cell(1_000_000, method="pc"), 3600.0)
    asked = cell(1_000_000, method="pc", seed=1)
    assert found(asked).seconds(asked).seconds == 3600.0


def write_table(folder, one, seconds):
    import pandas as pd

    folder.mkdir()
    row = {
        "key": one.key,
        "method": one.method,
        "n_samples": one.n_samples,
        "simulator_params": json.dumps(one.simulator_params),
        "wall_seconds": seconds,
        "status": "ok",
    }
    pd.DataFrame([row, row]).to_parquet(folder / "long.parquet")


def test_durations_are_told_in_two_units():
    told = {0.4: "0 s", 59: "59 s", 61: "1 min 1 s", 3600: "1 h 0 min", 90000: "25 h 0 min"}
    assert {seconds: duration(seconds) for seconds in told} == told
    assert duration(10 * 86400 + 3600) == "10 days 1 h"
