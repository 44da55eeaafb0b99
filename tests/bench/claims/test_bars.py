"""Bars are checked against records written by hand; those shipped find their cells."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from bench.claims.bars import judge, write_bars
from bench.config.cell import Cell
from bench.config.claim import Bar
from bench.config.compose import options, profile
from bench.report.ablation import write_ablation
from bench.run.isolation.worker import base_record
from bench.store.store import Store

METHODS = {"dot": {"rule": "energy"}, "var": {}, "pcmci": {}}


def cell(method, seed, *, simulator="linear", params=None, axes=None):
    return Cell(
        simulator=simulator,
        method=method,
        kind="structural",
        simulator_params={"name": simulator, **(axes or {})},
        method_params=METHODS[method] | (params or {}),
        n_samples=100,
        seed=seed,
        regimes_known=False,
        axes=axes or {},
    )


class Records:
    """A store that is filled by hand, and the cells in it."""

    def __init__(self, folder):
        self.store, self.cells = Store(folder), []

    def add(self, cell, scope="union", **values):
        """Write a record with these metrics, all under the ceiling 0.8."""
        metrics = {
            f"window/{scope}/{name.replace('_at_', '@')}": {
                "value": value,
                "floor": 0.1,
                "ceiling": 0.8,
            }
            for name, value in values.items()
        }
        record = {"status": "ok", "metrics": metrics, "cost": {"cpu_seconds": 2.0}}
        self.store.write(base_record(cell) | record)
        self.cells.append(cell)

    def judge(self, *bars):
        return judge(bars, self.cells, self.store.scan(), METHODS)


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path)


def one(table):
    assert len(table) == 1
    return table.iloc[0]


def test_a_ratio_is_taken_system_by_system(records):
    for seed, f1 in enumerate((0.6, 0.8)):
        records.add(cell("dot", seed), f1_at_top3=f1)
    bar = Bar(
        work="w",
        simulator="linear",
        n_samples=100,
        metric="f1@top3",
        against="ceiling",
        at_least=0.87,
        paper=0.4,
    )
    row = one(records.judge(bar))
    assert row["mean"] == pytest.approx((0.75 + 1.0) / 2)
    assert row["score"] == pytest.approx(0.7)
    assert row["of_ceiling"] == pytest.approx(row["mean"])
    # Student with one degree of freedom: t = 12.706, and a standard error of 0.125.
    assert row["low"] == pytest.approx(0)
    assert row["high"] == pytest.approx(0.875 + 12.706 * 0.125, abs=1e-3)
    assert (row["met"], row["bar"], row["paper"]) == ("met", "≥ 0.87", 0.4)
    assert (row["cpu_seconds"], row["systems"]) == (2.0, "2 / 2")
    assert one(records.judge(dataclasses.replace(bar, at_least=0.88)))["met"] == "not met"


def test_the_best_rival_is_subtracted_on_the_same_systems(records):
    for seed, (ours, var, pcmci) in enumerate([(0.5, 0.2, 0.4), (0.9, 0.9, 0.1)]):
        records.add(cell("dot", seed), auprc=ours)
        records.add(cell("var", seed), auprc=var)
        records.add(cell("pcmci", seed), auprc=pcmci)
    # Another condition, where the rival would be hard to beat.
    records.add(cell("var", 0, axes={"lag": 5}), auprc=1.0)
    bar = Bar(work="w", simulator="linear", metric="auprc", against=["pcmci", "var"], at_least=0.2)
    row = one(records.judge(bar))
    assert row["mean"] == pytest.approx((0.3 + 0.0) / 2)
    assert row["rival"] == "var 0.550"
    assert row["met"] == "not met"


def test_a_rival_that_has_failed_hides_no_other(records):
    for seed in (0, 1):
        records.add(cell("dot", seed), auprc=0.9)
        records.add(cell("var", seed), auprc=0.1)
        records.add(cell("pcmci", seed))
    bar = Bar(work="w", simulator="linear", metric="auprc", against=["pcmci", "var"], at_least=0.2)
    row = one(records.judge(bar))
    assert (row["mean"], row["rival"]) == (pytest.approx(0.8), "var 0.100")


def test_each_condition_has_its_own_rivals(records):
    for lag, score in ((1, 0.2), (5, 0.8)):
        for seed in (0, 1):
            records.add(cell("dot", seed, axes={"lag": lag}), auprc=score)
            records.add(cell("var", seed, axes={"lag": lag}), auprc=score)
    table = records.judge(Bar(work="w", metric="auprc", against=["var"], at_least=0))
    assert list(table["mean"]) == [0, 0]
    assert list(table["systems"]) == ["2 / 2"] * 2


def test_each_setting_is_judged_by_its_own_cells(records):
    records.add(cell("dot", 0), auprc=0.5)
    records.add(cell("dot", 0, params={"rule": "lrp"}), auprc=0.7)
    records.add(cell("dot", 0, axes={"lag": 5}), auprc=0.1)
    table = records.judge(
        Bar(work="w", simulator="linear", metric="auprc"),
        Bar(work="w", simulator="linear", metric="auprc", parameters={"rule": "lrp"}),
        Bar(work="w", simulator="linear", metric="auprc", axes={"lag": 5.0}),
    )
    assert list(table["mean"]) == pytest.approx([0.5, 0.7, 0.1])
    assert list(table["method"]) == ["dot", "dot rule=lrp", "dot"]
    assert list(table["met"]) == ["", "", ""]


def test_a_bar_without_a_simulator_is_judged_on_every_condition_that_has_its_metric(records):
    records.add(cell("dot", 0), precision_at_own=0.9, f1_at_own=0.7, f1_at_global_k=0.72)
    records.add(cell("dot", 0, simulator="chaos"), precision_at_own=0.8)
    records.add(cell("dot", 0, simulator="chaos"), auprc=0.8)
    table = records.judge(
        Bar(work="w", metric="fdr@own", at_most=0.15),
        Bar(work="w", metric="f1@own", against="f1@global_k", at_least=-0.05),
    )
    assert list(table["system"]) == ["linear", "linear"]
    assert list(table["mean"]) == pytest.approx([0.1, -0.02])
    assert list(table["met"]) == ["met", "met"]
    assert table["floor"][0] == pytest.approx(0.9)


def test_regimes_stand_for_the_union(records):
    regimes = cell("dot", 0)
    metrics = {
        "window/union/auprc": {"value": 0.9, "floor": 0, "ceiling": 1},
        "window/per_regime/auprc": {"value": 0.3, "floor": 0, "ceiling": 1},
        "regimes/union/ari": {"value": 0.6, "floor": 0, "ceiling": 1},
    }
    records.store.write(base_record(regimes) | {"status": "ok", "metrics": metrics})
    records.cells.append(regimes)
    table = records.judge(Bar(work="w", metric="auprc"), Bar(work="w", metric="regimes:ari"))
    assert list(table["mean"]) == pytest.approx([0.3, 0.6])


def test_what_has_not_run_is_neither_met_nor_not(records):
    records.add(cell("dot", 0), auprc=0.5)
    bars = [
        Bar(work="w", simulator="absent", metric="auprc", at_least=0.1),
        Bar(work="w", simulator="linear", metric="auprc", against=["var"], at_least=0.1),
        Bar(work="w", metric="regimes:ari", at_least=0.1),
    ]
    table = records.judge(*bars)
    assert list(table["met"]) == ["not run"] * 3
    assert all(map(math.isnan, table["mean"]))
    said = write_bars(bars, records.cells, records.store.scan(), records.store, METHODS)
    assert said == "bars: 0 met, 0 not met, 3 not run"


def test_the_files_hold_every_row_and_the_figure_every_target(records):
    name = "false_discovery_rate"
    for rate in (0.1, 0.2):
        for seed in (0, 1):
            records.add(cell("dot", seed, params={name: rate}), precision_at_own=1 - rate)
    bars = [
        Bar(work="first", metric="fdr@own", at_most=0.15),
        Bar(work="second", metric="fdr@own", parameters={name: 0.2}, paper=0.3),
    ]
    root, methods = records.store.root, {"dot": {**METHODS["dot"], name: 0.1}}
    said = write_bars(bars, records.cells, records.store.scan(), records.store, methods)
    assert said == "bars: 1 met, 0 not met, 0 not run"
    text = (root / "bars.md").read_text()
    assert "## first" in text
    assert "| linear | dot | 100 | fdr@own | ≤ 0.15 | 0.100 [0.100, 0.100] | met |" in text
    assert "| mean | met | ours | published |" in text
    assert "| 0.200 [0.200, 0.200] |  | 0.20 [0.20, 0.20] | 0.3 |" in text
    table = pd.read_csv(root / "bars.csv")
    assert list(table["target"]) == [0.1, 0.2]
    assert np.allclose(table["mean"], [0.1, 0.2])
    assert b"linear, 100 steps" in (root / "fdr.svg").read_bytes()


@pytest.mark.parametrize(("name", "n_systems"), [("dot", 5), ("home_ground", 3)])
def test_every_bar_of_a_profile_finds_its_systems(name, n_systems):
    cells, settings = profile([f"profile={name}"])
    for bar in settings.bars:
        seeds = {c.seed for c in bar.cells(cells, settings.methods)}
        assert seeds == set(range(1000, 1000 + n_systems)), bar
        if isinstance(bar.against, list):
            assert {c.method for c in bar.rivals(cells)} == set(bar.against)


# The data of `external` are not shipped; it has a test of its own, on a folder that looks alike.
@pytest.mark.parametrize("name", sorted(set(options("profile")) - {"external"}))
def test_every_profile_composes(name):
    cells, settings = profile([f"profile={name}"])
    assert {c.method for c in cells} >= {settings.ablation} - {None}
    assert len(cells) > len(settings.experiments)


def test_an_experiment_of_a_profile_takes_overrides():
    cells, _ = profile(["profile=dot", "experiments=['dot_linear methods.dot.updates=7']"])
    assert {c.method_params["updates"] for c in cells if c.method == "dot"} == {7}


def test_an_ablation_names_each_setting_by_what_differs(records):
    records.add(cell("dot", 0), auprc=0.5, f1_at_top3=0.6)
    records.add(cell("dot", 1), auprc=0.7, f1_at_top3=0.6)
    records.add(cell("dot", 0, params={"rule": "lrp"}), auprc=0.3)
    records.add(cell("dot", 0, params={"rule": "lrp"}, axes={"lag": 5}), auprc=0.2)
    records.add(cell("var", 0), auprc=0.4)
    scan, root = records.store.scan(), records.store.root
    write_ablation("dot", records.cells, scan, records.store, METHODS)
    table = pd.read_csv(root / "ablation.csv").set_index(["setting", "system", "metric"])["mean"]
    assert table["dot", "linear, 100 steps", "auprc"] == pytest.approx(0.6)
    assert table["dot", "linear, 100 steps", "f1@top3"] == pytest.approx(0.6)
    assert table["dot rule=lrp", "linear lag=5, 100 steps", "auprc"] == pytest.approx(0.2)
    lines = (root / "ablation.md").read_text().splitlines()
    assert "| dot rule=lrp | 0.30 | 0.20 | 2 |" in lines
    assert "| var | 0.40 | - | 2 |" in lines
    assert b"dot rule=lrp" in (root / "ablation.svg").read_bytes()
