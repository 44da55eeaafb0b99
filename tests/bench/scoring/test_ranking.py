"""Rank metrics against scikit-learn and against thresholds tried one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.scoring import score
from methods import LaggedGraph


def rows(estimate, truth):
    return {row.name: row.value for row in score(estimate, truth, np.random.default_rng(0))}


def graphs(seed, n=4, max_lag=3, levels=5, silent=0.0):
    """Return a truth silent at lag 0 and an estimate with many ties and some silent entries."""
    rng = np.random.default_rng(seed)
    shape, names = (n, n, max_lag + 1), tuple("abcdefgh"[:n])
    adjacency = rng.random(shape) < 0.25
    adjacency[:, :, 0] = False
    adjacency[0, 1, 1], adjacency[1, 0, 1] = True, False
    truth = np.where(adjacency, rng.uniform(0.1, 1, shape), 0.0)
    truth[:, :, 0] = np.nan
    scores = rng.integers(levels, size=shape).astype(float)
    scores[rng.random(shape) < silent] = np.nan
    return LaggedGraph(scores, names), LaggedGraph(truth, names, adjacency)


@pytest.mark.parametrize("silent", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_auroc_and_auprc_are_those_of_scikit_learn_with_silent_entries_last(seed, silent):
    estimate, truth = graphs(seed, silent=silent)
    found = rows(estimate, truth)
    true = truth.adjacency[:, :, 1:].ravel()
    scores = np.nan_to_num(estimate.scores[:, :, 1:], nan=-1.0).ravel()
    assert found["window/union/auroc"] == pytest.approx(roc_auc_score(true, scores))
    assert found["window/union/auprc"] == pytest.approx(average_precision_score(true, scores))


@pytest.mark.parametrize("seed", range(5))
def test_oracle_and_tpr_are_the_best_of_all_thresholds_on_scored_entries(seed):
    estimate, truth = graphs(seed, levels=40, silent=0.2)
    found = rows(estimate, truth)
    true, scores = truth.adjacency[:, :, 1:], estimate.scores[:, :, 1:]
    f1, tpr = [0.0], [0.0]
    for threshold in np.unique(scores[~np.isnan(scores)]):
        selected = scores >= threshold
        tp, m = (selected & true).sum(), selected.sum()
        f1.append(2 * tp / (m + true.sum()))
        tpr.append(tp / true.sum() if (m - tp) / m <= 0.1 else 0.0)
    assert found["window/union/f1@oracle"] == pytest.approx(max(f1))
    assert found["window/union/tpr@fdr10"] == pytest.approx(max(tpr))


@pytest.mark.parametrize(("n_before", "expected"), [(10, 1.0), (9, 0.9), (8, 0.0)])
def test_one_false_edge_in_ten_selected_is_allowed_and_one_in_nine_is_not(n_before, expected):
    adjacency = np.zeros((5, 5, 2), dtype=bool)
    adjacency[:, :2, 1] = True
    truth = np.where(adjacency, 1.0, 0.0)
    truth[:, :, 0] = np.nan
    scores = np.where(adjacency, 2.0, 0.0)
    scores[0, 4, 1] = 3.0
    # True edges that come too late, behind two more false ones.
    scores[:2, 3, 1] = 1.0
    scores.reshape(-1)[np.flatnonzero(adjacency)[n_before:]] = 0.5
    names = tuple("abcde")
    found = rows(LaggedGraph(scores, names), LaggedGraph(truth, names, adjacency))
    assert found["window/union/tpr@fdr10"] == expected


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_rising_transform_of_the_scores_changes_no_ranking(seed):
    estimate, truth = graphs(seed, n=3, max_lag=2, silent=0.1)
    bent = LaggedGraph(np.exp(3 * estimate.scores) - 7, estimate.names)
    one, other = (
        {name: value for name, value in rows(graph, truth).items() if "effect_r" not in name}
        for graph in (bent, estimate)
    )
    np.testing.assert_equal(one, other)


@pytest.mark.parametrize("silent", [0.0, 0.4])
@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e200])
def test_effect_r_is_pearsons_correlation_with_silent_entries_at_0(silent, scale):
    estimate, truth = graphs(1, levels=1000, silent=silent)
    scaled = LaggedGraph(scale * estimate.scores, estimate.names)
    found = rows(scaled, truth)["window/union/effect_r"]
    scores = np.nan_to_num(estimate.scores[:, :, 1:]).ravel()
    assert found == pytest.approx(np.corrcoef(scores, truth.scores[:, :, 1:].ravel())[0, 1])


def test_effect_r_of_effects_is_1_and_needs_scores_that_vary():
    _, truth = graphs(0)
    for a, b, expected in ((1, 0, 1), (3e-7, 0.1, 1), (-2, 0, -1), (0, 0.3, np.nan)):
        estimate = LaggedGraph(a * truth.scores + b, truth.names)
        (row,) = (
            row
            for row in score(estimate, truth, np.random.default_rng(0))
            if row.name == "window/union/effect_r"
        )
        np.testing.assert_allclose(row.value, expected, rtol=1e-9)
        assert (row.floor, row.ceiling) == (0, 1)
    silent = LaggedGraph(np.full(truth.scores.shape, np.nan), truth.names)
    assert np.isnan(rows(silent, truth)["window/union/effect_r"])


def test_effect_r_tells_sizes_apart_where_there_is_no_other_class():
    sizes = np.array([[[np.nan, 0.1], [np.nan, 0.2]], [[np.nan, 0.3], [np.nan, 0.5]]])
    truth = LaggedGraph(sizes, ("a", "b"), sizes > 0)
    assert rows(truth, truth)["window/union/effect_r"] == 1


@pytest.mark.parametrize("all_true", [False, True])
def test_a_level_of_one_class_has_no_rank_metrics(all_true):
    adjacency = np.full((2, 2, 2), all_true)
    adjacency[:, :, 0] = False
    truth = np.where(adjacency, 1.0, 0.0)
    truth[:, :, 0] = np.nan
    estimate = LaggedGraph(np.arange(8.0).reshape(2, 2, 2), ("a", "b"))
    table = score(estimate, LaggedGraph(truth, ("a", "b"), adjacency), np.random.default_rng(0))
    for row in table:
        if row.metric in ("auroc", "auprc", "tpr@fdr10", "effect_r"):
            assert np.isnan([row.value, row.floor, row.ceiling]).all(), row
        elif row.metric.startswith(("f1", "recall", "precision")):
            assert np.isnan(row.value) == np.isnan(row.floor) == (not all_true), row
        else:
            assert np.isfinite([row.value, row.floor, row.ceiling]).all(), row
