import numpy as np
import pytest

from methods.dot.inputs.surrogates import surrogates


@pytest.fixture
def chain(noise):
    """X1 is an even function of X0, and X2 weights to X1."""
    values = noise(6000, 3)
    for t in range(2, 6000):
        values[t, 1] += 1.5 * np.cos(2 * values[t - 1, 0])
        values[t, 2] += values[t - 2, 1]
    return (values - values.mean(axis=0)) / values.std(axis=0)


def test_a_surrogate_depends_on_the_causes_of_its_series(chain):
    (surrogate,) = surrogates([chain], 2)
    cause = np.cos(2 * chain[1:-1, 0] * 1.0)

    def trace(series):
        return np.corrcoef(series[2:, 1], cause)[0, 1]

    assert trace(surrogate) == pytest.approx(trace(chain), abs=0.05)
    assert trace(chain) > 0.5
    assert surrogate.std(axis=0) == pytest.approx(np.ones(3), abs=0.05)


def test_a_surrogate_causes_nothing(chain):
    (surrogate,) = surrogates([chain], 2)
    design = np.stack([chain[:-2, 1], surrogate[:-2, 1]], axis=1)
    weights = np.linalg.lstsq(design, chain[2:, 2], rcond=None)[0]
    assert weights[0] > 0.5
    assert abs(weights[1]) < 0.04
    # Alone, the surrogate correlates with it as anything that X0 drives.
    assert np.corrcoef(surrogate[:-2, 1], chain[2:, 2])[0, 1] > 0.2


def test_surrogates_stay_within_their_segments(noise):
    one, two = noise(60, 2), noise(41, 2)
    together = surrogates([one, two], 3)
    assert [s.shape for s in together] == [(60, 2), (41, 2)]
    assert np.array_equal(together[0][:3], np.roll(one, 30, axis=0)[:3])
    first, second = surrogates([one, one], 3)
    assert np.array_equal(first, second)


def test_copies_are_rotated_by_different_parts(noise):
    values = noise(90, 2)
    (two,) = surrogates([values], 1, copies=2)
    (one,) = surrogates([values], 1)
    assert two.shape == (90, 4)
    assert one.shape == (90, 2)
    assert not np.isclose(two[1:, :2], two[1:, 2:]).any()
    # The same residuals at other times, so that their sums are equal.
    assert two[1:, :2].sum(axis=0) == pytest.approx(one[1:].sum(axis=0))


def test_many_inputs_are_forecast_linearly(noise):
    values = noise(300, 40)
    (surrogate,) = surrogates([values], 6)
    assert surrogate.shape == values.shape
    assert np.isfinite(surrogate).all()
