import itertools
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import multivariate_t
from sklearn.metrics import adjusted_rand_score

from methods import TimeSeries
from methods.regimes.evidence import Forecaster
from methods.regimes.find import find_regimes
from methods.regimes.steps import Steps
from methods.regimes.viterbi import best_path

N_VARS = 4


def law(seed):
    """Coefficients `[lag - 1, effect, cause]` of a stable linear system of two lags."""
    rng = np.random.default_rng(seed)
    shape = (2, N_VARS, N_VARS)
    coefficients = (rng.random(shape) < 0.25) * rng.choice([-0.5, 0.5], size=shape)
    norm = np.abs(coefficients).sum(axis=(0, 2)).max()
    return coefficients * min(1.0, 0.9 / norm)


def simulate(laws, labels, seed, act=lambda x: x):
    """Run `x_t = sum_l A_l act(x_{t-l}) + noise` with the law of each step's label."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(len(labels), N_VARS))
    for t in range(2, len(labels)):
        one, two = laws[labels[t]]
        values[t] += one @ act(values[t - 1]) + two @ act(values[t - 2])
    return values


def segment(seed_of_law, length, seed, act=lambda x: x):
    return simulate([law(seed_of_law)], np.zeros(length, dtype=int), seed, act)


def found(*segments, max_lag=2):
    labels = find_regimes(TimeSeries.from_segments(segments), max_lag)
    names = list(dict.fromkeys(np.concatenate(labels).tolist()))
    assert names == list(range(len(names)))  # in order of their first step
    return labels


def constant_labels(labels):
    """The label of each segment, all of whose steps have the same one."""
    assert all((part == part[0]).all() for part in labels)
    return [int(part[0]) for part in labels]


def test_segments_of_one_law_share_a_label_numbered_by_first_appearance():
    segments = [segment(k, 1500, seed) for seed, k in enumerate([7, 3, 7, 5, 3])]
    assert constant_labels(found(*segments)) == [0, 1, 0, 2, 1]


def test_laws_without_a_linear_trace_are_told_apart():
    segments = [
        segment(k, 4000, seed, act=lambda x: np.cos(2.5 * x)) for seed, k in enumerate([1, 2, 1])
    ]
    assert constant_labels(found(*segments)) == [0, 1, 0]


def test_laws_that_differ_in_the_noise_alone_are_told_apart():
    noise = [np.random.default_rng(seed).normal(size=(1500, 2)) for seed in range(4)]
    mixed = noise[1] @ [[1.0, 0.6], [0.0, 0.8]]  # unit variances and a correlation of 0.6
    assert constant_labels(found(noise[0], mixed, 1.5 * noise[2], noise[3])) == [0, 1, 2, 0]


@pytest.mark.parametrize("act", [lambda x: x, np.abs, np.tanh], ids=["line", "abs", "tanh"])
def test_a_law_that_does_not_change_is_one_regime(act):
    assert not np.concatenate(found(segment(0, 5000, 0, act))).any()
    assert not np.concatenate(found(*(segment(0, 1200, k, act) for k in range(4)))).any()


def test_outliers_and_a_variance_that_depends_on_the_past_are_no_regimes():
    rng = np.random.default_rng(0)
    heavy = rng.standard_t(3, size=(6000, 3))
    spread = rng.normal(size=(6000, 3))
    for t in range(1, 6000):
        spread[t] *= 1 + 0.8 * np.tanh(spread[t - 1, [1, 2, 0]])
    for values in (heavy, spread):
        assert not np.concatenate(found(values)).any()


@pytest.mark.parametrize(("length", "n_vars", "max_lag"), [(40, 3, 2), (300, 30, 3), (700, 60, 5)])
def test_more_coefficients_than_steps_are_one_regime(length, n_vars, max_lag):
    values = np.random.default_rng(0).normal(size=(length, n_vars))
    assert not np.concatenate(found(values, max_lag=max_lag)).any()


def test_borders_within_a_segment_are_found():
    lengths, truth = [700, 500, 900, 400, 800, 700], [0, 1, 2, 1, 0, 2]
    labels = np.repeat(truth, lengths)
    values = simulate([law(k) for k in (11, 12, 13)], labels, 0)
    (steps,) = found(values)
    assert adjusted_rand_score(labels, steps) > 0.97
    borders = np.flatnonzero(np.diff(steps)) + 1
    assert borders == pytest.approx(np.cumsum(lengths)[:-1], abs=25)
    assert steps[borders].tolist() == truth[1:]


def test_a_new_segment_is_no_switch_and_costs_nothing():
    truth = [0, 1] * 30
    segments = [segment([11, 12][k], 40, seed) for seed, k in enumerate(truth)]
    labels = [part[0] for part in found(*segments)]
    assert adjusted_rand_score(truth, labels) > 0.8


def test_labels_depend_neither_on_units_nor_on_labels_that_are_given():
    labels = np.repeat([0, 1, 0], 700)
    values = simulate([law(11), law(12)], labels, 0)
    scaled = values * [1e-3, 1.0, 50.0, 1e6] + [5.0, 0.0, -900.0, 3.0]
    told = TimeSeries.from_array(scaled, regimes=np.arange(len(scaled)) % 2)
    assert np.array_equal(find_regimes(told, 2)[0], found(values)[0])


def test_segments_shorter_than_a_block_get_labels_of_their_own_length():
    lengths = [4, 900, 5, 30, 900, 4]
    laws = [7, 7, 7, 7, 3, 3]
    labels = found(*(segment(laws[i], lengths[i], seed=i) for i in range(6)))
    assert [len(part) for part in labels] == lengths
    assert (labels[1][0], labels[4][0]) == (0, 1)
    assert all((part[:3] == part[2]).all() for part in labels)  # the first steps have no window
    with pytest.raises(ValueError, match=r"segment 1: expected at least max_lag \+ 2 = 4 rows"):
        found(segment(0, 50, 0), segment(0, 3, 0))


@pytest.mark.parametrize(
    ("n_vars", "lags", "waves"), [(2, 3, True), (60, 3, False), (400, 2, False)]
)
def test_windows_stay_within_their_segment(n_vars, lags, waves):
    rng = np.random.default_rng(0)
    series = TimeSeries.from_segments([rng.uniform(size=(n, n_vars)) for n in (5, 130, 40)])
    blocks = list(Steps.of(series, 3).blocks(50))
    assert [len(block) for block in blocks] == [2, 42, 42, 43, 37]
    windows = list(series.standardized().windows(3))
    past, now = (np.concatenate(parts) for parts in zip(*windows, strict=True))
    expected = [np.ones((len(now), 1))]
    for lag in range(lags):
        x = past[:, :, lag]
        expected += [x, np.sin(2 * x), np.cos(2 * x)] if waves else [x]
    assert np.array_equal(np.concatenate(blocks), np.hstack([*expected, now]))


def test_evidence_is_the_sum_of_one_step_forecasts():
    rng = np.random.default_rng(0)
    features = np.hstack([np.ones((30, 1)), rng.normal(size=(30, 2))])
    values = features @ rng.normal(size=(3, 2)) + rng.normal(size=(30, 2))
    # The textbook recursion: matrix normal mean and precision, inverse Wishart scale and degrees.
    mean, precision, scale, degrees = np.zeros((3, 2)), 12.0 * np.eye(3), 3.0 * np.eye(2), 6.0
    expected = 0.0
    for x, y in zip(features, values, strict=True):
        shape = scale / (degrees - 1) * (1 + x @ np.linalg.solve(precision, x))
        expected += multivariate_t(x @ mean, shape, df=degrees - 1).logpdf(y)
        updated = precision + np.outer(x, x)
        better = np.linalg.solve(updated, precision @ mean + np.outer(x, y))
        scale = scale + np.outer(y, y) + mean.T @ precision @ mean - better.T @ updated @ better
        mean, precision, degrees = better, updated, degrees + 1
    steps = np.hstack([features, values])
    halves = [Forecaster(part.T @ part, 2) for part in (steps[:10], steps[10:])]
    whole = halves[0].pooled(halves[1])
    assert whole.evidence == pytest.approx(expected, rel=1e-10)
    sigma = scale / (degrees - 3)
    residual = values - features @ mean
    density = -0.5 * np.einsum("ti,ij,tj->t", residual, np.linalg.inv(sigma), residual)
    density -= 0.5 * np.linalg.slogdet(sigma)[1]
    assert whole.log_likelihood(steps) == pytest.approx(density, rel=1e-10)


def test_whitened_steps_have_unit_second_moments():
    rng = np.random.default_rng(0)
    steps = np.hstack(
        [np.ones((50_000, 1)), rng.normal(size=(50_000, 4)) @ rng.normal(size=(4, 4))]
    )
    white = Forecaster(steps.T @ steps, 2).whitened(steps)
    assert white.T @ white / len(steps) == pytest.approx(np.eye(5), abs=0.01)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_path_beats_every_other(seed):
    gains = np.random.default_rng(seed).normal(size=(6, 3))
    for price in (0.0, 0.7, 3.0, 100.0):
        worth = {
            path: gains[range(6), path].sum() - price * np.count_nonzero(np.diff(path))
            for path in itertools.product(range(3), repeat=6)
        }
        assert tuple(best_path(gains, price)) == max(worth, key=worth.get)


def test_importing_it_does_not_import_torch():
    code = "import sys, methods.regimes.find; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
