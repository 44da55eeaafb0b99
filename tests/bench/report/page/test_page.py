"""The page of a small store: what it says, its leaderboard, and its verdicts."""

import json
import math
import re
import shutil

import pandas as pd
import pytest

from bench.__main__ import main
from bench.analysis.experiment import experiment_results, summarise
from bench.analysis.leaderboard import make_leaderboard, usual_settings
from bench.analysis.published import curves
from bench.config.claim import paper_claims
from bench.config.compose import Experiment, options
from bench.config.view import Published, View
from bench.report import labels
from bench.report.page.build import write_page
from bench.report.page.forecasts import forecasts
from bench.report.page.graphs import examples
from bench.report.page.scores import incomplete, leaderboard
from bench.report.page.table import Table, number, word
from bench.store.store import Store


@pytest.fixture(scope="module")
def results(small):
    return [experiment_results(part, small.store.read) for part in small.parts]


def test_the_page_holds_every_method_and_experiment_and_asks_for_nothing_else(small):
    text, _, scripts = small.text.partition('<script type="application/json"')
    assert scripts.count("<script") == 2  # the library of charts, once, and the page's own
    for part in small.parts:
        section = text.split(f'id="section-{part.name}"')[1].split("</section>")[0]
        ran = {"dot", "dot_paper", "pcmci"} | ({"random"} if part.name == "volume" else set())
        assert set(re.findall(r'data-show="([^"]*)"', section)) == set(map(labels.method, ran))
    links = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)|@import', text)
    assert links
    assert all((link or url).startswith(("#", "data:")) for link, url in links)
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert "killed after 8 s &lt;b&gt;" in text


def test_files_lie_beside_the_page(small):
    folder = small.page.parent
    found = {path.name for path in folder.iterdir()}
    assert {
        "index.html",
        "points.csv",
        "points.md",
        "leaderboard.csv",
        "leaderboard.md",
        "claims.csv",
        "claims.md",
        "conditions.csv",
        "conditions.md",
        "failures.md",
        "forecasts.md",
        "coverage.md",
        "average.csv",
        "average.md",
        "published.csv",
        "published.md",
        "residuals.csv",
        "residuals.md",
    } <= found
    figures = {path.name for path in (folder / "figures").iterdir()}
    stems = ("average", "volume", "lags", "ranks_fair", "ranks_paper")
    assert {f"{s}.{suffix}" for s in stems for suffix in ("png", "svg", "pdf")} == figures


def test_what_was_not_run_is_counted_and_never_filled_in(results):
    volume, lags = (summarise(one) for one in results)
    nothing = lags[(lags["method"] == "random") & (lags["metric"] == "f1 fair")]
    assert set(nothing["state"]) == {"not run"}
    assert nothing["mean"].isna().all()
    one = volume[(volume["method"] == "random") & (volume["n_samples"] == 1000)]
    assert set(one["state"]) == {"4 ok, 1 not run"}
    assert set(one["n"]) == {4}


def test_a_failure_counts_as_zero_only_in_the_paper_protocol(results):
    volume = summarise(results[0])
    rows = volume[(volume["method"] == "pcmci") & (volume["n_samples"] == 100)]
    means = rows.set_index("metric")["mean"]
    assert means["f1 paper"] == pytest.approx((0.61 + 0.62 + 0.63 + 0.64) / 5)
    assert means["f1 fair"] == pytest.approx((0.61 + 0.62 + 0.63 + 0.64) / 4)


def test_the_axis_is_what_varies(results, small):
    assert [one.x for one in results] == ["n_samples", "graph.max_lag"]
    assert set(results[0].cells["panel"]) == {"linear"}
    assert set(results[1].cells["panel"]) == {"long, 100 steps"}
    names = [small.cell("dot", 0, simulator) for simulator in ("linear", "other")]
    of_names = Experiment("s", "", names, View())
    assert experiment_results(of_names, lambda key: None).x == "simulator"
    of_all = Experiment("s", "", small.cells, View(x="graph.max_lag"))
    mixed = experiment_results(of_all, lambda key: None)
    assert set(mixed.cells["x"]) == {"none", 5, 50}


def test_panels_of_fractions_have_names_of_their_own(small):
    axes = [{"regimes.level": level, "k": 1} for level in (0.5, 1.5)]
    planned = [small.cell("dot", 0, axes=at) for at in axes]
    found = experiment_results(Experiment("s", "", planned, View(x="k")), lambda key: None)
    assert list(found.cells["panel"]) == [f"linear, level={n}, 100 steps" for n in (0.5, 1.5)]


def test_a_condition_under_which_every_run_fails_counts_as_zero(small):
    planned = [small.cell("dot", 0, axes={"k": k}) for k in (2, 5, 10)]
    scores = {"value": 0.9, "floor": 0.1, "ceiling": 0.9}
    levels = {2: ("union", "per_regime"), 5: ("union",)}  # at 5 there is one regime
    records = {
        c.key: small.made(
            0.0,
            metrics={
                f"window/{scope}/{name}": scores
                for scope in levels[c.axes["k"]]
                for name in ("f1@top3", "f1@global_k")
            },
        )
        for c in planned[:2]
    } | {planned[2].key: small.made(0.0, status="timeout", metrics={})}
    summary = summarise(experiment_results(Experiment("s", "", planned, View(x="k")), records.get))
    means = summary.pivot_table(index="x", columns="metric", values="mean", dropna=False)
    assert list(means["f1 paper"]) == [0.9, 0.9, 0.0]
    assert list(means["f1 fair"])[:2] == [0.9, 0.9]
    assert math.isnan(means["f1 fair"][10])


@pytest.mark.slow
def test_a_store_in_which_everything_failed_has_a_page(small, tmp_path):
    planned = [small.cell(method, 0) for method in ("dot", "random")]
    lost = small.made(0.0, status="error", reason="no", metrics={})
    page = write_page("lost", [Experiment("s", "", planned, View())], lambda key: lost, tmp_path)
    assert 'id="section-s"' in page.read_text()
    assert (tmp_path / "report" / "failures.md").read_text().count("| error | 1 | no |") == 2


@pytest.mark.slow
def test_the_page_names_processors_and_no_machines(small, tmp_path):
    planned = [small.cell("dot", seed) for seed in (0, 1)]
    hosts = [{"name": "machine-of-somebody", "cpu": "Some CPU"}, {"name": "another-machine"}]
    records = {
        one.key: small.made(
            0.5, made_by={"code": {"version": "1.2"}, "host": host, "device": "cpu"}
        )
        for one, host in zip(planned, hosts, strict=True)
    }
    experiment = Experiment("s", "", planned, View())
    text = write_page("where", [experiment], records.get, tmp_path).read_text()
    assert "lagbench 1.2 on Some CPU, cpu" in text
    assert "lagbench 1.2 on unknown CPU, cpu" in text
    assert "machine" not in text.partition("<script>")[0].partition('id="makers"')[2]


def test_differences_of_the_leaderboard_are_paired_by_system_and_seed(results, small):
    cells = small.cells
    table = make_leaderboard(results, cells, "pcmci").table.set_index(["method", "protocol"])
    row = table.loc[("dot", "fair")]
    # On `volume` 0.2, a little more where seed 0 is missing; on `lags` 0.1 at two lags.
    each = [0.2 + 0.2 * 0.5 / 100, 0.2, 0.1, 0.1]
    assert row["difference"] == pytest.approx(sum(each) / 4)
    assert row["difference"] == pytest.approx(row["mean"] - table.loc[("pcmci", "fair")]["mean"])
    assert row["n_pairs"] == 10  # two simulators with five systems each
    assert row["n_conditions"] == 4
    assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    assert table.loc[("pcmci", "fair")]["n_ok"] == 19
    with pytest.raises(ValueError, match="reference: expected one of dot, dot_paper"):
        make_leaderboard(results, cells, "nobody")


def test_ranks_are_of_methods_that_have_run_on_half_of_the_conditions(results, small):
    cells = small.cells
    ranks = make_leaderboard(results, cells, None).ranks["fair"]
    assert list(ranks.average.index) == ["dot", "dot_paper", "pcmci"]
    assert list(ranks.average) == [1.0, 2.0, 3.0]
    assert (ranks.n_points, ranks.n_conditions) == (3, 4)  # two lengths, and two points of a grid


def test_an_experiment_that_was_not_run_changes_no_rank(results, small):
    planned = [small.cell(method, 0, axes={"k": k}) for method in small.methods for k in (1, 2)]
    nothing = experiment_results(Experiment("later", "", planned, View()), lambda key: None)
    alone = make_leaderboard(results, small.cells, None).ranks["fair"]
    beside = make_leaderboard([*results, nothing], [*small.cells, *planned], None).ranks["fair"]
    pd.testing.assert_series_equal(beside.average, alone.average)
    pd.testing.assert_frame_equal(beside.pairs, alone.pairs)


def test_a_method_with_few_runs_is_last_and_unranked(small):
    """Whatever its score: `lucky` has run on one of six easy systems."""
    cells = [small.cell("var", seed, axes={"k": k}) for seed in (0, 1) for k in range(3)]
    lucky = [small.cell("lucky", seed, axes={"k": k}) for seed in (0, 1) for k in range(3)]
    values = {cell.key: 0.5 + cell.seed / 100 for cell in cells} | {lucky[0].key: 0.99}

    def read(key):
        return small.made(values[key]) if key in values else None

    both = [*lucky, *cells]
    board = make_leaderboard(
        [experiment_results(Experiment("s", "", both, View()), read)], both, "var"
    )
    assert list(board.table["method"]) == ["var", "var", "lucky", "lucky"]
    last = board.table.iloc[-1]
    assert (last["mean"], last["n_ok"], last["n_planned"]) == (0.99, 1, 6)
    assert math.isnan(last["rank"])
    assert math.isnan(last["difference"])
    assert "lucky" not in leaderboard(board).markdown()
    line = incomplete(board).markdown().splitlines()[-1]
    assert line.startswith("| lucky | 0.99 |")
    assert "unranked" in line
    assert "| 1 / 6 |" in line


def test_variants_of_a_method_have_no_place_in_the_leaderboard(small):
    cell = small.cell
    cells = [cell("ridge", 0, penalty=1), cell("ridge", 1, penalty=1), cell("ridge", 0, penalty=2)]
    assert usual_settings(cells) == {cell.key for cell in cells[:2]}


def test_the_claims_that_ship_can_be_read_and_have_a_bound():
    claims = paper_claims()
    assert len(claims) > 20
    assert all((s.above is None) != (s.below is None) for s in claims)
    assert all(s.says.endswith(".") for s in claims)
    # A claim about an experiment that is not there would be "not tested" for ever.
    assert {s.experiment for s in claims} - {None} <= set(options("experiment"))


def test_published_points_take_our_names():
    table = pd.DataFrame(
        {
            "figure": ["a", "a", "a", "b"],
            "panel": ["p", "p", "q", "p"],
            "method": ["DOT", "Theirs", "DOT", "DOT"],
            "x_value": ["1e3", "M", "M", "1"],
            "value": [0.9, 0.8, 0.7, 0.6],
        }
    )
    entry = Published(figure="a", x={"M": "monotonic"}, methods={"Theirs": "var"})
    found = curves([entry], table)
    assert list(found["x"]) == [1000.0, "monotonic", "monotonic"]
    assert list(found["method"]) == ["dot_paper", "var", "dot_paper"]
    assert len(curves([Published(figure="a", panel="q")], table)) == 0  # no place for M


def test_forecast_errors_stand_beside_the_best_reachable(small, tmp_path):
    planned = [small.cell("dot", seed) for seed in (0, 1)]
    error = {"floor": None, "ceiling": 0.25}
    records = {
        one.key: small.made(
            0.5,
            metrics={
                "window/union/error": {"value": 0.5 + one.seed / 5, **error},
                "window/union/converged": {
                    "value": float(one.seed),
                    "floor": None,
                    "ceiling": None,
                },
            },
        )
        for one in planned
    }
    experiment = experiment_results(Experiment("s", "", planned, View()), records.get)
    line = forecasts([experiment]).markdown().splitlines()[-1]
    assert line.startswith("| s | linear | 100 | DOT | 0.60 [")
    assert line.endswith("] | 0.25 | 50% |")


def test_a_page_of_other_experiments_says_nothing_of_the_paper(small, tmp_path):
    planned = [small.cell(method, 0) for method in ("var", "pcmci")]
    own = [Experiment("mine", "", planned, View())]
    records = {one.key: small.made(0.5) for one in planned}
    text = write_page("mine", own, records.get, tmp_path).read_text()
    text = text.partition('<script type="application/json"')[0]
    assert "2601.05647" not in text
    assert "DOT" not in text
    assert 'id="statements"' not in text
    assert 'id="comparison"' not in text


def test_found_graphs_have_as_many_edges_as_the_truth(small, results):
    volume, lags = (examples(one, small.store.graphs) for one in results)
    assert lags == []  # nothing is stored of it
    (one,) = volume
    assert one["title"] == "linear, 1,000 steps, system 0"
    assert one["true"] == [[0, 1, 1], [1, 2, 2]]
    found = [[0, 1, 1], [2, 0, 1]]
    assert one["found"] == {labels.method(method): found for method in small.methods}


def charts_of(text):
    """Return the charts that a page embeds."""
    (found,) = re.findall(r'<script type="application/json" id="charts">(.*?)</script>', text)
    return json.loads(found)


def test_published_curves_stand_beside_the_experiment_they_belong_to(small):
    found = charts_of(small.text)["experiments"]
    words = charts_of(small.text)["words"]
    kinds = {name: {words[row[0]] for row in part["rows"]} for name, part in found.items()}
    assert "published" in kinds["volume"]
    assert "published" not in kinds["lags"]
    volume, lags = small.text.split('id="section-lags"')
    assert "data-published" in volume
    assert "data-published" not in lags.partition("<script")[0]


def test_a_table_sorts_what_is_absent_last_and_filters_what_differs():
    rows = [[word("a"), number(0.5)], [word("b"), number(math.nan, absent="not run")]]
    table = Table("t", ["method", "score"], rows, ("method",))
    assert table.choices() == {0: ["a", "b"]}
    assert rows[1][1].key == ""
    assert table.markdown().splitlines()[-1].split() == ["|", "b", "|", "not", "run", "|"]


@pytest.mark.slow
def test_the_command_reports_on_a_folder_and_on_nothing_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["method=[var,random]", "simulator=linear", "n_samples=100", "seeds=[0]"]
    assert main(["run", *words, "name=trial"]) == 0
    assert main(["report", "results/trial", "--reference", "var"]) == 0
    text = (tmp_path / "results" / "trial" / "report" / "index.html").read_text()
    assert "difference to VAR" in text
    # Without its records, the exported table says the same.
    folder = tmp_path / "results" / "trial"
    assert 'id="comparison"' not in text  # nothing is published of it
    table = (folder / "report" / "points.csv").read_text()
    assert main(["export", "results/trial", "--out", str(folder / "long.csv")]) == 0
    shutil.rmtree(folder / "cells")
    assert main(["report", "results/trial", "--reference", "var"]) == 0
    assert (folder / "report" / "points.csv").read_text() == table
    # A profile whose folder holds nothing of it: everything is marked, nothing is made up.
    Store(tmp_path / "results" / "smoke").path("00").parent.mkdir(parents=True)
    assert main(["report", "profile=smoke", "method=[var,pcmci]"]) == 0
    folder = tmp_path / "results" / "smoke" / "report"
    assert "0 of 8 planned runs" in (folder / "index.html").read_text()
    points = pd.read_csv(folder / "points.csv")
    assert set(points["state"]) == {"not run"}
    assert points["mean"].isna().all()
    assert main(["report", "results/nowhere"]) == 2
    assert "expected the folder of a run" in capsys.readouterr().err
