import numpy as np
import pytest

from methods.dot.inputs.surrogates import shadows


@pytest.fixture
def chain(noise):
    """X1 is an even function of X0, and X2 listens to X1."""
    values = noise(6000, 3)
    for t in range(2, 6000):
        values[t, 1] += 1.5 * np.cos(2 * values[t - 1, 0])
        values[t, 2] += values[t - 2, 1]
    return (values - values.mean(axis=0)) / values.std(axis=0)


def test_a_shadow_goes_with_the_causes_of_its_series(chain):
    (shadow,) = shadows([chain], 2)
    cause = np.cos(2 * chain[1:-1, 0] * 1.0)

    def trace(series):
        return np.corrcoef(series[2:, 1], cause)[0, 1]

    assert trace(shadow) == pytest.approx(trace(chain), abs=0.05)
    assert trace(chain) > 0.5
    assert shadow.std(axis=0) == pytest.approx(np.ones(3), abs=0.05)


def test_nothing_listens_to_a_shadow(chain):
    (shadow,) = shadows([chain], 2)
    design = np.stack([chain[:-2, 1], shadow[:-2, 1]], axis=1)
    listens = np.linalg.lstsq(design, chain[2:, 2], rcond=None)[0]
    assert listens[0] > 0.5
    assert abs(listens[1]) < 0.04
    # Alone, the shadow is as tempting as anything that X0 drives.
    assert np.corrcoef(shadow[:-2, 1], chain[2:, 2])[0, 1] > 0.2


def test_shadows_stay_within_their_segments(noise):
    one, two = noise(60, 2), noise(41, 2)
    together = shadows([one, two], 3)
    assert [s.shape for s in together] == [(60, 2), (41, 2)]
    assert np.array_equal(together[0][:3], np.roll(one, 30, axis=0)[:3])
    first, second = shadows([one, one], 3)
    assert np.array_equal(first, second)


def test_many_inputs_are_forecast_linearly(noise):
    values = noise(300, 40)
    (shadow,) = shadows([values], 6)
    assert shadow.shape == values.shape
    assert np.isfinite(shadow).all()
