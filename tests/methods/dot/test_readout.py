import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.dot import readout


def test_three_strongest_entries_of_each_effect_are_selected(noise):
    scores = np.abs(noise(4, 4, 5))
    selected = readout.top_per_effect(scores, 3)
    for effect in range(4):
        strongest = np.sort(scores[:, effect].ravel())[-3:]
        assert np.array_equal(np.sort(scores[:, effect][selected[:, effect]]), strongest)


def test_strongest_entries_overall_and_above_a_threshold_are_selected(noise):
    scores = np.abs(noise(4, 4, 5))
    selected = readout.top_overall(scores, 7)
    assert selected.sum() == 7
    assert scores[selected].min() > scores[~selected].max()
    assert np.array_equal(readout.above_threshold(scores, 0.5), scores > 0.5)


@given(seed=st.integers(0, 1000), rate=st.sampled_from([0.05, 0.1, 0.3]))
def test_few_of_the_null_lie_above_the_threshold(seed, rate):
    rng = np.random.default_rng(seed)
    scores = np.round(np.exp(np.append(rng.normal(3, 1, 30), rng.normal(size=70))), 1)
    null = np.round(np.exp(rng.normal(size=100)), 1)
    selected = readout.at_false_discovery_rate(scores, null, rate)

    def estimate(threshold):
        return (1 + np.sum(null >= threshold)) / np.sum(scores >= threshold)

    fine = [t for t in scores if estimate(t) <= rate]
    assert not np.any(selected[scores < (min(fine) if fine else null.max())])
    assert scores[selected].min(initial=np.inf) > scores[~selected].max()


def test_threshold_lies_in_the_widest_gap_that_the_rate_allows():
    edges, between = np.full(20, 10.0), np.array([1.2, 1.1])
    rest = np.linspace(1, 0.5, 28)
    scores = np.concatenate([edges, between, rest])
    # At this rate 22 discoveries with one of the null above them would be let in.
    null = np.concatenate([[1.3], np.linspace(1, 0.5, 49)])
    assert readout.at_false_discovery_rate(scores, null, 0.1).sum() == 20


def test_false_discoveries_meet_their_rate():
    shares, misses = [], []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        real, null = rng.chisquare(1, size=200), rng.chisquare(1, size=200)
        real[:40] += 8
        selected = readout.at_false_discovery_rate(real, null, 0.1)
        shares.append(selected[40:].sum() / max(selected.sum(), 1))
        misses.append(np.mean(~selected[:40]))
    assert 0.01 < np.mean(shares) < 0.1
    assert np.mean(misses) < 0.03


def test_null_of_short_series_is_that_of_least_squares(noise):
    steps, n, lags = 400, 6, 10
    scores = []
    for seed in range(5):
        values = noise(steps + lags, n, seed=seed)
        design = np.hstack([values[lags - lag : -lag] for lag in range(1, lags + 1)])
        free = np.sqrt(1 / np.diag(np.linalg.inv(design.T @ design)) / steps)
        for effect in values[lags:].T:
            fit, squares, *_ = np.linalg.lstsq(design, effect, rcond=None)
            scores.append(np.abs(fit) * free / np.sqrt(squares / steps))
    null = readout.student_null((n, n, lags), steps)
    assert null.shape == (n, n, lags)
    levels = [0.5, 0.9, 0.99]
    assert np.quantile(null, levels) == pytest.approx(np.quantile(scores, levels), rel=0.08)


def test_few_edges_are_selected_above_all_of_the_null():
    scores, null = np.array([[[5.0], [0.2]], [[4.0], [0.1]]]), np.full((2, 2, 1), 0.3)
    assert readout.at_false_discovery_rate(scores, null, 0.1).sum() == 2
