import numpy as np
import pytest
from scipy.integrate import solve_ivp

from simulators.linear_var import LinearVAR
from simulators.lorenz96 import Lorenz96

A = np.zeros((3, 3, 2))
A[0, 0, 0], A[0, 1, 0], A[1, 2, 1], A[2, 2, 0] = 0.6, 0.5, -0.7, 0.3


def test_var_is_recovered_by_least_squares():
    system = LinearVAR(coefficients=A.tolist(), noise_sd=2.0).draw(1)
    x = system.generate(40_000).series.segments[0]
    past = np.hstack([x[1:-1], x[:-2]])
    found, residual, *_ = np.linalg.lstsq(past, x[2:], rcond=None)
    np.testing.assert_allclose(found.reshape(2, 3, 3).transpose(1, 2, 0), A, atol=0.02)
    np.testing.assert_allclose(residual / len(past), 4.0, rtol=0.03)


def test_var_effects_in_closed_form():
    truth = LinearVAR(coefficients=A.tolist()).draw(0).truth
    # Variances by hand: an AR(1), its child, and their grandchild's own past beside white noise.
    v0 = 1 / (1 - 0.36)
    v1 = 0.25 * v0 + 1
    # x2 = sum_k 0.3^k (-0.7 x1(t-2-k) + e): autocovariance of x1 at lag h is 0.25 v0 0.6^h.
    cross = 0.25 * v0 * 0.6 * 0.3 / (1 - 0.6 * 0.3)
    v2 = (0.49 * (v1 + 2 * cross) + 1) / (1 - 0.09)
    sds = np.sqrt([v0, v1, v2])
    expected = np.abs(A) * sds[:, None, None] / sds[None, :, None]
    np.testing.assert_allclose(truth.scores[:, :, 1:], expected, rtol=1e-9)
    assert np.isnan(truth.scores[:, :, 0]).all()
    assert (truth.adjacency[:, :, 1:] == (A != 0)).all()


@pytest.mark.parametrize(
    ("coefficients", "message"),
    [
        ([[[1.0]]], "spectral radius below 1, found 1"),
        ([[[0.5, 0.6]]], "spectral radius"),
        ([[[0.5], [0.1]]], r"shape \(n, n, max_lag\)"),
        ([[0.5]], r"coefficients: expected \[\[\[float"),
        ([[[0.5], []]], "coefficients"),
    ],
)
def test_bad_coefficients_are_refused(coefficients, message):
    with pytest.raises(ValueError, match=message):
        LinearVAR(coefficients=coefficients)


def test_a_slow_var_is_stationary_from_its_first_row_on():
    simulator = LinearVAR(coefficients=[[[0.999]]])
    first = [simulator.draw(seed).generate(3).series.segments[0][0, 0] for seed in range(200)]
    assert np.std(first) == pytest.approx(1 / np.sqrt(1 - 0.999**2), rel=0.15)


def test_lorenz96_that_comes_to_rest_is_refused():
    with pytest.raises(ValueError, match=r"forcing: expected more than 1\.18"):
        Lorenz96(n_vars=7, forcing=1.1)
    assert np.std(Lorenz96(n_vars=7, forcing=1.3).draw(0).generate(100).series.segments[0]) > 0.01


def test_lorenz96_follows_the_equation():
    config = Lorenz96(n_vars=7, forcing=9.0, interval=0.05)
    start = 9 + np.random.default_rng(0).standard_normal(7)

    def slope(_, x):
        return (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + 9

    times = 0.05 * np.arange(1, 7)
    exact = solve_ivp(slope, (0, 0.31), start, t_eval=times, rtol=1e-11, atol=1e-11).y.T
    np.testing.assert_allclose(config.flow(start, 6), exact, atol=2e-4)


def test_lorenz96_truth_is_the_ring():
    system = Lorenz96(n_vars=6, max_lag=2).draw(3)
    for i in range(6):
        parents = {(i - 2) % 6, (i - 1) % 6, i, (i + 1) % 6}
        assert set(np.flatnonzero(system.truth.adjacency[:, i, 1])) == parents
    assert system.truth.adjacency.sum() == 24
    # The own past comes first over a short interval; the ring looks the same everywhere.
    own = np.diag(system.truth.scores[:, :, 1])
    assert (own == system.truth.scores[:, :, 1].max(axis=0)).all()
    assert np.ptp(own) < 0.05


@pytest.mark.parametrize(
    ("forcing", "interval", "share"), [(8.0, 0.05, 0.0), (10.0, 0.05, 0.0), (30.0, 0.1, 0.2)]
)
def test_lorenz96_beyond_the_ring(forcing, interval, share):
    """The share of other pairs that act more strongly than the weakest edge, as documented."""
    config = Lorenz96(forcing=forcing, interval=interval)
    states = config.flow(config.draw(0).start, 1_500)
    following, sd = np.vstack([config.flow(s, 1) for s in states]), states.std(axis=0)
    moved = [states + sd * (np.arange(10) == cause) for cause in range(10)]
    after = [np.vstack([config.flow(s, 1) for s in rows]) for rows in moved]
    effects = np.array([np.abs(a - following).mean(axis=0) for a in after]) / sd
    edges = config.draw(0).truth.adjacency[:, :, 1]
    stronger = (effects[~edges] > effects[edges].min()).mean()
    assert stronger == pytest.approx(share, abs=0.06)


def test_lorenz96_prefix_and_shortest():
    system = Lorenz96(n_vars=5, max_lag=2).draw(3)
    long = system.generate(200).series.segments[0]
    assert (system.generate(50).series.segments[0] == long[:50]).all()
    with pytest.raises(ValueError, match="n_samples: expected at least max_lag"):
        system.generate(3)
