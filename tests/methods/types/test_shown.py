"""How a graph shows itself, and as a frame and a picture."""

import numpy as np
import pandas as pd
import pytest

from methods import InputError, LaggedGraph

NAMES = ("rain", "<b>", "soil")


@pytest.fixture
def graph():
    scores = np.full((3, 3, 3), np.nan)
    scores[:, :, 1:] = np.arange(18).reshape(3, 3, 2) / 18
    return LaggedGraph(scores, NAMES, np.nan_to_num(scores) > 0.8)


def test_a_graph_is_one_short_line(graph):
    assert repr(graph) == "LaggedGraph(3 variables, lags 0-2, 3 edges)"
    assert repr(LaggedGraph(graph.scores, NAMES)) == (
        "LaggedGraph(3 variables, lags 0-2, scores only)"
    )
    regimes = LaggedGraph(graph.scores, NAMES, graph.adjacency, per_regime={0: graph, 4: graph})
    assert repr(regimes) == "LaggedGraph(3 variables, lags 0-2, 3 edges, 2 regimes)"


def test_links_that_are_no_edges_are_counted_once_and_shown():
    scores = np.ones((3, 3, 2))
    marks = np.full(scores.shape, "", dtype="<U3")
    marks[0, 1, 0], marks[1, 0, 0] = "o-o", "o-o"
    marks[2, 1, 0], marks[1, 2, 0] = "o->", "<-o"
    marks[1, 2, 1], marks[0, 0, 1] = "<->", "-->"
    graph = LaggedGraph(scores, NAMES, marks == "-->", marks=marks)
    assert repr(graph) == "LaggedGraph(3 variables, lags 0-1, 1 edges, 3 other links)"
    html = graph._repr_html_()
    assert [html.count(f"<td>{mark}</td>") for mark in ("o-o", "o-&gt;", "&lt;-o")] == [1, 1, 0]


def test_a_notebook_shows_the_edges_strongest_first_and_escapes_names(graph):
    with_regimes = LaggedGraph(graph.scores, NAMES, graph.adjacency, per_regime={0: graph})
    for one in (graph, with_regimes):
        html = one._repr_html_()
        rows = html.split("<tbody>")[1].split("<tr>")[1:]
        assert len(rows) == 3
        assert [round(float(row.split("<td>")[4].split("<")[0]), 3) for row in rows] == [
            0.944,
            0.889,
            0.833,
        ]
        assert "<b>" not in html


def test_the_frame_has_a_row_per_score_and_is_what_the_csv_holds(graph, tmp_path):
    frame = graph.to_frame()
    assert list(frame.columns) == ["cause", "effect", "lag", "score", "selected"]
    assert len(frame) == 18
    row = frame[(frame["cause"] == "soil") & (frame["effect"] == "rain") & (frame["lag"] == 2)]
    assert row["score"].item() == graph.scores[2, 0, 2]
    graph.to_csv(tmp_path / "graph.csv")
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "graph.csv"), frame.astype({"selected": bool})
    )


def test_a_picture_goes_to_a_path_or_a_text_or_to_the_notebook(graph, tmp_path):
    graph.plot(tmp_path / "graph.svg")
    graph.plot(str(tmp_path / "graph.png"))
    assert (tmp_path / "graph.svg").read_text().startswith("<?xml")
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert len(graph.plot().axes) == 3  # two panels and the bar of colours
    with pytest.raises(InputError, match=r"expected a \.png, \.svg or \.pdf path"):
        graph.plot("graph.gif")
