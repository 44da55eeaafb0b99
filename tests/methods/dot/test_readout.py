import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

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


def normal(size):
    """The null of scores that are absolute values of normal numbers."""
    return lambda thresholds: 2 * size * stats.norm.sf(np.maximum(thresholds, 0))


@given(seed=st.integers(0, 1000), rate=st.sampled_from([0.05, 0.1, 0.3]))
def test_no_threshold_below_the_lowest_allowed_one(seed, rate):
    rng = np.random.default_rng(seed)
    scores = np.round(np.abs(np.append(rng.normal(6, 2, 30), rng.normal(size=70))), 1)
    selected = readout.at_false_discovery_rate(scores, normal(100), rate)
    estimates = [(normal(100)(t) / np.sum(scores >= t), 1 / np.sum(scores >= t)) for t in scores]
    strict = [t for t, (f, one) in zip(scores, estimates, strict=True) if f + one <= rate]
    fine = strict or [t for t, (f, _) in zip(scores, estimates, strict=True) if f <= rate]
    assert selected.any() == bool(fine)
    assert scores[selected].min(initial=np.inf) >= min(fine, default=0)
    assert scores[selected].min(initial=np.inf) > scores[~selected].max()


def test_threshold_lies_in_the_widest_gap_that_the_rate_allows():
    edges, between, rest = np.full(20, 10.0), np.array([3.2, 3.1]), np.linspace(1, 0.5, 28)
    scores = np.concatenate([edges, between, rest])
    assert normal(50)(3.1) / 22 < 0.1  # so that the rate alone would let in 22
    assert readout.at_false_discovery_rate(scores, normal(50), 0.1).sum() == 20


def test_false_discoveries_meet_their_rate():
    shares, misses = [], []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        real = np.abs(rng.normal(size=200))
        real[:40] += 4
        selected = readout.at_false_discovery_rate(real, normal(200), 0.1)
        shares.append(selected[40:].sum() / max(selected.sum(), 1))
        misses.append(np.mean(~selected[:40]))
    assert 0 < np.mean(shares) < 0.1
    assert np.mean(misses) < 0.05


def test_nothing_is_selected_where_nothing_is_as_often_as_the_rate_says():
    found = [
        readout.at_false_discovery_rate(
            np.abs(np.random.default_rng(seed).normal(size=200)), normal(200), 0.1
        ).any()
        for seed in range(1000)
    ]
    assert np.mean(found) == pytest.approx(0.1, abs=0.03)


def test_one_edge_is_enough_to_be_selected():
    scores = np.array([[[6.0], [0.2]], [[0.3], [0.1]]])
    selected = readout.at_false_discovery_rate(scores, normal(4), 0.05)
    assert np.argwhere(selected).tolist() == [[0, 0, 0]]
