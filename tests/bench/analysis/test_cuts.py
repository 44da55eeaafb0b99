"""A view with cuts: what the report computes from the graphs of a store."""

import math

import numpy as np
import pandas as pd
import pytest

from bench.analysis.cuts import cut_results
from bench.analysis.experiment import experiment_results, summarise
from bench.claims import Evidence, judge
from bench.config.claim import Claim
from bench.config.compose import Experiment, experiments
from bench.config.view import Published, View
from bench.report.page.build import write_page
from bench.run.cell import base_record
from bench.store.store import Store
from methods import LaggedGraph

VIEW = View(
    cuts={"per_effect": (1, 2), "overall": (1, 2, 3)},
    metrics=("f1@k", "precision@k"),
    published=(
        Published(
            figure="f",
            panel="p",
            metric="precision@k",
            methods={"Linear": "dot"},
            where={"simulator": "linear", "rule": "overall"},
        ),
    ),
)
REFERENCE = """figure,panel,method,x_value,value
f,p,Linear,1,0.9
f,p,Linear,3,0.5
f,p,Nonlinear,3,0.1
"""


def lagged(values):
    return np.array(values, dtype=float)[:, :, None]


@pytest.fixture(scope="module")
def store(small, tmp_path_factory):
    """Two systems of `dot` with graphs, one of `var` without; another of each was not run.

    The truth is a>a and a>b; the first graph ranks it first, the second puts b>b above.
    """
    store = Store(tmp_path_factory.mktemp("cuts"))
    (store.root / "reference.csv").write_text(REFERENCE)
    true = lagged([[1, 1], [0, 0]])
    truth = LaggedGraph.from_lags(true, ("a", "b"), adjacency=true > 0)
    found = [[[0.9, 0.8], [0.1, 0.2]], [[0.9, 0.3], [0.1, 0.7]]]
    for seed, scores in enumerate(found):
        one = small.cell("dot", seed)
        name = store.write_truth(truth, one.key)
        graph = LaggedGraph.from_lags(lagged(scores), ("a", "b"))
        store.write(base_record(one, **small.record(0.5, truth=name)), graph)
    store.write(base_record(small.cell("var", 0), **small.record(0.4)))
    return store


@pytest.fixture(scope="module")
def planned(small):
    return [small.cell(method, seed) for method in ("dot", "var") for seed in (0, 1, 2)]


@pytest.fixture(scope="module")
def found(store, planned):
    plain = experiment_results(Experiment("binarisation", "", planned, VIEW), store.read)
    return cut_results(plain, store.graphs)


def test_graphs_are_scored_at_each_cut(found):
    table = summarise(found).set_index(["method", "panel", "metric", "x"])["mean"]["dot"]
    overall = table["linear, rule=overall, 100 steps"]
    # Precision at 1, 2, 3 of 1, 1, 2/3 and 1, 1/2, 2/3; recall 1/2, 1, 1 and 1/2, 1/2, 1.
    assert list(overall["precision@k"]) == pytest.approx([1, 3 / 4, 2 / 3])
    assert list(overall["f1@k"]) == pytest.approx([2 / 3, (1 + 1 / 2) / 2, 4 / 5])
    effect = table["linear, rule=per_effect, 100 steps"]
    # Effect b takes a>b in the first and b>b in the second.
    assert list(effect["precision@k"]) == pytest.approx([(1 + 1 / 2) / 2, 1 / 2])
    assert found.x == "k"
    assert "cpu_seconds" not in found.metrics


def test_what_has_no_graph_says_so_and_what_was_not_run_too(found):
    table = summarise(found)
    states = table.groupby("method")["state"].unique()
    assert list(states["dot"]) == ["2 ok, 1 not run"]
    assert list(states["var"]) == ["1 no graph, 2 not run"]
    assert table[table["method"] == "var"]["mean"].isna().all()


def test_a_damaged_graph_is_no_graph(store, small):
    key = small.cell("dot", 1).key
    path = store.path(key, ".npz")
    whole = path.read_bytes()
    assert store.graphs(key) is not None
    path.write_bytes(b"PK nothing")
    assert store.graphs(key) is None
    path.write_bytes(whole)
    assert store.graphs("00" * 8) is None


@pytest.mark.slow
def test_published_numbers_stand_beside_the_metric_they_name(store, planned):
    page = write_page(
        "cuts", [Experiment("binarisation", "", planned, VIEW)], store.read, store.root
    )
    table = pd.read_csv(page.parent / "published.csv")
    assert list(table["metric"]) == ["precision@k"] * 2
    assert list(table["x"]) == [1, 3]
    # Ours are 1 and 2/3, theirs 0.9 and 0.5.
    (rest,) = pd.read_csv(page.parent / "residuals.csv").to_dict("records")
    assert rest["mean"] == pytest.approx((0.1 + (2 / 3 - 0.5)) / 2, abs=1e-5)
    assert rest["setting"] == "rule=overall"
    # A run is planned once, however many cuts are made of it.
    assert "3 of 6 planned runs have been run." in page.read_text()
    coverage = (page.parent / "coverage.md").read_text()
    assert [part.strip() for part in coverage.splitlines()[2].split("|")][3:7] == [
        "6",
        "3",
        "0",
        "3",
    ]
    board = (page.parent / "leaderboard.csv").read_text()
    assert "dot,fair,0.5," in board


def test_claims_speak_of_cuts(found, planned):
    cells = {cell.key: cell for cell in planned}
    evidence = Evidence([found], cells, set(cells))
    claim = Claim(
        experiment="binarisation",
        metric="precision@k",
        methods=("dot",),
        below=0,
        where={"rule": "overall", "k": "largest"},
        versus={"where": {"rule": "overall", "k": "smallest"}},
    )
    (verdict,) = judge([claim], evidence)
    assert verdict.readings[""].compared.mean == pytest.approx(2 / 3 - 1)
    # Two equal differences, of what may be down to -1.
    low = -1 / 3 - (1 - 0.025 ** (1 / 2)) * (2 / 3)
    assert verdict.readings[""].compared.low == pytest.approx(low)
    assert verdict.word == "undecided"


def test_several_rankings_are_an_axis(store, planned):
    view = View(cuts={"overall": (1,)}, by=("score", "rank_mean"), metrics=("f1@k",))
    plain = experiment_results(Experiment("s", "", planned, view), store.read)
    table = summarise(cut_results(plain, store.graphs))
    means = table[table["method"] == "dot"].set_index("panel")["mean"]
    assert means["linear, by=score, rule=overall, 100 steps"] == pytest.approx(2 / 3)
    assert math.isnan(means["linear, by=rank_mean, rule=overall, 100 steps"])


def test_the_experiment_runs_nothing_of_dot_that_volume_has_not():
    planned, _ = experiments(["profile=paper", "experiments=[volume,binarisation]", "seeds=[0]"])
    volume, own = ({cell.key for cell in part.cells} for part in planned)
    assert own < volume
    assert planned[1].view.cuts["overall"] == tuple(range(3, 37, 3))
