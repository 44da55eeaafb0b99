"""What holds for every estimate, and how levels and regimes are put together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scoring import Score, score
from methods import LaggedGraph

RNG = np.random.default_rng
SEEDS = st.integers(0, 2**32 - 1)
GOOD = ("auroc", "auprc", "tpr@fdr10", "f1@", "precision@", "recall@", "tp@")


def rows(estimate, truth, seed=0):
    return {row.name: row for row in score(estimate, truth, RNG(seed))}


def random_truth(seed, n=4, max_lag=2, *, lag_0=True, density=0.3):
    """Return a truth with at least one edge and one non-edge in every level."""
    rng = RNG(seed)
    shape = (n, n, max_lag + 1)
    adjacency = rng.random(shape) < density
    adjacency[:, :, 0] = np.triu(adjacency[:, :, 0], 1) if lag_0 else False
    adjacency[0, 1], adjacency[1, 0] = True, False
    adjacency[0, 1, 0] = lag_0
    scores = np.where(adjacency, rng.uniform(0.1, 1, shape), 0.0)
    scores[np.arange(n), np.arange(n), 0] = np.nan
    if not lag_0:
        scores[:, :, 0] = np.nan
    return LaggedGraph(scores, tuple("abcdefgh"[:n]), adjacency)


def random_estimate(truth, seed, *, silent=0.0):
    rng = RNG(seed)
    scores = rng.normal(size=truth.scores.shape).round(1)
    scores[rng.random(scores.shape) < silent] = np.nan
    return LaggedGraph(scores, truth.names, (scores > 0.7) & ~np.isnan(scores))


def test_a_perfect_estimate_is_perfect_by_every_rule_that_allows_it():
    truth = random_truth(0)
    table = rows(truth, truth)
    for row in table.values():
        assert row.value == row.ceiling, row
        if row.metric.startswith(("auroc", "auprc", "tpr")):
            assert row.value == 1, row
        if row.metric.endswith(("@own", "@global_k", "@oracle")):
            shares = ("f1", "precision", "recall", "adjacency", "orientation")
            error_free = row.metric.startswith(shares)
            if not row.metric.startswith("tp"):
                assert row.value == (1 if error_free else 0), row


@settings(max_examples=30)
@given(truth_seed=SEEDS, seed=SEEDS, silent=st.sampled_from([0.0, 0.3]))
def test_relabelling_the_variables_changes_nothing(truth_seed, seed, silent):
    truth = random_truth(truth_seed)
    estimate = random_estimate(truth, seed, silent=silent)
    order = RNG(seed).permutation(truth.n_vars)
    one, other = rows(estimate, truth), rows(estimate.take(order), truth.take(order))
    assert list(one) == list(other)
    for name, row in one.items():
        np.testing.assert_allclose(
            (row.value, row.floor, row.ceiling),
            (other[name].value, other[name].floor, other[name].ceiling),
            rtol=1e-12,
            err_msg=name,
        )


@settings(max_examples=30)
@given(truth_seed=SEEDS, seed=SEEDS)
def test_no_estimate_that_scores_everything_passes_the_ceiling(truth_seed, seed):
    truth = random_truth(truth_seed)
    for row in score(random_estimate(truth, seed), truth, RNG(0)):
        if row.metric.startswith(("auroc", "auprc", "tpr", "f1", "recall", "tp@")):
            assert row.value <= row.ceiling + 1e-12, row
        # Where three causes are forced on an effect, a false one may turn a miss into a reversal.
        if row.metric.startswith(("shd", "fn")) and row.metric != "shd@top3":
            assert row.value >= row.ceiling - 1e-12, row


@settings(max_examples=30)
@given(truth_seed=SEEDS)
def test_a_constant_score_earns_nothing(truth_seed):
    truth = random_truth(truth_seed)
    flat = LaggedGraph(np.full(truth.scores.shape, 0.3), truth.names)
    for row in score(flat, truth, RNG(0)):
        if row.metric == "auroc":
            assert row.value == 0.5, row
        elif row.metric.endswith(("@top3", "@global_k")):
            assert row.value == pytest.approx(row.floor), row
        elif row.metric in ("auprc", "tpr@fdr10", "f1@oracle"):
            # The best of 200 simulated orders includes the selection of everything.
            assert row.value <= row.floor + 1e-12, row


@settings(max_examples=30)
@given(truth_seed=SEEDS, other_seed=SEEDS)
def test_shd_is_symmetric_and_agrees_with_its_counts(truth_seed, other_seed):
    one, other = random_truth(truth_seed), random_truth(other_seed)
    there, back = rows(one, other), rows(other, one)
    for level in ("window", "instantaneous", "summary", "summary_no_self"):
        stem = f"{level}/union/"

        def count(table, name, stem=stem):
            return table[f"{stem}{name}@own"].value

        assert count(there, "shd") == count(back, "shd")
        assert (count(there, "fp"), count(there, "fn")) == (count(back, "fn"), count(back, "fp"))
        assert count(there, "shd") == (
            count(there, "fp") + count(there, "fn") - count(there, "reversed")
        )


def test_window_reversals_are_0_by_definition():
    truth = random_truth(3)
    turned = LaggedGraph(
        truth.scores.transpose(1, 0, 2), truth.names, truth.adjacency.transpose(1, 0, 2)
    )
    table = rows(turned, truth)
    assert all(
        (row.value, row.floor) == (0, 0)
        for name, row in table.items()
        if name.startswith("window/") and "reversed" in name
    )
    assert table["summary_no_self/union/reversed@own"].value > 0


def test_instantaneous_is_scored_only_where_the_truth_speaks():
    speaking, silent = random_truth(1), random_truth(1, lag_0=False)
    estimate = random_estimate(speaking, 2)
    levels = {row.level for row in score(estimate, speaking, RNG(0))}
    assert levels == {"window", "instantaneous", "summary", "summary_no_self"}
    assert {row.level for row in score(estimate, silent, RNG(0))} == levels - {"instantaneous"}


def test_lag_0_takes_part_in_the_summary_only_where_the_truth_speaks():
    for lag_0 in (True, False):
        truth = random_truth(1, lag_0=lag_0)
        scores = np.where(truth.adjacency, 1.0, 0.0)
        wrong = scores.copy()
        wrong[2, :, 0] = 9.0
        adjacency = truth.adjacency.copy()
        adjacency[2, :, 0] = True
        spoiled = rows(LaggedGraph(wrong, truth.names, adjacency), truth)
        clean = rows(LaggedGraph(scores, truth.names, truth.adjacency), truth)
        names = ("summary/union/auroc", "summary/union/fp@own")
        values = [(clean[name].value, spoiled[name].value) for name in names]
        assert values[0] == (1.0, 1.0) if not lag_0 else spoiled[names[0]].value < 1
        assert values[1] == (0.0, 0.0) if not lag_0 else spoiled[names[1]].value > 0


def test_entries_without_a_claim_do_not_matter():
    truth = random_truth(4, lag_0=False)
    scores = truth.scores.copy()
    scores[3, 3, 2] = np.nan
    adjacency = truth.adjacency & ~np.isnan(scores)
    unclaimed = LaggedGraph(scores, truth.names, adjacency)
    estimate = random_estimate(truth, 5)
    changed = estimate.scores.copy()
    changed[3, 3, 2] = 100.0
    before = rows(LaggedGraph(estimate.scores, truth.names), unclaimed)
    after = rows(LaggedGraph(changed, truth.names), unclaimed)
    assert {k: v.value for k, v in before.items()} == {k: v.value for k, v in after.items()}


def test_the_diagonal_of_lag_0_is_no_instantaneous_edge():
    truth = random_truth(1)
    scores = np.where(np.isnan(truth.scores), 0.0, truth.scores)
    claimed = LaggedGraph(scores, truth.names, truth.adjacency)
    loops = truth.adjacency | np.eye(4, dtype=bool)[:, :, None]
    row = rows(LaggedGraph(scores + 1, truth.names, loops), claimed)
    assert row["instantaneous/union/fp@own"].value == 0


def test_own_needs_an_adjacency():
    truth = random_truth(0)
    metrics = {row.metric for row in score(LaggedGraph(truth.scores, truth.names), truth, RNG(0))}
    assert not [metric for metric in metrics if metric.endswith("@own")]
    assert "f1@top3" in metrics


def test_names_are_level_scope_metric_and_unique():
    truth = random_truth(0)
    names = [row.name for row in score(truth, truth, RNG(0))]
    assert len(set(names)) == len(names)
    assert "summary_no_self/union/shd@global_k" in names
    assert Score("window", "union", "auroc", 1, 0.5, 1).name == "window/union/auroc"


def test_equal_arguments_give_equal_scores():
    truth = random_truth(0)
    estimate = random_estimate(truth, 1)
    assert score(estimate, truth, RNG(3)) == score(estimate, truth, RNG(3))


def with_regimes(graph, regimes):
    return LaggedGraph(
        graph.scores, graph.names, graph.adjacency, None, dict(enumerate(regimes, start=1))
    )


def test_per_regime_is_the_mean_over_the_regimes_of_the_truth():
    first, second = random_truth(0), random_truth(1)
    truth = with_regimes(random_truth(2), [first, second])
    estimate = random_estimate(truth, 3)
    table, parts = rows(estimate, truth), [rows(estimate, part) for part in (first, second)]
    scopes = {row.scope for row in table.values()}
    assert scopes == {"union", "per_regime"}
    for name, row in parts[0].items():
        averaged = table[name.replace("union", "per_regime")]
        assert averaged.value == pytest.approx((row.value + parts[1][name].value) / 2), name
        assert averaged.ceiling == pytest.approx((row.ceiling + parts[1][name].ceiling) / 2)


def test_an_estimate_is_judged_by_its_own_regimes_where_it_has_them():
    regimes = [random_truth(0), random_truth(1)]
    truth = with_regimes(random_truth(2), regimes)
    knowing = rows(with_regimes(random_estimate(truth, 3), regimes), truth)
    assert knowing["window/per_regime/auroc"].value == 1
    assert knowing["window/per_regime/shd@own"].value == 0
    blind = rows(random_estimate(truth, 3), truth)
    assert knowing["window/union/auroc"] == blind["window/union/auroc"]


def test_a_regime_without_an_edge_is_left_out_of_the_means_that_it_does_not_define():
    full = random_truth(0, lag_0=False)
    empty = LaggedGraph(0 * full.scores, full.names, np.zeros_like(full.adjacency))
    table = rows(full, with_regimes(full, [full, empty]))
    assert table["window/per_regime/auroc"].value == 1
    assert table["window/per_regime/f1@own"].value == 1
    assert table["window/per_regime/tp@own"].value == full.adjacency.sum() / 2


def test_a_stationary_truth_has_no_regime_scope():
    truth = random_truth(0)
    estimate = with_regimes(truth, [random_estimate(truth, 1)])
    assert {row.scope for row in score(estimate, truth, RNG(0))} == {"union"}


def test_graphs_that_do_not_fit_are_refused():
    truth = random_truth(0, max_lag=2)
    with pytest.raises(ValueError, match=r"estimate: expected the truth's shape .* max_lag=2"):
        score(random_truth(0, max_lag=3), truth, RNG(0))
    with pytest.raises(ValueError, match=r"estimate: .* order of variables"):
        score(truth.take([1, 0, 2, 3]), truth, RNG(0))
    with pytest.raises(ValueError, match=r"truth: expected an adjacency .* found none"):
        score(truth, LaggedGraph(truth.scores, truth.names), RNG(0))
