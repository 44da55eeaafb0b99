"""Each format is read in its own orientation: sets are written by hand, with skewed graphs."""

from importlib import resources
from pathlib import Path

import hydra
import numpy as np
import pandas as pd
import pytest

import conf
from bench.config.compose import compose, prepare, profile
from bench.config.grid import expand, left_out
from bench.dev.docs.declared import built_in
from bench.run.cell import metrics
from methods import InputError, LaggedGraph
from simulators.recorded import Recorded, cdml_lcm, danube, jrngc_var, plain, sru_lorenz96

FOLDER = Path(conf.__file__).parent / "dataset"
VALUES = np.random.default_rng(3).normal(size=(60, 3))


def edges(truth):
    return {tuple(edge) for edge in np.argwhere(truth.adjacency).tolist()}


def write_plain(folder, graph, values=VALUES):
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(values, columns=["a", "b", "c"]).to_csv(folder / "series.csv", index=False)
    (folder / "graph.csv").write_text(graph)
    return folder


def test_plain_window_graph(tmp_path):
    write_plain(tmp_path / "x" / "y", "cause,effect,lag,size\na,b,2,0.5\nc,c,1,\n")
    assert plain.names(tmp_path) == ["x/y"]
    series, truth = plain.read(tmp_path, "x/y")
    np.testing.assert_array_equal(series.segments[0], VALUES)
    assert edges(truth) == {(0, 1, 2), (2, 2, 1)}
    assert truth.scores[0, 1, 2] == 0.5
    assert truth.scores[2, 2, 1] == 1.0
    assert np.isnan(truth.scores[:, :, 0]).all()
    assert np.isfinite(truth.scores[:, :, 1:]).all()


def test_plain_graph_with_an_edge_at_lag_0_claims_it_but_for_the_diagonal(tmp_path):
    write_plain(tmp_path, "cause,effect,lag\na,b,0\n")
    _, truth = plain.read(tmp_path, plain.names(tmp_path)[0])
    assert edges(truth) == {(0, 1, 0)}
    silent = np.isnan(truth.scores)
    np.testing.assert_array_equal(silent, np.repeat(np.eye(3, dtype=bool)[:, :, None], 2, axis=2))


@pytest.mark.parametrize("text", ["cause,effect\nb,a\n", "cause,effect,lag\nb,a,\n"])
def test_plain_graph_without_lags_is_a_summary(text, tmp_path):
    write_plain(tmp_path, text)
    system = Recorded(path=str(tmp_path), max_lag=4).draw(0)
    assert (edges(system.truth), system.max_lag) == ({(1, 0, 0)}, 4)
    np.testing.assert_array_equal(np.isnan(system.truth.scores[:, :, 0]), np.eye(3, dtype=bool))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cause,effect,lag\na,d,1\n", "edge 0: expected as effect one of a, b, c, found 'd'"),
        ("cause,effect,lag\na,b,1\nb,c,\n", "edge 1: expected a lag in every row or in none"),
        ("cause,effect,lag\na,b,-1\n", "a lag of 0 rows or more"),
        ("cause,effect,lag\na,b,one\n", "a number as lag, found 'one'"),
        ("cause,effect,lag\na,a,0\n", "a lag of 1 or more from a variable to itself"),
        ("cause,effect,lag\na,b,1\na,b,1\n", "edge 1: expected each edge once"),
        ("cause,effect,size\na,b,0\n", "a finite size above 0, found 0"),
        ("cause,effect,delay\na,b,1\n", "the columns cause, effect and perhaps lag and size"),
        ("cause,effect,lag\n", "a row for each edge"),
        ("cause,effect,lag\na,b,1e19\n", "a lag within the"),
        ("cause,effect,lag,size\na,b,1,inf\n", "a finite size above 0"),
        ("", "expected a CSV file"),
        ('cause,effect\n"a,b\n', "expected a CSV file"),
    ],
)
def test_a_plain_graph_that_makes_no_sense_is_refused(text, words, tmp_path):
    write_plain(tmp_path, text)
    with pytest.raises(ValueError, match=r"graph\.csv") as error:
        plain.read(tmp_path, ".")
    assert words in str(error.value)


def test_cdml_matches_names_takes_rows_as_causes_and_leaves_out_the_past(tmp_path):
    pd.DataFrame(VALUES, columns=["X1", "X10", "Y1"]).to_csv(tmp_path / "s_data.csv", index=False)
    nodes = [f"{v}_t{lag}" for v in ("Y1", "X1", "X10") for lag in ("", "-1", "-2")]
    target = pd.DataFrame(0.0, nodes, nodes)
    target.loc["X10_t-2", "Y1_t"] = target.loc["X1_t-1", "X1_t"] = 1.0
    target.loc["X1_t-2", "X1_t-1"] = 1.0
    target.to_csv(tmp_path / "s_target.csv")
    assert cdml_lcm.names(tmp_path) == ["s"]
    series, truth = cdml_lcm.read(tmp_path, "s")
    assert series.names == truth.names == ("X1", "X10", "Y1")
    assert edges(truth) == {(1, 2, 2), (0, 0, 1)}


def test_jrngc_has_the_effect_first_and_the_largest_lag_first(tmp_path):
    folder = tmp_path / "seed_0"
    folder.mkdir()
    graph = np.zeros((3, 3, 4), dtype=np.int32)
    graph[2, 0, 0] = 1
    np.save(folder / "_x.npy", VALUES.T)
    np.save(folder / "_gc.npy", graph)
    series, truth = jrngc_var.read(tmp_path, *jrngc_var.names(tmp_path))
    np.testing.assert_array_equal(series.segments[0], VALUES)
    assert (edges(truth), truth.max_lag) == ({(0, 2, 4)}, 4)


def test_lorenz_has_the_effect_in_the_row(tmp_path):
    graph = np.eye(3)
    graph[2, 0] = 1
    np.savez(tmp_path / "F_10.npz", X_np=VALUES.T, Gref=graph)
    series, truth = sru_lorenz96.read(tmp_path, *sru_lorenz96.names(tmp_path))
    np.testing.assert_array_equal(series.segments[0], VALUES)
    assert edges(truth) == {(0, 2, 0), (0, 0, 0), (1, 1, 0), (2, 2, 0)}


def test_danube_is_cut_into_years_and_numbers_gauges_from_1(tmp_path):
    days = pd.DataFrame(np.exp(VALUES), columns=["S01", "S02", "S03"])
    days.index = pd.date_range("1960-01-01", periods=len(days)).astype(str)
    days.to_csv(tmp_path / "danube_daily_aligned_1959_2010.csv")
    (tmp_path / "flow_edges.csv").write_text("upstream,downstream\n3,1\n")
    parts = [danube.read(tmp_path, name) for name in danube.names(tmp_path)]
    joined = np.concatenate([series.segments[0] for series, _ in parts])
    np.testing.assert_allclose(joined, VALUES, atol=1e-12)
    assert all(edges(truth) == {(2, 0, 0)} for _, truth in parts)


def test_seeds_are_places_among_the_sets_whatever_holds_them(tmp_path):
    for k in range(6):
        write_plain(tmp_path / f"s{k}", "cause,effect,lag\na,b,1\n", VALUES + k)
    simulator = Recorded(path=str(tmp_path))
    means = [simulator.draw(seed).series.segments[0].mean() for seed in range(6)]
    order = np.round(np.array(means) - VALUES.mean()).astype(int)
    assert sorted(order) == list(range(6))
    assert list(order) != sorted(order)
    (tmp_path / "s0" / "series.csv").unlink()
    kept = [simulator.draw(seed).series.segments[0].mean() for seed in range(5)]
    assert kept == [mean for mean, k in zip(means, order, strict=True) if k]
    with pytest.raises(ValueError, match="seeds: expected places among the 5 sets"):
        simulator.draw(5)


def test_a_sample_is_the_beginning_of_the_series_or_all_of_it(tmp_path):
    write_plain(tmp_path, "cause,effect,lag\na,b,1\n")
    system = Recorded(path=str(tmp_path)).draw(0)
    np.testing.assert_array_equal(system.generate(20).series.segments[0], VALUES[:20])
    whole = system.generate(1000)
    np.testing.assert_array_equal(whole.series.segments[0], VALUES)
    assert whole.properties["var_sortability"] in (0.0, 1.0)
    with pytest.raises(ValueError, match=r"at least max_lag \+ 2 = 3 rows"):
        system.generate(2)


def test_a_missing_folder_is_named_before_anything_runs(tmp_path):
    with pytest.raises(ValueError, match="path: expected a folder, found none at"):
        Recorded(path=str(tmp_path / "nothing"))


def estimate(causes):
    """Return a graph over two variables and lags 0 to 2 with these scores, else 0.1."""
    scores = np.full((2, 2, 3), 0.1)
    scores[[0, 1], [0, 1], 0] = np.nan
    for at, score in causes.items():
        scores[at] = score
    return LaggedGraph(scores, ("a", "b"), np.nan_to_num(scores) > 0.5)


@pytest.mark.parametrize("lag", [0, 1, 2])
def test_a_summary_truth_is_scored_at_the_summary_levels_whatever_the_lag(lag):
    sizes = np.array([[np.nan, 1.0], [0.0, np.nan]])[:, :, None]
    truth = LaggedGraph(sizes, ("a", "b"), sizes > 0)
    right, turned = (metrics(0, estimate({(i, j, lag): 0.9}), truth) for i, j in ((0, 1), (1, 0)))
    assert {name.split("/")[0] for name in right} == {"summary", "summary_no_self"}
    assert right["summary_no_self/union/f1@own"].value == 1.0
    assert right["summary_no_self/union/auroc"].value == 1.0
    assert turned["summary_no_self/union/auroc"].value == 0.0
    assert turned["summary_no_self/union/shd@own"].value == 1.0


def test_recorded_sets_run_as_cells_with_the_report_of_any_other(settings, tmp_path, lagbench):
    rng = np.random.default_rng(5)
    for name, graph in (("w/0", "cause,effect,lag\na,b,2\n"), ("s/0", "cause,effect\na,b\n")):
        values = rng.normal(size=(300, 3))
        values[2:, 1] += values[:-2, 0]
        write_plain(tmp_path / "data" / name, graph, values)
    done = lagbench(
        "run",
        "simulator=[]",
        "dataset=plain",
        "data_dir=data",
        "method=[var,random]",
        "n_samples=1000",
        "seeds=[0,1,2]",
        "jobs=1",
    )
    assert done.returncode == 0, done.stderr
    assert "plain: left out are the seeds 2, which are places beyond its last set" in done.stdout
    table = pd.read_csv(lagbench.store().root / "table.csv")
    assert set(table["scope"]) == {"union", "summary"}
    top = table[(table["method"] == "var") & (table["metric"] == "auroc")]
    assert list(top["mean"]) == [1.0, 1.0]


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_the_yaml_of_a_data_set_composes_into_its_folder(name, tmp_path):
    (tmp_path / name).mkdir()
    prepare([])
    with hydra.initialize_config_module("conf", version_base="1.3"):
        words = [f"dataset=[{name}]", "simulator=[]", f"data_dir={tmp_path}", "method=var"]
        settings = compose([*words, "seeds=0"])
    params = settings.simulators[name]
    assert params.pop("kind") == "recorded"
    built = Recorded(**params)
    assert built.format == name
    assert Path(built.path) == (tmp_path if name == "plain" else tmp_path / name)
    with pytest.raises(InputError, match=f"places among the 0 sets of format '{name}'"):
        built.drawable([0])
    lines = (resources.files("conf") / "dataset" / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == f"# @package simulators.{name}"
    assert lines[1].startswith("# ")
    assert all("  # " in line for line in lines[3:])


def test_only_seeds_of_sets_that_are_there_are_planned(tmp_path):
    for name in ("one", "two"):
        write_plain(tmp_path / name, "cause,effect,lag\na,b,1\n", np.eye(30, 3))
    recorded = Recorded(path=str(tmp_path))
    assert recorded.drawable((0, 1, 2, 5)) == (0, 1)
    with pytest.raises(InputError, match=r"among the 2 sets .* found 2, 3"):
        recorded.drawable((2, 3))


def test_data_alone_are_not_mixed_with_the_default_simulator(tmp_path):
    write_plain(tmp_path / "one", "cause,effect,lag\na,b,1\n", np.eye(30, 3))
    given = ["dataset=[plain]", f"data_dir={tmp_path}", "method=[random]", "seeds=[0,1]"]
    for further, kinds in (([], {"plain"}), (["simulator=linear"], {"plain", "linear"})):
        words = prepare([*given, *further])
        with hydra.initialize_config_module("conf", version_base="1.3"):
            settings = compose(words)
        cells = expand(settings)
        assert {cell.simulator for cell in cells} == kinds
        assert {cell.seed for cell in cells if cell.simulator == "plain"} == {0}
        (line,) = left_out(cells, settings)
        assert line.startswith("plain: left out are the seeds 1,")


def test_the_external_experiment_has_every_method_on_every_data_set(tmp_path, monkeypatch):
    monkeypatch.setattr(Recorded, "drawable", lambda self, seeds: tuple(seeds))
    names = ("cdml_lcm", "jrngc_var", "sru_lorenz96", "danube")
    for name in names:
        (tmp_path / name).mkdir()
    planned, settings = profile(["profile=external", f"data_dir={tmp_path}"])
    assert {cell.method for cell in planned} == set(built_in())
    assert {cell.simulator for cell in planned} == set(names)
    assert {cell.seed for cell in planned} == set(range(120))  # as many as the largest has
    assert (settings.name, settings.limits.time_limit) == ("external", 120)
