import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import methods.common.lagged
from methods import DeclinedError, TimeSeries
from methods.linear.var import VAR


def coupled(n_samples=600, seed=0):
    """X0 -> X1 at lag 2, X1 -> X2 at lag 1, with autocorrelation in X0."""
    noise = np.random.default_rng(seed).normal(size=(n_samples, 3))
    values = noise.copy()
    for t in range(2, n_samples):
        values[t, 0] += 0.5 * values[t - 1, 0]
        values[t, 1] += 0.4 * values[t - 2, 0]
        values[t, 2] += 0.3 * values[t - 1, 1]
    return values


def discover(values, max_lag=3, **parameters):
    series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
    return VAR(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def test_t_and_p_are_those_of_statsmodels():
    from statsmodels.tsa.api import VAR as Statsmodels

    values = coupled() * [1.0, 100.0, 0.01] + [5.0, -300.0, 0.0]
    fitted = Statsmodels(values).fit(3, trend="c")
    graph = discover(values, ridge=1e-10)

    def by_lag(table):
        return np.asarray(table)[1:].reshape(3, 3, 3).transpose(1, 2, 0)

    assert graph.scores[:, :, 1:] == pytest.approx(np.abs(by_lag(fitted.tvalues)), rel=1e-5)
    # statsmodels takes the normal distribution, we take Student's t with 587 degrees.
    assert graph.p_values[:, :, 1:] == pytest.approx(by_lag(fitted.pvalues), abs=2e-3)


def test_coefficients_are_those_of_statsmodels_in_standard_deviations():
    from statsmodels.tsa.api import VAR as Statsmodels

    values = coupled() * [1.0, -100.0, 0.01]
    params = Statsmodels(values).fit(3, trend="c").params[1:]
    sd = values.std(axis=0)
    expected = params.reshape(3, 3, 3).transpose(1, 2, 0) * (sd[:, None] / sd)[:, :, None]
    found = discover(values, ridge=1e-10).edge_statistics["coefficient"]
    assert found[:, :, 1:] == pytest.approx(expected, rel=1e-5)
    assert found[0, 1, 2] < -0.3


def test_selects_exactly_the_true_edges():
    graph = discover(coupled(4000), alpha=1e-4)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 1]]


def test_default_level_gives_false_edges_at_its_rate():
    noise = np.random.default_rng(3).normal(size=(2000, 20))
    graph = discover(noise, max_lag=5)
    # 2000 tests at 0.01: 20 expected, with a standard deviation of 4.5.
    assert 0.003 < graph.adjacency[:, :, 1:].mean() < 0.02


def test_segments_are_pooled_and_not_glued():
    values = coupled(900)
    pieces = [values[:200], values[200:650], values[650:]]
    graph = discover(TimeSeries.from_segments(pieces), max_lag=2, ridge=1e-10)
    past = np.concatenate([np.hstack([p[1:-1], p[:-2]]) for p in pieces])
    design = np.column_stack([past, np.ones(len(past))])
    target = np.concatenate([p[2:] for p in pieces])
    solution, squares, *_ = np.linalg.lstsq(design, target, rcond=None)
    spread = np.diag(np.linalg.inv(design.T @ design))
    t = solution / np.sqrt(np.outer(spread, squares / (len(past) - 7)))
    expected = np.abs(t[:6]).reshape(2, 3, 3).transpose(1, 2, 0)
    assert graph.scores[:, :, 1:] == pytest.approx(expected, rel=1e-5)


def test_forecast_error_is_the_unexplained_share():
    noise = np.random.default_rng(1).normal(size=60_000)
    values = noise.copy()
    for t in range(1, len(values)):
        values[t] += 0.8 * values[t - 1]
    # Of an autoregression with coefficient a, a share a**2 of the variance is explained.
    assert discover(values[:, None], max_lag=1).forecast_error == pytest.approx(0.36, abs=0.02)


def test_forecast_is_made_for_steps_the_fit_has_not_seen():
    values = np.random.default_rng(2).normal(size=(60, 4))
    assert discover(values, max_lag=5).forecast_error > 1.2
    assert discover(values, max_lag=5, holdout=0.0).forecast_error is None


def test_blocks_do_not_change_the_result(monkeypatch):
    whole = discover(coupled())
    monkeypatch.setattr(methods.common.lagged, "_CHUNK", 37)
    split = discover(coupled())
    assert split.scores == pytest.approx(whole.scores, rel=1e-8, nan_ok=True)
    assert split.forecast_error == pytest.approx(whole.forecast_error, rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    scale=st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=3),
    offset=st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
)
def test_units_do_not_matter(scale, offset):
    values = coupled(200)
    expected = discover(values).scores
    moved = discover((values + offset) * scale).scores
    assert moved == pytest.approx(expected, rel=1e-6, abs=1e-7, nan_ok=True)


def test_copies_of_a_column_share_an_edge():
    values = coupled(3000)
    graph = discover(np.column_stack([values, values[:, 0]]), max_lag=2)
    assert graph.scores[0, 1, 2] == pytest.approx(graph.scores[3, 1, 2], rel=0.01)
    assert graph.adjacency[[0, 3], 1, 2].all()


def test_exact_relation_stays_finite():
    values = coupled(300)
    shifted = np.concatenate([[0.0], values[:-1, 0]])
    graph = discover(np.column_stack([values, shifted]), max_lag=2)
    assert np.isfinite(graph.scores[:, :, 1:]).all()
    assert graph.scores[0, 3, 1] == np.nanmax(graph.scores[:, 3])


def test_too_few_windows_are_declined():
    with pytest.raises(DeclinedError, match="VAR needs more than 13 windows"):
        discover(coupled(15))


def test_forbidden_links_are_no_inputs_and_required_ones_are_selected():
    from statsmodels.api import OLS

    values = coupled(200)
    known = {"forbidden": ["X0->X1", "X2->X1@2"], "required": ["X2->X0@3"]}
    series = TimeSeries.from_array(values)
    graph = VAR(ridge=1e-10).discover(series, max_lag=3, knowledge=known)
    columns = {(i, l): values[3 - l : 200 - l, i] for i in range(3) for l in (1, 2, 3)}
    used = [at for at in columns if at[0] != 0 and at != (2, 2)]
    fitted = OLS(
        values[3:, 1], np.column_stack([np.ones(197), *(columns[at] for at in used)])
    ).fit()
    for place, (i, lag) in enumerate(used, start=1):
        assert graph.scores[i, 1, lag] == pytest.approx(abs(fitted.tvalues[place]), rel=1e-5)
        assert graph.p_values[i, 1, lag] == pytest.approx(fitted.pvalues[place], rel=1e-5)
    assert np.isnan(graph.scores[0, 1]).all()
    assert np.isnan(graph.scores[2, 1, 2])
    assert graph.adjacency[2, 0, 3]
    free = VAR(ridge=1e-10).discover(series, max_lag=3)
    np.testing.assert_array_equal(graph.scores[:, 2, 1:], free.scores[:, 2, 1:])
