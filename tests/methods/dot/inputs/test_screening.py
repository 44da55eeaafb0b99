import numpy as np
import pytest

from methods.dot.inputs.linear_path import least_squares
from methods.dot.inputs.screening import candidates


@pytest.fixture
def screened(cut):
    """The candidates of series, `(variable, lag)` for each effect."""

    def run(values, count, max_lag=3):
        values = (values - values.mean(axis=0)) / values.std(axis=0)
        sequences = cut(values, max_lag=max_lag, context=max_lag)
        at = sequences.train.nonzero()[:, 0]
        path = least_squares(sequences, at, sequences.rows[at], on="own")
        chosen = candidates(sequences, path, count)
        n = values.shape[1]
        return [{(k % n, k // n + 1) for k in row} for row in chosen.tolist()]

    return run


def sawtooth(x):
    return 3 * (x % 0.5) - 0.75


def late(x):
    return np.where(x > 1.2, 2.0, 0.0)


@pytest.mark.parametrize(
    "function",
    [np.abs, np.sign, sawtooth, late, lambda x: np.cos(7 * x), lambda x: np.tanh(3 * x)],
)
def test_functions_of_any_shape_are_found(noise, screened, function):
    values = noise(3000, 6)
    values[2:, 0] += function(values[:-2, 3])
    values[1:, 5] += function(values[:-1, 2])
    found = screened(values, 1)
    assert found[0] == {(3, 2)}
    assert found[5] == {(2, 1)}


def test_products_and_variances_are_found(noise, screened):
    values = noise(4000, 6)
    values[3:, 0] += 1.5 * np.sign(values[:-3, 4]) * np.tanh(values[1:-2, 5])
    values[1:, 1] *= 1 + 0.8 * np.sign(values[:-1, 3])
    found = screened(values, 2)
    assert found[0] == {(4, 3), (5, 2)}
    assert (3, 1) in found[1]


def test_few_steps_leave_what_is_linear_in_place(noise, screened):
    """Fewer steps than cosines: a regression on all of them would know nothing."""
    values = noise(400, 30)
    for effect in range(30):
        values[1:, effect] += 0.5 * values[:-1, (effect + 7) % 30]
    found = screened(values, 5, max_lag=4)
    assert all(((effect + 7) % 30, 1) in found[effect] for effect in range(30))


def test_what_only_goes_with_a_cause_comes_after_the_causes(noise, screened):
    """Six inputs follow a cause closely, so that each of them alone is as good as others."""
    common = noise(6001)
    values = np.column_stack([common[1:], np.zeros(6000), noise(6000, 6, seed=1)])
    values[1:, 2:] = np.tanh(values[:-1, :1]) + 0.4 * values[1:, 2:]
    values[2:, 1] = np.abs(values[:-2, 0]) + 0.4 * np.tanh(values[1:-1, 2]) + noise(5998, seed=2)
    assert {(0, 2), (2, 1)} <= screened(values, 4)[1]
