import numpy as np
import pytest
from scipy.stats import f
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.stattools import grangercausalitytests
from statsmodels.tsa.vector_ar.var_model import VAR

from methods import DeclinedError, TimeSeries
from methods.linear.granger import GrangerMultivariate, GrangerPairwise

BOTH = pytest.mark.parametrize("method", [GrangerMultivariate, GrangerPairwise])


def discover(method, series, max_lag=3, **parameters):
    rng = np.random.default_rng(0)
    return method(**parameters).discover(series, max_lag=max_lag, rng=rng)


def chain(n_samples=300, seed=0):
    """X0 -> X1 at lag 1, X1 -> X2 at lag 2, an offset and autocorrelation."""
    values = np.random.default_rng(seed).normal(size=(n_samples, 3))
    for t in range(2, n_samples):
        values[t] += 0.4 * values[t - 1]
        values[t, 1] += 0.6 * values[t - 1, 0]
        values[t, 2] += 0.6 * values[t - 2, 1]
    return values * [1, 100, 0.01] + [5, 0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_multivariate_is_that_of_statsmodels(seed):
    values = chain(40 + 60 * seed, seed)
    graph = discover(GrangerMultivariate, TimeSeries.from_array(values))
    model = VAR(values).fit(3, trend="c")
    t = np.abs(model.tvalues[1:]).reshape(3, 3, 3).transpose(1, 2, 0)
    assert graph.scores[:, :, 1:] == pytest.approx(t, rel=1e-8)
    for i in range(3):
        for j in {0, 1, 2} - {i}:
            expected = model.test_causality(j, i, kind="f", signif=0.05)
            assert graph.p_values[i, j, 1:] == pytest.approx(np.full(3, expected.pvalue), rel=1e-7)
            assert graph.adjacency[i, j].any() == (expected.pvalue < 0.05)


@pytest.mark.parametrize("seed", range(5))
def test_pairwise_is_that_of_statsmodels(seed):
    values = chain(40 + 60 * seed, seed)
    graph = discover(GrangerPairwise, TimeSeries.from_array(values))
    for i in range(3):
        for j in {0, 1, 2} - {i}:
            tests, [_, model, _] = grangercausalitytests(values[:, [j, i]], [3])[3]
            assert graph.scores[i, j, 1:] == pytest.approx(np.abs(model.tvalues[3:6]), rel=1e-8)
            p = tests["ssr_ftest"][1]
            assert graph.p_values[i, j, 1:] == pytest.approx(np.full(3, p), rel=1e-7)
            assert graph.adjacency[i, j].any() == (p < 0.05)


@BOTH
def test_own_past_is_tested_too(method):
    values = chain()[:, :1]
    graph = discover(method, TimeSeries.from_array(values))
    rows = np.column_stack([np.ones(297), values[2:-1], values[1:-2], values[:-3]])
    [full], [none] = (
        np.linalg.lstsq(design, values[3:, 0], rcond=None)[1] for design in (rows, rows[:, :1])
    )
    expected = f.sf((none - full) / 3 / (full / 293), 3, 293)
    assert graph.p_values[0, 0, 1:] == pytest.approx(np.full(3, expected), rel=1e-7)
    assert graph.adjacency[0, 0, 1]


def test_multivariate_sees_no_indirect_effect_and_pairwise_does():
    series = TimeSeries.from_array(chain(3000))
    given_all = discover(GrangerMultivariate, series, alpha=1e-4)
    assert np.argwhere(given_all.summary(self_loops=False).adjacency).tolist() == [[0, 1], [1, 2]]
    assert given_all.adjacency[0, 1, 1]
    assert given_all.adjacency[1, 2, 2]
    assert discover(GrangerPairwise, series, alpha=1e-4).adjacency[0, 2].any()


@BOTH
def test_an_edge_stands_where_both_tests_reject_or_else_at_the_largest_t(method):
    """Two lags that are nearly equal are significant together and neither on its own."""
    rng = np.random.default_rng(1)
    slow = np.cumsum(rng.normal(size=400))
    slow += 1e-3 * rng.normal(size=400)
    effect = rng.normal(size=400)
    effect[2:] += 0.02 * (slow[1:-1] + slow[:-2])
    graph = discover(method, TimeSeries.from_array(np.column_stack([slow, effect])), 2)
    assert graph.p_values[0, 1, 1] < 1e-3
    assert np.nanmax(graph.scores[0, 1]) < 1.96
    assert graph.adjacency[0, 1].sum() == 1
    assert graph.adjacency[0, 1].argmax() == np.nanargmax(graph.scores[0, 1])


@BOTH
def test_a_lag_is_selected_at_the_p_value_of_its_t_test(method):
    """Short series, on which degrees of freedom count; the p-values are those of statsmodels."""
    values = chain(24)
    series = TimeSeries.from_array(values)
    causes = [0, 1, 2] if method is GrangerMultivariate else [0, 1]
    lagged = [values[3 - lag : 24 - lag, cause] for cause in causes for lag in (1, 2, 3)]
    fitted = OLS(values[3:, 1], np.column_stack([np.ones(21), *lagged])).fit()
    p = fitted.pvalues[1:4]
    second = np.argsort(p)[1]
    assert discover(method, series).p_values[0, 1, 1] < p[second]
    assert discover(method, series, alpha=p[second] * 1.0001).adjacency[0, 1, 1 + second]
    assert not discover(method, series, alpha=p[second] * 0.9999).adjacency[0, 1, 1 + second]


@BOTH
def test_coefficients_have_the_sign_of_least_squares(method):
    values = chain(80) * [1.0, -3.0, 1.0]
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    causes = [0, 1, 2] if method is GrangerMultivariate else [0, 1]
    lagged = [scaled[2 - lag : 80 - lag, cause] for cause in causes for lag in (1, 2)]
    fitted = OLS(scaled[2:, 1], np.column_stack([np.ones(78), *lagged])).fit()
    graph = discover(method, TimeSeries.from_array(values), 2)
    found = graph.edge_statistics["coefficient"][0, 1, 1:]
    assert found == pytest.approx(fitted.params[1:3], rel=1e-8)
    assert found[0] < 0


@BOTH
def test_segments_count_only_their_own_windows(method):
    """A gap between them is as good as a missing row: the statistics are those of the rows."""
    values = chain(60)
    split = discover(method, TimeSeries.from_segments([values[:30], values[30:]]), 1)
    past = np.vstack([values[:29], values[30:-1]])
    present = np.vstack([values[1:30], values[31:]])
    causes = [0, 1, 2] if method is GrangerMultivariate else [1, 0]
    design = np.column_stack([np.ones(58), past[:, causes]])
    slopes, [squares], *_ = np.linalg.lstsq(design, present[:, 1], rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * squares / (58 - len(slopes)))
    expected = (np.abs(slopes) / errors)[1 + causes.index(0)]
    assert split.scores[0, 1, 1] == pytest.approx(expected, rel=1e-8)


@BOTH
def test_copied_column_is_declined_with_its_name(method):
    values = chain()
    series = TimeSeries.from_array(np.column_stack([values, values[:, 1]]), list("abcd"))
    with pytest.raises(DeclinedError, match="lagged values of b, d;"):
        discover(method, series)


def test_pairwise_needs_rows_for_a_pair_only():
    series = TimeSeries.from_array(np.random.default_rng(0).normal(size=(30, 12)))
    assert np.isfinite(discover(GrangerPairwise, series).scores[:, :, 1:]).all()
    with pytest.raises(DeclinedError, match="needs more than 49 windows"):
        discover(GrangerMultivariate, series)
    with pytest.raises(DeclinedError, match="needs more than 9 windows"):
        discover(GrangerPairwise, TimeSeries.from_array(series.segments[0][:12]))
