"""Round trips of a graph through every format, and its orientation against tigramite itself."""

import string
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd  # here, so that no example pays for the import
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from methods import LaggedGraph

RNG = np.random.default_rng
FIELDS = ("scores", "adjacency", "p_values")
# Names as people write them: with commas, quotes, spaces and letters of any language.
NAMES = st.text(string.ascii_letters + string.digits + " ,;\"'_-.äßé温", min_size=1, max_size=8)

BOTH = st.booleans()


@st.composite
def graphs(draw, *, decided=BOTH, everywhere=False):
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    rng = RNG(draw(st.integers(0, 2**32 - 1)))
    shape = (len(names), len(names), draw(st.integers(1, 3)) + 1)
    scores = rng.normal(size=shape) * 10.0 ** rng.integers(-12, 12, shape)
    if not everywhere:
        scores[rng.random(shape) < 0.3] = np.nan
        scores[0, 0, 1] = 0.0
    adjacency = (scores > 0) if draw(decided) else None
    return LaggedGraph(scores, tuple(names), adjacency)


def assert_same(one, other, fields=FIELDS):
    assert one.names == other.names
    for field in fields:
        first, second = getattr(one, field), getattr(other, field)
        assert (first is None) == (second is None), field
        if first is not None:
            np.testing.assert_array_equal(first, second, err_msg=field, strict=True)
    assert list(one.edge_statistics) == list(other.edge_statistics)
    for name, values in one.edge_statistics.items():
        np.testing.assert_array_equal(values, other.edge_statistics[name], err_msg=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("formats")


@settings(max_examples=25)
@given(
    graph=graphs(),
    part=st.booleans(),
    error=st.none() | st.floats(0, 10),
    labels=st.none() | st.lists(st.lists(st.integers(-9, 9), max_size=5), min_size=1, max_size=3),
)
def test_npz_keeps_everything(graph, part, error, labels, folder):
    p_values = abs(np.tanh(graph.scores))
    regimes, statistics = {}, {}
    if part:
        statistics = {"rank_sd": graph.scores / 2, "of the rest": graph.scores * 5}
        doubled = LaggedGraph(
            graph.scores * 2, graph.names, None, p_values, edge_statistics=statistics
        )
        regimes = {-1: doubled, 7: graph}
    found = None if labels is None else tuple(np.array(part, dtype=int) for part in labels)
    full = LaggedGraph(
        graph.scores, graph.names, graph.adjacency, p_values, regimes, error, found, statistics
    )
    full.to_npz(folder / "graph.npz")
    back = LaggedGraph.from_npz(folder / "graph.npz")
    assert_same(back, full)
    assert back.forecast_error == error
    assert list(back.per_regime) == list(regimes)
    for label, regime in regimes.items():
        assert_same(back.per_regime[label], regime)
    assert (back.regimes and [part.tolist() for part in back.regimes]) == labels


def test_an_npz_from_before_labels_and_statistics_is_read(folder):
    np.savez_compressed(folder / "old.npz", names=np.array(["a"]), scores=np.ones((1, 1, 2)))
    back = LaggedGraph.from_npz(folder / "old.npz")
    assert (back.regimes, back.edge_statistics) == (None, {})


@settings(max_examples=25)
@given(graph=graphs())
def test_csv_keeps_scores_to_the_last_bit_and_the_decision(graph, folder):
    graph.to_csv(folder / "graph.csv")
    back = LaggedGraph.from_csv(folder / "graph.csv", names=graph.names, max_lag=graph.max_lag)
    assert_same(back, graph)


@settings(max_examples=25)
@given(graph=graphs(everywhere=True))
def test_csv_of_a_graph_that_scores_everything_needs_no_more_than_the_file(graph, folder):
    graph.to_csv(folder / "graph.csv")
    assert_same(LaggedGraph.from_csv(folder / "graph.csv"), graph)


def test_csv_is_one_row_per_scored_entry(folder):
    scores = np.full((2, 2, 3), np.nan)
    scores[0, 1, 2], scores[1, 1, 1] = 0.75, -0.5
    names = ("rain", "flow, lower")
    LaggedGraph(scores, names, scores > 0).to_csv(folder / "some.csv")
    assert (folder / "some.csv").read_text().splitlines() == [
        "cause,effect,lag,score,selected",
        'rain,"flow, lower",2,0.75,True',
        '"flow, lower","flow, lower",1,-0.5,False',
    ]
    LaggedGraph(scores, names).to_csv(folder / "some.csv")
    assert (folder / "some.csv").read_text().splitlines()[1] == 'rain,"flow, lower",2,0.75,'


MARKED = np.array(
    [
        [["", "-->"], ["o-o", "o->"], ["-->", ""]],
        [["o-o", "<->"], ["", "-->"], ["<-o", "x->"]],
        [["<--", ""], ["o->", ""], ["", ""]],
    ]
)


@pytest.fixture
def marked():
    """A graph with every kind of mark, and one link at lag 0 that has no score."""
    scores = RNG(0).normal(size=MARKED.shape)
    scores[0, 1, 0] = scores[1, 0, 0] = scores[2, 2] = np.nan
    return LaggedGraph(scores, ("a", "b", "c"), MARKED == "-->", marks=MARKED)


def test_every_format_keeps_marks(marked, folder):
    full = replace(marked, per_regime={3: marked})
    full.to_npz(folder / "marked.npz")
    full.to_csv(folder / "marked.csv")
    read = (
        LaggedGraph.from_npz(folder / "marked.npz"),
        LaggedGraph.from_csv(folder / "marked.csv"),
    )
    for back in read:
        assert_same(back, full, (*FIELDS, "marks"))
        assert_same(back.per_regime[3], marked, (*FIELDS, "marks"))
    assert_same(LaggedGraph.from_networkx(marked.to_networkx()), marked, (*FIELDS, "marks"))
    np.testing.assert_array_equal(marked.to_tigramite(), MARKED)
    back = LaggedGraph.from_tigramite(MARKED, marked.names)
    np.testing.assert_array_equal(back.marks, MARKED)
    np.testing.assert_array_equal(back.adjacency, MARKED == "-->")


def test_a_link_without_a_score_is_a_row_of_the_frame(marked):
    frame = marked.to_frame()
    assert list(frame.columns) == ["cause", "effect", "lag", "score", "selected", "mark"]
    assert frame[frame["score"].isna()].drop(columns="score").to_numpy().tolist() == [
        ["a", "b", 0, False, "o-o"],
        ["b", "a", 0, False, "o-o"],
    ]
    assert len(frame) == 16


def test_a_graph_without_marks_has_none_in_any_format(graph_without_marks, folder):
    graph_without_marks.to_npz(folder / "plain.npz")
    with np.load(folder / "plain.npz") as stored:
        assert "marks" not in stored
    assert LaggedGraph.from_npz(folder / "plain.npz").marks is None
    assert "mark" not in graph_without_marks.to_frame()


@pytest.fixture
def graph_without_marks():
    return LaggedGraph(np.ones((2, 2, 2)), ("a", "b"), np.ones((2, 2, 2), dtype=bool))


@settings(max_examples=25)
@given(graph=graphs(), silent=st.booleans())
def test_csv_keeps_the_statistics_of_scored_edges(graph, silent, folder):
    ratio = graph.scores * 3
    ratio[0, 0, 1] = np.nan if silent else np.inf
    ratio[np.isnan(graph.scores)] = np.nan
    nothing = np.full(ratio.shape, np.nan)
    full = replace(graph, edge_statistics={"rank_ratio": ratio, "nothing, yet": nothing})
    full.to_csv(folder / "graph.csv")
    back = LaggedGraph.from_csv(folder / "graph.csv", names=graph.names, max_lag=graph.max_lag)
    assert_same(back, full)


def test_csv_statistics_are_columns_after_the_score_and_text_is_none(folder):
    scores = np.array([[[np.nan, 2.0]]])
    statistics = {"rank_mean": np.array([[[np.nan, 1.5]]])}
    LaggedGraph(scores, ("a",), edge_statistics=statistics).to_csv(folder / "more.csv")
    table = pd.read_csv(folder / "more.csv")
    assert list(table.columns) == ["cause", "effect", "lag", "score", "selected", "rank_mean"]
    assert table["rank_mean"].tolist() == [1.5]
    table.assign(remark="strong").to_csv(folder / "more.csv", index=False)
    assert list(LaggedGraph.from_csv(folder / "more.csv").edge_statistics) == ["rank_mean"]


@pytest.mark.parametrize("name", ["1", "007", "NA", "nan", "True", "1e5"])
def test_csv_names_stay_text(folder, name):
    graph = LaggedGraph(RNG(0).normal(size=(2, 2, 2)), (name, "other"))
    graph.to_csv(folder / "names.csv")
    assert LaggedGraph.from_csv(folder / "names.csv").names == (name, "other")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,z,1,1.0,True", r"bad\.csv, row 1: .*\['a', 'b'\].* found 'a' -> 'z' at lag 1"),
        ("z,a,1,1.0,True", r"bad\.csv, row 1: .* found 'z' -> 'a' at lag 1"),
        ("a,b,3,1.0,True", r"bad\.csv, row 1: .* a lag from 0 to 2, found 'a' -> 'b' at lag 3"),
        ("a,b,-1,1.0,True", r"bad\.csv, row 1: .* found 'a' -> 'b' at lag -1"),
    ],
)
def test_a_csv_row_that_does_not_fit_is_named(folder, row, message):
    path = folder / "bad.csv"
    path.write_text(f"cause,effect,lag,score,selected\na,b,1,1.0,True\n{row}\n")
    with pytest.raises(ValueError, match=message):
        LaggedGraph.from_csv(path, names=["a", "b"], max_lag=2)


def test_a_csv_without_its_columns_is_refused(folder):
    (folder / "bad.csv").write_text("cause,effect,score\na,b,1.0\n")
    with pytest.raises(ValueError, match=r"bad\.csv: .* found none named \['lag', 'selected'\]"):
        LaggedGraph.from_csv(folder / "bad.csv")


@settings(max_examples=50)
@given(graph=graphs())
def test_networkx_keeps_scores_and_decision(graph):
    assert_same(LaggedGraph.from_networkx(graph.to_networkx()), graph)


def test_networkx_edges_point_from_cause_to_effect_and_are_keyed_by_lag():
    scores = np.full((2, 2, 4), np.nan)
    scores[0, 1, 3], scores[0, 1, 1] = 0.5, 0.25
    multigraph = LaggedGraph(scores, ("rain", "flow"), scores > 0.3).to_networkx()
    assert isinstance(multigraph, nx.MultiDiGraph)
    assert sorted(multigraph.edges(keys=True)) == [("rain", "flow", 1), ("rain", "flow", 3)]
    assert multigraph.edges["rain", "flow", 3] == {"lag": 3, "score": 0.5, "selected": True}
    assert list(multigraph.predecessors("flow")) == ["rain"]


def test_a_networkx_graph_made_by_hand_is_read():
    multigraph = nx.MultiDiGraph()
    multigraph.add_edge("rain", "flow", lag=2, score=0.5)
    graph = LaggedGraph.from_networkx(multigraph)
    assert (graph.names, graph.max_lag, graph.adjacency) == (("rain", "flow"), 2, None)
    assert graph.scores[0, 1, 2] == 0.5
    assert np.isnan(graph.scores).sum() == graph.scores.size - 1


@settings(max_examples=50)
@given(graph=graphs(decided=st.just(True), everywhere=True))
def test_tigramite_keeps_the_decision(graph):
    marks = graph.to_tigramite()
    assert marks.shape == graph.scores.shape
    back = LaggedGraph.from_tigramite(
        marks, graph.names, val_matrix=graph.scores, marks=("-->", "o-o")
    )
    np.testing.assert_array_equal(back.adjacency, graph.adjacency)
    np.testing.assert_array_equal(back.scores, abs(graph.scores))


@settings(max_examples=50)
@given(graph=graphs(decided=st.just(True), everywhere=True))
def test_tigramite_marks_of_lag_0_are_mirrored_as_tigramite_demands(graph):
    marks = graph.to_tigramite()
    mirror = {"-->": "<--", "<--": "-->", "o-o": "o-o", "": ""}
    for i, j in np.ndindex(marks.shape[:2]):
        assert marks[j, i, 0] == mirror[marks[i, j, 0]]
    assert set(marks[:, :, 1:].ravel()) <= {"-->", ""}


def test_tigramite_marks_by_hand():
    adjacency = np.zeros((3, 3, 2), dtype=bool)
    adjacency[0, 1, 0] = adjacency[1, 2, 1] = adjacency[2, 2, 1] = True
    marks = LaggedGraph(adjacency.astype(float), tuple("abc"), adjacency).to_tigramite()
    assert {tuple(at): str(marks[tuple(at)]) for at in np.argwhere(marks != "")} == {
        (0, 1, 0): "-->",
        (1, 0, 0): "<--",
        (1, 2, 1): "-->",
        (2, 2, 1): "-->",
    }


def test_without_values_tigramite_scores_are_1_and_0():
    marks = np.array([[["", "-->"], ["o-o", ""]], [["o-o", ""], ["", "-->"]]])
    strict = LaggedGraph.from_tigramite(marks, ["a", "b"])
    np.testing.assert_array_equal(strict.scores, marks == "-->")
    loose = LaggedGraph.from_tigramite(marks, ["a", "b"], marks=("-->", "o-o"))
    assert loose.adjacency[0, 1, 0]
    assert loose.adjacency[1, 0, 0]


def test_tigramite_needs_a_decision():
    with pytest.raises(ValueError, match=r"adjacency: expected the decided edges, found none"):
        LaggedGraph(np.zeros((2, 2, 2)), ("a", "b")).to_tigramite()


@pytest.mark.parametrize(("cause", "effect"), [(0, 1), (2, 0), (1, 1)])
def test_a_planted_edge_is_where_tigramite_puts_it(cause, effect):
    # Imported here: tigramite takes seconds to load, and only this test needs it.
    from tigramite.data_processing import DataFrame
    from tigramite.independence_tests.parcorr import ParCorr
    from tigramite.pcmci import PCMCI

    values = RNG(0).normal(size=(400, 3))
    for t in range(2, len(values)):
        values[t, effect] += 0.8 * values[t - 2, cause]
    pcmci = PCMCI(dataframe=DataFrame(values), cond_ind_test=ParCorr(), verbosity=0)
    found = pcmci.run_pcmci(tau_max=3, pc_alpha=0.01, alpha_level=1e-6)
    graph = LaggedGraph.from_tigramite(
        found["graph"],
        ["a", "b", "c"],
        val_matrix=found["val_matrix"],
        p_matrix=found["p_matrix"],
    )
    assert np.argwhere(graph.adjacency).tolist() == [[cause, effect, 2]]
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (cause, effect, 2)
    assert graph.p_values[cause, effect, 2] < 1e-6
    np.testing.assert_array_equal(graph.to_tigramite(), found["graph"])
