"""A comparison in Python against the cells of `lagbench run`, and what it does when runs fail."""

import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import bench
from bench import compare, score, simulator, table
from bench.config.cell import Cell
from bench.run.cell import run
from methods import PCMCI, VAR, Handles, InputError, LaggedGraph, Method

SMALL = {"graph.n_vars": 4, "graph.max_lag": 2}


@dataclass(frozen=True, kw_only=True)
class Sometimes(Method):
    """Scores one variable as the cause of all, and fails on long series."""

    handles = Handles()

    def discover(self, series, *, max_lag, rng):
        if series.n_samples > 200:
            raise RuntimeError("too long")
        scores = np.zeros((series.n_vars, series.n_vars, max_lag))
        scores[0] = 1.0
        return LaggedGraph.from_lags(scores, series.names)


@pytest.fixture(scope="module")
def results():
    systems = {"small": simulator("linear", SMALL)}
    methods = {"var": "var", "random": "random", "mine": Sometimes()}
    return compare(systems, methods, n_samples=[150, 300], seeds=[3, 4])


@pytest.mark.parametrize("method", ["var", "random"])
def test_scores_are_those_of_a_cell(results, method):
    built = simulator("linear", SMALL)
    params = {"graph": vars(built.graph), "mechanism": built.mechanism}
    cell = Cell("small", method, "structural", params, {}, 300, 4, "own")
    assert cell.build_simulator() == built
    record = run(cell).record
    rows = results[
        (results["method"] == method) & (results["n_samples"] == 300) & (results["seed"] == 4)
    ]
    assert len(rows) == len(record.metrics)
    for row in rows.to_dict("records"):
        known = record.metrics[f"{row['level']}/{row['scope']}/{row['metric']}"]
        for part in ("value", "floor", "ceiling"):
            expected = getattr(known, part)
            assert row[part] == pytest.approx(
                np.nan if expected is None else expected, nan_ok=True
            )


def test_a_failure_is_a_row_that_says_why(results):
    lost = results[results["status"] != "ok"]
    assert set(lost["method"]) == {"mine"}
    assert set(lost["n_samples"]) == {300}
    assert set(lost["reason"]) == {"RuntimeError: too long"}
    assert lost["metric"].isna().all()


def test_the_table_has_means_chance_and_oracle_and_counts_what_ran(results):
    shown = table(results, "auroc")
    assert list(shown.index[-2:]) == ["(chance)", "(oracle)"]
    assert shown.index[0] == "var"
    assert shown["ok"].to_dict() == {
        **{"var": "4 / 4", "random": "4 / 4", "mine": "2 / 4"},
        **{"(chance)": "", "(oracle)": ""},
    }
    chosen = results[(results["metric"] == "auroc") & (results["level"] == "window")]
    by_hand = chosen[(chosen["method"] == "var") & (chosen["n_samples"] == 300)]["value"].mean()
    assert shown.loc["var", "small, 300 steps"] == pytest.approx(by_hand)
    assert np.isnan(shown.loc["mine", "small, 300 steps"])
    assert shown.loc["(chance)", "small, 150 steps"] == 0.5
    assert shown.loc["(oracle)", "small, 150 steps"] == 1.0
    with pytest.raises(InputError, match=r"metric: expected one of .*auprc.* found 'f2'"):
        table(results, "f2")


def test_with_regimes_the_table_is_about_the_graphs_of_the_regimes():
    results = compare(["regular"], ["var"], n_samples=2000, seeds=[0])
    scopes = results[(results["metric"] == "auprc") & (results["level"] == "window")]
    by_scope = dict(zip(scopes["scope"], scopes["value"], strict=True))
    assert by_scope["per_regime"] != by_scope["union"]
    assert table(results).loc["var", "regular"] == by_scope["per_regime"]


def test_a_series_of_ones_own_is_scored_on_its_graph():
    values = np.random.default_rng(0).standard_normal((400, 3))
    values[2:, 1] += values[:-2, 0]
    edges = np.zeros((3, 3, 3))
    edges[0, 1, 2] = 1.0
    truth = LaggedGraph(edges, ("a", "b", "c"), edges > 0)
    own = (pd.DataFrame(values, columns=["a", "b", "c"]), truth)
    results = compare({"own": own}, {"strict": PCMCI(alpha=0.001), "var": VAR()}, seeds=[7, 8])
    assert set(results["seed"]) == {0}
    assert set(results["n_samples"]) == {400}
    assert table(results, "f1@own").loc["strict", "own"] == 1.0
    with pytest.raises(InputError, match="own: expected a true graph with its edges"):
        compare({"own": (own[0], replace(truth, adjacency=None))}, ["var"])


def test_a_perfect_graph_has_the_scores_of_the_oracle():
    truth = simulator("linear", SMALL).draw(0).truth
    found = score(truth, truth)
    ranked = found[(found["level"] == "window") & found["metric"].isin(["auroc", "f1@global_k"])]
    assert ranked["value"].tolist() == [1.0, 1.0]
    assert ranked["ceiling"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("systems", "methods", "said"),
    [
        (["lineer"], ["var"], "did you mean 'linear'"),
        (["linear"], [VAR(), VAR(alpha=0.2)], "found several VAR; give a mapping"),
        (["linear"], [], "methods: expected at least one"),
        ({"mine": 3}, ["var"], "mine: expected a name, a Simulator or"),
    ],
)
def test_what_is_wrong_is_said(systems, methods, said):
    with pytest.raises(InputError, match=said):
        compare(systems, methods, n_samples=100, seeds=[0])


def test_a_wrong_parameter_of_a_named_simulator_is_said():
    with pytest.raises(InputError, match=r"linear\.graph\.n_vars: expected int >= 1"):
        simulator("linear", {"graph.n_vars": 0})
    assert simulator("regular", {"regimes.level": 0.5}).regimes.level == 0.5


def test_the_face_is_loaded_when_it_is_asked_for():
    assert set(bench.__all__) <= set(dir(bench))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        bench.nothing  # noqa: B018
    code = "import sys, bench; assert not {'numpy', 'hydra', 'bench.face'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
