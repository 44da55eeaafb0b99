import numpy as np
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
def test_threshold_is_the_lowest_one_with_few_of_the_null_above_it(seed, rate):
    rng = np.random.default_rng(seed)
    scores = np.round(np.append(rng.normal(3, 1, 30), rng.normal(size=70)), 1)
    null = np.round(rng.normal(size=100), 1)
    selected = readout.at_false_discovery_rate(scores, null, rate)

    def estimate(threshold):
        return (1 + np.sum(null >= threshold)) / np.sum(scores >= threshold)

    fine = [t for t in scores if estimate(t) <= rate]
    assert np.array_equal(selected, scores >= min(fine) if fine else scores > null.max())


def test_false_discoveries_meet_their_rate():
    shares = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        real, null = rng.normal(size=200), rng.normal(size=200)
        real[:40] += 4
        selected = readout.at_false_discovery_rate(real, null, 0.1)
        shares.append(selected[40:].sum() / max(selected.sum(), 1))
    # The estimate counts 200 null inputs where 160 are left: it errs on the safe side.
    assert 0.05 < np.mean(shares) < 0.1


def test_few_edges_are_selected_above_all_of_the_null():
    scores, null = np.array([[[5.0], [0.2]], [[4.0], [0.1]]]), np.full((2, 2, 1), 0.3)
    assert readout.at_false_discovery_rate(scores, null, 0.1).sum() == 2
