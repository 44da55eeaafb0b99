"""`lagbench discover` as a user meets it: a table, a CSV, a picture, or one clear line."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from bench.__main__ import main
from bench.cli.graphs.link_table import strongest
from bench.report.graph_figure import draw
from bench.report.graph_panels import strongest_per_effect
from methods import LaggedGraph, discover


@pytest.fixture
def csv(tmp_path):
    """A file in which `rain` drives `river` two steps later."""
    rng = np.random.default_rng(7)
    values = rng.laplace(size=(400, 3))
    values[2:, 1] += 2.0 * values[:-2, 0]
    path = tmp_path / "weather.csv"
    pd.DataFrame(values, columns=["rain", "river", "wind"]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("method", ["dot", "pcmci", "var"])
def test_the_planted_edge_is_printed_written_and_drawn(csv, tmp_path, capsys, method):
    out, plot = tmp_path / "graph.csv", tmp_path / "graph.png"
    words = ["discover", str(csv), "--max-lag", "3", "--method", method]
    assert main([*words, "--out", str(out), "--plot", str(plot)]) == 0
    lines = capsys.readouterr().out.splitlines()
    best = next(line.split() for line in lines if re.match(" +1 ", line))  # by rank
    assert best[1:4] == ["rain", "river", "2"]
    graph = LaggedGraph.from_csv(out)
    assert np.nanargmax(graph.scores) == np.ravel_multi_index((0, 1, 2), graph.scores.shape)
    assert plot.read_bytes()[:4] == b"\x89PNG"


def test_parameters_are_set_as_in_python(csv, tmp_path):
    out = tmp_path / "graph.csv"
    words = ["discover", str(csv), "--max-lag", "3", "--method", "pcmci", "--out", str(out)]
    assert main([*words, "--set", "alpha=0.9", "--set", "fdr=fdr_bh"]) == 0
    given = discover(pd.read_csv(csv), max_lag=3, method="pcmci", alpha=0.9, fdr="fdr_bh")
    found = LaggedGraph.from_csv(out, names=given.names)
    np.testing.assert_array_equal(found.adjacency, given.adjacency)
    np.testing.assert_array_equal(found.p_values, given.p_values)
    default = discover(pd.read_csv(csv), max_lag=3, method="pcmci")
    assert given.adjacency.sum() > default.adjacency.sum()


def test_what_is_known_is_kept(csv, tmp_path, capsys):
    out = tmp_path / "graph.csv"
    words = ["discover", str(csv), "--max-lag", "3", "--method", "pcmci", "--out", str(out)]
    assert main([*words, "--forbid", "rain->river", "--require", "wind->rain@2"]) == 0
    found = LaggedGraph.from_csv(out, names=["rain", "river", "wind"], max_lag=3)
    assert np.isnan(found.scores[0, 1]).all()
    assert found.adjacency[2, 0, 2]
    file = tmp_path / "known.yaml"
    file.write_text("tiers: [[river], [rain, wind]]\n")
    assert main([*words, "--knowledge", str(file)]) == 0
    found = LaggedGraph.from_csv(out, names=["rain", "river", "wind"], max_lag=3)
    assert np.isnan(found.scores[[0, 2], 1]).all()
    capsys.readouterr()
    for option, said in (
        ("rain-river", "expected CAUSE->EFFECT or CAUSE->EFFECT@LAG, found 'rain-river'"),
        ("rain->rivr", "found 'rivr'; did you mean 'river'?"),
        ("rain->river@4", "expected a lag of at most max_lag 3, found 4"),
    ):
        assert main([*words, "--forbid", option]) == 2
        assert said in capsys.readouterr().err
    assert main([*words[:-3], "varlingam", "--forbid", "rain->river"]) == 2
    assert "these methods do: fci, lpcmci, pc, pcmci, pcmciplus, var" in capsys.readouterr().err


def test_the_same_seed_prints_the_same(csv, capsys):
    said = []
    for _ in range(2):
        main(["discover", str(csv), "--max-lag", "2", "--method", "random", "--seed", "3"])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--max-lag": "0"}, ["--max-lag", "at least 1", "0"]),
        ({"--max-lag": "399"}, ["max_lag + 2", "400"]),
        ({"--method": "pmci"}, ["pcmci", "did you mean"]),
        ({"--plot": "graph.gif"}, [".png", "graph.gif"]),
        ({"--out": "no/such/folder/graph.csv"}, ["--out", "existing folder"]),
        ({"--out": "."}, ["--out", "expected a file"]),
        ({"--time-column": "when"}, ["time_column", "rain", "when"]),
        ({"--set": "alpha=2"}, ["var.alpha: expected float > 0 and < 1, found 2"]),
        ({"--set": "alpha=x"}, ["var.alpha: expected float > 0 and < 1, found 'x'"]),
        ({"--set": "alhpa=0.1"}, ["alpha, ridge, holdout", "'alhpa'", "did you mean 'alpha'?"]),
        ({"--set": "alpha"}, ["--set: expected NAME=VALUE", "found 'alpha'"]),
        ({"--set": "alpha=["}, ["--set alpha: expected a value, found '['"]),
    ],
)
def test_bad_arguments_end_in_one_line(csv, capsys, change, words):
    options = {"--max-lag": "2", "--method": "var"} | change
    arguments = [part for pair in options.items() for part in pair]
    assert main(["discover", str(csv), *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for word in words:
        assert word in said


def test_gaps_are_split_unless_they_are_to_be_refused(csv, capsys):
    frame = pd.read_csv(csv)
    frame.loc[[100, 101, 103], "wind"] = np.nan
    frame.to_csv(csv, index=False)
    words = ["discover", str(csv), "--max-lag", "2", "--method", "varlingam"]
    assert main([*words, "--missing", "refuse"]) == 2
    assert "'wind': 3" in capsys.readouterr().err
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "2 segment(s)" in said
    assert "dropped 1 of 3 segments (1 rows)" in said


def graph_of(n, max_lag, decided=True):
    rng = np.random.default_rng(0)
    scores = rng.random((n, n, max_lag))
    adjacency = scores > 0.97 if decided else None
    names = [f"variable_{i}" for i in range(n)]
    return LaggedGraph.from_lags(scores, names, adjacency=adjacency)


@pytest.mark.parametrize(("n", "max_lag", "decided"), [(1, 1, False), (5, 3, True), (40, 5, True)])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_every_size_and_format_is_drawn(tmp_path, n, max_lag, decided, suffix):
    path = tmp_path / f"graph{suffix}"
    draw(graph_of(n, max_lag, decided), path)
    content = path.read_bytes()
    assert len(content) > 1000
    if suffix == ".svg":
        assert f"variable_{n - 1}".encode() in content


def test_negative_scores_and_dollar_signs_are_drawn(tmp_path):
    scores = np.full((2, 2, 1), -0.5)
    scores[0, 1] = -0.1
    graph = LaggedGraph.from_lags(scores, ["cost $\\foo$", "b"], adjacency=scores > -0.2)
    draw(graph, tmp_path / "graph.png")
    assert (tmp_path / "graph.png").stat().st_size > 1000


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_names_in_any_script_are_drawn_without_a_warning(tmp_path, suffix):
    path = tmp_path / f"graph{suffix}"
    scores = np.random.default_rng(0).random((2, 2, 1))
    draw(LaggedGraph.from_lags(scores, ["雨量 1", "река"], adjacency=scores > 0.5), path)
    content = path.read_bytes()
    assert len(content) > 1000
    if suffix == ".svg":
        assert "雨量 1".encode() in content


def test_links_without_a_direction_are_listed_once_and_drawn(tmp_path):
    scores = np.zeros((3, 3, 2))
    scores[0, 1, 1], scores[0, 2, 0], scores[2, 0, 0], scores[1, 2, 1] = 0.9, 0.8, 0.8, 0.7
    scores[0, 1, 0] = scores[1, 0, 0] = np.nan
    marks = np.full(scores.shape, "", dtype="<U3")
    marks[0, 1, 1], marks[1, 2, 1] = "-->", "<->"
    marks[0, 2, 0] = marks[2, 0, 0] = marks[0, 1, 0] = marks[1, 0, 0] = "o-o"
    graph = LaggedGraph(scores, ("rain", "soil", "dew"), marks == "-->", marks=marks)
    *lines, total = strongest(graph, 3).splitlines()
    assert [line.split() for line in lines] == [
        ["rank", "cause", "effect", "lag", "score", "selected", "mark"],
        ["1", "rain", "soil", "1", "0.9", "yes", "-->"],
        ["2", "rain", "dew", "0", "0.8", "no", "o-o"],
        ["3", "soil", "dew", "1", "0.7", "no", "<->"],
        ["4", "rain", "soil", "0", "-", "-", "o-o"],
    ]
    assert total == "1 selected of 16 scored links; 3 other links, see mark"
    draw(graph, tmp_path / "graph.svg")
    drawn = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    for text in ("0 o-o", "1 &lt;-&gt;", "circle: not known"):
        assert text in drawn


def test_strongest_lists_scores_in_order_and_skips_nan():
    scores = np.full((2, 2, 2), np.nan)
    scores[:, :, 1] = [[0.1, 0.9], [0.5, 0.2]]
    lines = strongest(LaggedGraph(scores, ("a", "b")), 3).splitlines()
    assert [line.split()[1:5] for line in lines[1:-1]] == [
        ["a", "b", "1", "0.9"],
        ["b", "a", "1", "0.5"],
        ["b", "b", "1", "0.2"],
    ]


def test_strongest_per_effect_takes_the_best_of_each():
    graph = graph_of(4, 3, decided=False)
    mask = strongest_per_effect(graph, 2)
    assert (mask.sum(axis=(0, 2)) == 2).all()
    for effect in range(4):
        chosen = graph.scores[:, effect][mask[:, effect]]
        assert chosen.min() >= np.sort(graph.scores[:, effect, 1:].ravel())[-2]


def test_a_common_season_is_warned_of_and_taken_out(csv, capsys):
    frame = pd.read_csv(csv).add(4 * np.sin(np.arange(400) * np.pi / 6), axis=0)
    frame.to_csv(csv, index=False, sep=";", decimal=",")
    words = ["discover", str(csv), "--max-lag", "2", "--method", "var"]
    assert main(words) == 0
    assert "WARNING: season of 12 steps in 3 variables" in capsys.readouterr().out
    assert main([*words, "--deseason", "12"]) == 0
    said = capsys.readouterr().out
    assert "WARNING" not in said
    assert "\n1 selected of 18" in said


def test_a_panel_is_read_by_its_unit(csv, capsys):
    frame = pd.read_csv(csv).assign(site=np.arange(400) // 100, year=np.arange(400) % 100)
    frame["wind"] += 5.0 * frame["site"]
    frame.to_csv(csv, index=False)
    words = ["discover", str(csv), "--max-lag", "2", "--method", "var"]
    assert main(words) == 2
    assert "--unit-column" in capsys.readouterr().err
    assert main([*words, "--unit-column", "site"]) == 0
    said = capsys.readouterr().out
    assert "note: units: 4, each a segment of its own" in said
    assert "note: units differ in level: wind" in said
    assert "4 segment(s)" in said


def test_inspect_prints_what_to_mend(csv, capsys):
    frame = pd.read_csv(csv).cumsum()
    frame.to_csv(csv, index=False)
    assert main(["inspect", str(csv)]) == 0
    said = capsys.readouterr().out
    assert "WARNING: unit root in 3 variables (rain, river, wind)" in said
    assert "use --difference" in said
    assert main(["inspect", str(csv), "--difference", "--max-lag", "2"]) == 0
    assert "WARNING" not in capsys.readouterr().out
    assert main(["inspect", str(csv), "--max-lag", "0"]) == 2


def test_a_page_shows_the_graph_its_links_and_the_series(csv, tmp_path, capsys):
    page = tmp_path / "page.html"
    words = ["discover", str(csv), "--max-lag", "3", "--method", "var,correlation"]
    assert main([*words, "--html", str(page)]) == 0
    assert f"wrote {page}" in capsys.readouterr().out
    text, _, scripts = page.read_text().partition('<script type="application/json" id="charts">')
    assert "VAR, lagged correlation" in text
    assert "3 variables, 400 steps" in text
    first = re.findall(r"<td[^>]*>([^<]*)</td>", text.split('<table id="links">')[1])[:4]
    assert first == ["VAR", "rain", "river", "2"]
    assert "Suggested largest lag" in text
    charts = json.loads(scripts.partition("</script>")[0])["charts"]
    (cells,) = charts["graph"]["datasets"].values()
    assert len(cells) == 2 * 3 * 3
    planted = [row for row in cells if (row["cause"], row["effect"]) == ("rain", "river")]
    assert [row["share"] for row in planted] == [1, 1]
    assert planted[0]["lags"] == "2"
    (points,) = charts["strengths"]["datasets"].values()
    assert points[0]["link"] == "rain \N{RIGHTWARDS ARROW} river, lag 2"
    assert re.findall(r'(?:href|src)="(?!#|data:)', text) == []  # it asks for nothing
