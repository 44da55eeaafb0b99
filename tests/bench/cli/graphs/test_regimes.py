"""Regimes as `lagbench discover` shows them: stays and their times, graphs, files, a picture."""

import numpy as np
import pandas as pd
import pytest

from bench.__main__ import main
from bench.cli.graphs.link_table import strongest
from bench.cli.graphs.regimes import stays
from methods import LaggedGraph, TimeSeries

METHOD = '''
import numpy as np
from methods import Handles, LaggedGraph, Method


class Halves(Method):
    """Two regimes, in the first of which a acts on b and in the second b on a."""

    handles = Handles(changes=True)

    def discover(self, series, *, max_lag, rng):
        scores = np.where(np.arange(max_lag + 1) > 0, np.zeros((2, 2, 1)), np.nan)
        graphs = {}
        for label, edge in enumerate([(0, 1, 1), (1, 0, 2)]):
            found = scores.copy()
            found[edge] = 1 + label
            graphs[label] = LaggedGraph(found, series.names, found > 0)
        both = np.fmax(graphs[0].scores, graphs[1].scores)
        labels = tuple(np.arange(len(s)) // (len(s) // 2) % 2 for s in series.segments)
        return LaggedGraph(both, series.names, both > 0, per_regime=graphs, regimes=labels)
'''


@pytest.fixture
def csv(tmp_path, monkeypatch):
    """A year of days; the method is a file beside it."""
    (tmp_path / "halves.py").write_text(METHOD)
    monkeypatch.syspath_prepend(tmp_path)
    values = np.random.default_rng(0).standard_normal((40, 2))
    frame = pd.DataFrame(values, columns=["a", "b"])
    frame.insert(0, "day", pd.date_range("2021-03-01", periods=40))
    path = tmp_path / "days.csv"
    frame.to_csv(path, index=False)
    return path


def test_discover_says_when_each_regime_was_and_gives_each_its_links(csv, tmp_path, capsys):
    out, plot = tmp_path / "graph.csv", tmp_path / "graph.svg"
    words = ["discover", str(csv), "--max-lag", "2", "--method", "halves:Halves"]
    assert main([*words, "--out", str(out), "--plot", str(plot)]) == 0
    said = capsys.readouterr().out
    assert "regimes found: 2, in steps" in said
    assert "  0: 20 steps: 0-19 (2021-03-01 to 2021-03-20)\n" in said
    assert "  1: 20 steps: 20-39 (2021-03-21 to 2021-04-09)\n" in said
    rows = [line.split() for line in said.splitlines() if line.split()[:1] == ["1"]]
    assert [row[1:4] + row[-1:] for row in rows] == [
        ["b", "a", "2", "all"],
        ["a", "b", "1", "0"],
        ["b", "a", "2", "1"],
    ]
    steps = pd.read_csv(tmp_path / "graph.regimes.csv")
    assert list(steps.columns) == ["segment", "step", "regime", "time"]
    assert steps.loc[20].tolist() == [0, 20, 1, "2021-03-21"]
    selected = pd.read_csv(out).query("selected")
    assert sorted(selected["regime"].dropna()) == [0, 1]
    drawn = plot.read_text(encoding="utf-8")
    for text in ("all steps", "regime 0", "regime 1"):
        assert text in drawn


def test_stays_are_counted_in_their_segment_and_the_first_are_listed():
    labels = (np.array([3, 3, 1, 1, 1]), np.array([1, 3] * 6))
    series = TimeSeries.from_segments([np.arange(n)[:, None] % 4.0 for n in (5, 12)], ["a"])
    graph = LaggedGraph(np.ones((1, 1, 2)), ("a",), regimes=labels)
    assert stays(graph, series) == [
        "regimes found: 2, in steps",
        "  1: 9 steps: segment 0 2-4, segment 1 0-0, segment 1 2-2, segment 1 4-4, and 3 more",
        "  3: 8 steps: segment 0 0-1, segment 1 1-1, segment 1 3-3, segment 1 5-5, and 3 more",
    ]
    assert stays(LaggedGraph(np.ones((1, 1, 2)), ("a",)), series) == []


def test_statistics_of_an_edge_are_columns_of_the_table():
    scores = np.array([[[np.nan, 2.0]]])
    graph = LaggedGraph(
        scores,
        ("a",),
        scores > 0,
        np.array([[[np.nan, 0.0123456]]]),
        edge_statistics={"coefficient": -scores},
    )
    head, row, _ = strongest(graph, 3).splitlines()
    names = "rank cause effect lag score selected p_value coefficient"
    assert head.split() == names.split(" ")
    assert row.split() == ["1", "a", "a", "1", "2", "yes", "0.01235", "-2"]
