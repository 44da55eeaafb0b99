"""Several methods on one file: votes by hand, and what is printed, written and drawn."""

import numpy as np
import pandas as pd
import pytest

from bench.__main__ import main
from bench.cli.graphs.agreement import agreement, together
from methods import LaggedGraph

NAMES = ("rain", "soil")


def graph_of(scores, selected=None):
    """Return a graph from scores by (cause, effect, lag); selected are those listed."""
    array = np.full((2, 2, 3), np.nan)
    adjacency = None if selected is None else np.zeros(array.shape, dtype=bool)
    for at, score in scores.items():
        array[at] = score
    for at in selected or ():
        adjacency[at] = True
    return LaggedGraph(array, NAMES, adjacency)


@pytest.fixture
def graphs():
    return {
        "one": graph_of({(0, 1, 1): 0.9, (1, 0, 1): 0.5, (0, 0, 1): 0.1}, [(0, 1, 1), (1, 0, 1)]),
        "two": graph_of({(0, 1, 1): 7.0, (1, 0, 1): 9.0, (1, 1, 2): 8.0}, [(0, 1, 1), (1, 1, 2)]),
        "mute": graph_of({(0, 1, 1): 3.0, (1, 1, 2): 4.0}),
    }


def test_votes_are_the_methods_that_select(graphs):
    votes = agreement(graphs)
    found = {tuple(at): votes.scores[tuple(at)] for at in np.argwhere(~np.isnan(votes.scores))}
    assert found == {(0, 1, 1): 2, (1, 0, 1): 1, (1, 1, 2): 1, (0, 0, 1): 0}
    assert np.argwhere(votes.adjacency).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 2]]


def test_the_table_has_the_decision_and_the_rank_of_each(graphs):
    *lines, total = together(graphs, 2).splitlines()
    assert [line.split() for line in lines] == [
        ["cause", "effect", "lag", "selected_by", "one", "two", "mute"],
        ["rain", "soil", "1", "2", "yes", "1", "yes", "3", "2"],
        ["soil", "rain", "1", "1", "yes", "2", "no", "1", "-"],
    ]
    assert total == "3 links are selected by at least one of 3 methods; 1 more"


def test_discover_compares_methods_and_says_who_declines(tmp_path, capsys):
    rng = np.random.default_rng(7)
    values = rng.laplace(size=(300, 3))
    values[2:, 1] += 2.0 * values[:-2, 0]
    values[150] = np.nan
    csv, out, plot = tmp_path / "data.csv", tmp_path / "all.csv", tmp_path / "all.svg"
    pd.DataFrame(values, columns=["rain", "river", "wind"]).to_csv(csv, index=False)
    words = ["discover", str(csv), "--max-lag", "2", "--method", "var,pcmci,rpcmci"]
    more = ["--set", "pcmci.alpha=1e-6", "--set", "var.alpha=1e-6", "--bootstrap", "2"]
    assert main([*words, *more, "--out", str(out), "--plot", str(plot)]) == 0
    said = capsys.readouterr().out
    assert "rpcmci declines this file: RPCMCI takes one segment" in said
    rows = [line.split() for line in said.splitlines() if line.split()[:1] == ["rain"]]
    assert rows == [["rain", "river", "2", "2", "yes", "1", "yes", "1"]]
    assert "1 links are selected by at least one of 2 methods" in said
    frame = pd.read_csv(out)
    assert frame.groupby("method").size().to_dict() == {"var": 18, "pcmci": 18}
    assert (frame.query("selected")["frequency"] == 1).all()
    assert "methods that select the link" in plot.read_text(encoding="utf-8")
    assert main([*words, "--set", "alpha=0.1"]) == 2
    assert "expected METHOD.NAME=VALUE with a method among var, pcmci" in capsys.readouterr().err
    assert main([*words[:-1], "rpcmci"]) == 2
    assert "rpcmci declines this file" in capsys.readouterr().err
