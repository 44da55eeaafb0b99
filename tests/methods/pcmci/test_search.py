"""PCMCI+, LPCMCI and J-PCMCI+: marks, scores, and both routes."""

import numpy as np
import pytest
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.lpcmci import LPCMCI as TigramiteLPCMCI
from tigramite.pcmci import PCMCI as Tigramite

from methods import DeclinedError, TimeSeries
from methods.pcmci.jpcmciplus import JPCMCIPlus
from methods.pcmci.lpcmci import LPCMCI
from methods.pcmci.pcmci import PCMCI
from methods.pcmci.pcmciplus import PCMCIPlus

ALL = pytest.mark.parametrize("method", [PCMCIPlus, LPCMCI, JPCMCIPlus])


def shifted(rng, n_segments=2, length=300):
    """X0 -> X1 at lag 1; every segment has a level of its own, the same for X0 and X2."""
    parts = rng.normal(size=(n_segments, length, 3))
    parts[:, 1:, 1] += 0.7 * parts[:, :-1, 0]
    levels = np.linspace(-1, 1, n_segments)[:, None]
    parts[:, :, 0] += levels
    parts[:, :, 2] += levels
    return list(parts)


def discover(method, values, max_lag=2, **parameters):
    series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
    return method(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def edges(array):
    return {tuple(edge) for edge in np.argwhere(array).tolist()}


@pytest.mark.parametrize("method", [PCMCIPlus, JPCMCIPlus])
def test_an_edge_at_lag_0_has_its_direction(method, instantaneous):
    graph = discover(method, instantaneous())
    assert edges(graph.adjacency) == {(0, 0, 1), (0, 1, 2), (1, 1, 1), (1, 2, 0)}
    assert graph.scores[1, 2, 0] > 0.3
    assert graph.scores[2, 1, 0] == 0
    assert graph.p_values[1, 2, 0] < 1e-6
    for values in (graph.scores, graph.p_values):
        assert edges(np.isnan(values)) == {(k, k, 0) for k in range(3)}


def test_a_hidden_cause_is_a_link_and_no_edge(confounded):
    graph = discover(LPCMCI, confounded(), alpha=0.01)
    assert edges(graph.adjacency) == {(0, 0, 1), (1, 1, 1), (2, 2, 1), (1, 2, 1)}
    assert edges(graph.edge_statistics["confounded"] == 1) == {(0, 1, 1)}
    assert edges(graph.marks == "<->") == {(0, 1, 1)}
    assert graph.scores[0, 1, 1] > 0.2
    assert graph.p_values[0, 1, 1] < 1e-4


def test_a_link_at_lag_0_without_direction_scores_both_ways_and_is_not_selected():
    noise = np.random.default_rng(1).normal(size=(500, 2))
    noise[:, 1] += noise[:, 0]
    for method in (PCMCIPlus, LPCMCI):
        graph = discover(method, noise, max_lag=1)
        assert graph.scores[0, 1, 0] == graph.scores[1, 0, 0] > 0.5
        assert graph.marks[:, :, 0].tolist() == [["", "o-o"], ["o-o", ""]]
        assert not graph.adjacency[:, :, 0].any()


def test_the_library_route_is_the_library_with_its_defaults(instantaneous):
    values = instantaneous(300)
    for method, found in (
        (PCMCIPlus, Tigramite(DataFrame(values), ParCorr()).run_pcmciplus(tau_max=2)),
        (LPCMCI, TigramiteLPCMCI(DataFrame(values), ParCorr()).run_lpcmci(tau_max=2)),
    ):
        graph = discover(method, values, exact="library")
        assert np.array_equal(graph.adjacency, found["graph"] == "-->")
        assert np.array_equal(graph.marks, found["graph"])
        lagged = np.abs(found["val_matrix"][:, :, 1:])
        assert np.array_equal(graph.scores[:, :, 1:], lagged)
        assert np.array_equal(graph.p_values[:, :, 1:], found["p_matrix"][:, :, 1:])
        signed = graph.edge_statistics["partial_correlation"]
        assert edges(np.isnan(signed)) == {(k, k, 0) for k in range(3)}
        assert np.array_equal(np.nan_to_num(signed), found["val_matrix"] * ~np.isnan(signed))


@ALL
@pytest.mark.parametrize("n_segments", [1, 5])
def test_both_routes_agree(method, n_segments):
    rng = np.random.default_rng(n_segments)
    labels = [np.repeat([0, 1, 0], 40) for _ in range(n_segments)]
    parts = shifted(rng, n_segments, 120)
    series = TimeSeries.from_segments(parts, regimes=labels)
    fast, library = (discover(method, series, exact=exact) for exact in ("fast", "library"))
    np.testing.assert_allclose(fast.scores, library.scores, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fast.p_values, library.p_values, rtol=0, atol=1e-11)
    assert np.array_equal(fast.adjacency, library.adjacency)
    assert np.array_equal(fast.marks, library.marks)


def test_correction_only_ever_drops_edges():
    values = np.random.default_rng(2).normal(size=(150, 6))
    for method in (PCMCIPlus, JPCMCIPlus):
        plain = discover(method, values, alpha=0.2)
        corrected = discover(method, values, alpha=0.2, fdr="fdr_bh")
        assert edges(corrected.adjacency) < edges(plain.adjacency)
        assert edges(corrected.marks != "") < edges(plain.marks != "")
        assert edges(corrected.marks == "-->") == edges(corrected.adjacency)
        assert (corrected.p_values >= plain.p_values - 1e-12)[~np.isnan(plain.scores)].all()
        with pytest.raises(ValueError, match=r"^fdr: expected"):
            discover(method, values, fdr="holm")


def test_contexts_explain_what_pcmciplus_takes_for_edges():
    parts = shifted(np.random.default_rng(0))
    series = TimeSeries.from_segments(parts)
    assert edges(discover(JPCMCIPlus, series).adjacency) == {(0, 1, 1)}
    assert edges(discover(PCMCIPlus, series).adjacency) > {(0, 1, 1), (0, 0, 1), (2, 2, 1)}
    # One segment of known regimes holds as much.
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    whole = TimeSeries.from_array(np.concatenate(parts), regimes=labels)
    assert edges(discover(JPCMCIPlus, whole).adjacency) == {(0, 1, 1)}


def test_one_segment_without_labels_is_searched_by_pcmciplus(instantaneous):
    values = instantaneous(300)
    joint, plain = discover(JPCMCIPlus, values), discover(PCMCIPlus, values)
    np.testing.assert_allclose(joint.scores, plain.scores, rtol=0, atol=1e-12)
    assert np.array_equal(joint.adjacency, plain.adjacency)
    assert np.array_equal(joint.marks, plain.marks)


def test_dummies_take_no_test_for_single_columns(instantaneous):
    with pytest.raises(ValueError, match=r"^cond_ind_test: expected one of parcorr, cmiknn"):
        discover(JPCMCIPlus, instantaneous(60), cond_ind_test="robust_parcorr")


@ALL
def test_a_copied_column_and_too_few_rows_are_declined(method, instantaneous):
    values = instantaneous(100)
    with pytest.raises(DeclinedError, match=f"^{method.__name__} .* lagged values of X1, X3;"):
        discover(method, np.column_stack([values, values[:, 1]]))
    with pytest.raises(DeclinedError, match=f"^{method.__name__} needs at least 6 rows"):
        discover(method, values[:7])


@ALL
def test_one_variable_and_whole_numbers_are_taken(method):
    values = np.random.default_rng(3).integers(0, 9, size=(200, 1)).cumsum(axis=0) % 50
    graph = discover(method, values)
    assert graph.scores.shape == (1, 1, 3)
    assert graph.scores[0, 0, 1] > 0.3


def test_what_is_known_reaches_the_library(instantaneous):
    """Our links against the library's own `link_assumptions`, written by hand."""
    values = instantaneous(300)
    known = {
        "forbidden": ["X0->X1@2", "X2->X1@0", "X2->X0"],
        "required": ["X2->X1@1", "X0->X2@0"],
    }
    links = {j: {(i, -lag): "-?>" for i in range(3) for lag in (1, 2)} for j in range(3)}
    del links[1][0, -2], links[0][2, -1], links[0][2, -2]
    links[1][2, -1] = "-->"
    lagged = {j: dict(found) for j, found in links.items()}
    latent = {
        j: {at: m.replace("-?", "o?") for at, m in found.items()} for j, found in links.items()
    }
    for free, one_way in ((links, "-?>"), (latent, "o?>")):
        free[2] |= {(1, 0): one_way, (0, 0): "-->"}
        free[1] |= {(2, 0): one_way[::-1].replace(">", "<"), (0, 0): "o?o"}
        free[0] |= {(2, 0): "<--", (1, 0): "o?o"}
    series = TimeSeries.from_array(values)
    frame, test = DataFrame(values), ParCorr()
    for method, found in (
        (PCMCI, Tigramite(frame, test).run_pcmci(link_assumptions=lagged, tau_min=1, tau_max=2)),
        (PCMCIPlus, Tigramite(frame, test).run_pcmciplus(link_assumptions=links, tau_max=2)),
        (LPCMCI, TigramiteLPCMCI(frame, test).run_lpcmci(link_assumptions=latent, tau_max=2)),
    ):
        given = known if method is not PCMCI else {**known, "required": ["X2->X1@1"]}
        graph = method().discover(series, max_lag=2, knowledge=given)
        lags = slice(int(method is PCMCI), None)
        marks = found["graph"][:, :, lags]
        if graph.marks is not None:
            assert np.array_equal(graph.marks, found["graph"])
        assert np.array_equal(graph.adjacency[:, :, lags], marks == "-->")
        tested = ~np.isnan(graph.edge_statistics["partial_correlation"][:, :, 1:])
        np.testing.assert_allclose(
            graph.scores[:, :, 1:][tested],
            np.abs(found["val_matrix"][:, :, 1:][tested]),
            atol=1e-12,
        )
        assert graph.adjacency[2, 1, 1]
        assert (graph.scores[2, 1, 1], graph.p_values[2, 1, 1]) == (1, 0)
        assert np.isnan(graph.scores[0, 1, 2])
