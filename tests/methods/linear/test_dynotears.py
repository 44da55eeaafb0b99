import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import minimize
from sklearn.linear_model import Lasso

from methods import DeclinedError, TimeSeries
from methods.common.lagged import blocks
from methods.linear.dynotears import DYNOTEARS


def structural(n_samples, seed=0):
    """X0 -> X1 -> X2 at lag 0, X2 -> X0 at lag 1, X0 on itself; unequal variances."""
    noise = np.random.default_rng(seed).normal(size=(n_samples, 3)) * [1.0, 0.7, 0.5]
    values = noise.copy()
    for t in range(1, n_samples):
        values[t, 0] += 0.3 * values[t - 1, 0] + 0.4 * values[t - 1, 2]
        values[t, 1] += 0.8 * values[t, 0]
        values[t, 2] += 0.7 * values[t, 1]
    return values


def discover(series, max_lag=1, **parameters):
    rng = np.random.default_rng(0)
    return DYNOTEARS(**parameters).discover(series, max_lag=max_lag, rng=rng)


def windows(series, max_lag):
    """Return the present and, cause by cause, the past of all windows, standardised."""
    rows = np.concatenate(list(blocks(series.standardized(), max_lag)))
    n_past = series.n_vars * max_lag
    return rows[:, n_past:], rows[:, :n_past]


def loss(present, past, instant, lagged):
    """The published objective without its penalty, on the windows themselves."""
    residuals = present - present @ instant - past @ lagged
    return np.sum(residuals**2) / 2 / len(present)


def directly(present, past, penalty):
    """Minimise the published objective on the windows under the constraint, by SLSQP."""
    n, m = present.shape[1], past.shape[1]
    rows = np.hstack([present, past])
    free = np.ones((n + m, n), dtype=bool)
    free[:n] = ~np.eye(n, dtype=bool)

    def weights(x):
        full = np.zeros((n + m, n))
        full[free] = np.subtract(*np.split(x, 2))
        return full

    def objective(x):
        full = weights(x)
        slope = rows.T @ (rows @ full - present) / len(rows)
        value = loss(present, past, full[:n], full[n:]) + penalty * x.sum()
        return value, np.concatenate([penalty + slope[free], penalty - slope[free]])

    constraint = {"type": "eq", "fun": lambda x: np.trace(expm(weights(x)[:n] ** 2)) - n}
    start = np.full(2 * free.sum(), 1e-3)
    start[: free.sum()] = np.clip((rows.T @ present / len(rows))[free], 1e-3, None)
    options = {"ftol": 1e-12, "maxiter": 2000}
    found = minimize(
        objective,
        start,
        method="SLSQP",
        jac=True,
        bounds=[(0, None)] * len(start),
        constraints=constraint,
        options=options,
    )
    return found.fun, weights(found.x)


@pytest.mark.parametrize("seed", range(4))
def test_is_what_a_direct_optimisation_on_the_windows_finds(seed):
    series = TimeSeries.from_array(structural(400, seed))
    present, past = windows(series, 1)
    graph = discover(series)
    best, weights = directly(present, past, 0.1)
    instant, lagged = weights[:3], weights[3:]
    found = np.nan_to_num(graph.scores)
    value = (
        loss(present, past, np.sign(instant) * found[:, :, 0], np.sign(lagged) * found[:, :, 1])
        + 0.1 * found.sum()
    )
    assert found[:, :, 0] == pytest.approx(np.abs(instant), abs=1e-4)
    assert found[:, :, 1] == pytest.approx(np.abs(lagged), abs=1e-4)
    assert value == pytest.approx(best, abs=1e-6)


def test_without_lag_0_it_is_one_lasso_per_effect_on_the_windows():
    values = structural(300)
    series = TimeSeries.from_segments([values[:100], values[100:]])
    graph = discover(series, max_lag=3, lambda_w=100.0, lambda_a=0.05)
    present, past = windows(series, 3)
    assert np.nanmax(graph.scores[:, :, 0]) == 0
    for effect in range(3):
        model = Lasso(alpha=0.05, fit_intercept=False, tol=1e-12, max_iter=100_000)
        expected = np.abs(model.fit(past, present[:, effect]).coef_).reshape(3, 3)
        assert graph.scores[:, effect, 1:] == pytest.approx(expected, rel=1e-6, abs=1e-8)
        assert np.array_equal(graph.adjacency[:, effect, 1:], expected > 0)


def test_finds_the_graph_with_lag_0():
    graph = discover(TimeSeries.from_array(structural(5000)), max_lag=2, threshold=0.05)
    truth = [[0, 0, 1], [0, 1, 0], [1, 2, 0], [2, 0, 1]]
    assert np.argwhere(graph.adjacency).tolist() == truth


@pytest.mark.slow
def test_lag_0_is_acyclic_whatever_the_data():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5))
        graph = discover(TimeSeries.from_array(values), lambda_w=0.01)
        now = graph.adjacency[:, :, 0].astype(int)
        assert now.sum() >= 4
        assert np.trace(np.linalg.matrix_power(np.eye(5, dtype=int) + now, 5)) == 5


def test_units_and_order_change_nothing_but_rounding():
    values = structural(300)
    scores = discover(TimeSeries.from_array(values)).scores
    scaled = discover(TimeSeries.from_array(values * [1e12, 1e-12, 5.0] + [0, 0, 7])).scores
    turned = discover(TimeSeries.from_array(values[:, [2, 0, 1]])).scores
    assert scaled == pytest.approx(scores, rel=1e-8, nan_ok=True)
    assert turned == pytest.approx(scores[np.ix_([2, 0, 1], [2, 0, 1])], rel=1e-8, nan_ok=True)


def test_a_copy_is_declined_and_few_windows_are_not():
    values = np.random.default_rng(0).normal(size=(12, 8))
    assert np.isfinite(discover(TimeSeries.from_array(values), max_lag=2).scores[:, :, 1:]).all()
    long = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(DeclinedError, match=r"DYNOTEARS needs .* values of X0, X2;"):
        discover(TimeSeries.from_array(np.column_stack([long, long[:, 0]])))


def test_coefficients_have_a_sign():
    values = structural(800)
    plain, turned = (
        discover(TimeSeries.from_array(v)).edge_statistics["coefficient"]
        for v in (values, values * [1.0, -1.0, 1.0])
    )
    assert plain[0, 1, 0] > 0.3
    signs = np.outer([1, -1, 1], [1, -1, 1])[:, :, None]
    np.testing.assert_allclose(turned, signs * plain, atol=1e-9)
    scores = discover(TimeSeries.from_array(values)).scores
    np.testing.assert_array_equal(scores, np.abs(plain))
