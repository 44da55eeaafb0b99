import numpy as np
import pytest
from scipy import stats

from methods.dot.null import of_student, of_surrogates

SIZE = 300


def draws(law, seeds=range(300)):
    """Scores of inputs that cause nothing, and as many null scores, for every seed."""
    for seed in seeds:
        both = np.abs(law.rvs(2 * SIZE, random_state=np.random.default_rng(seed)))
        yield both[:SIZE], both[SIZE:]


@pytest.mark.parametrize(
    ("law", "worst"), [(stats.norm(), 1.0), (stats.expon(), 1.3), (stats.t(3), 3.5)]
)
def test_under_the_global_null_something_is_selected_about_as_often_as_the_rate(law, worst):
    """The tail of Student's law with 3 degrees of freedom is estimated from 60 scores only."""
    smallest = np.array(
        [
            np.min(of_surrogates(null, SIZE)(-np.sort(-scores)) / np.arange(1, SIZE + 1))
            for scores, null in draws(law)
        ]
    )
    for rate in (0.05, 0.1, 0.2):
        error = 2 * np.sqrt(rate * (1 - rate) / len(smallest))
        assert np.mean(smallest <= rate) <= worst * rate + error


def test_the_body_is_counted_and_the_tail_goes_on_as_the_law_does():
    null = np.random.default_rng(0).exponential(size=100_000)
    expected = of_surrogates(null, 1000)
    body, tail = np.array([0.1, 1.0]), np.array([3.0, 12.0, 16.0])
    assert expected(body) == pytest.approx(1000 * np.exp(-body), rel=0.02)
    assert expected(tail) == pytest.approx(1000 * np.exp(-tail), rel=0.5)
    assert np.all(np.diff(expected(np.linspace(-1, 20, 200))) <= 0)


def test_equal_null_scores_have_nothing_beyond_them():
    assert of_surrogates(np.full(100, 0.3), 50)(np.array([0.2, 0.4])).tolist() == [50, 0]


def test_the_law_of_short_series_is_that_of_regressions(noise):
    steps, inputs = 120, 30
    scores = []
    for seed in range(40):
        design, effect = noise(steps, inputs, seed=seed), noise(steps, seed=1000 + seed)
        fit, squares, *_ = np.linalg.lstsq(design, effect, rcond=None)
        kept = 1 / np.diag(np.linalg.inv(design.T @ design))
        scores.append(np.abs(fit) * np.sqrt(kept) / np.sqrt(squares))
    expected = of_student(len(scores) * inputs, steps - inputs)
    for level in (0.5, 0.9, 0.99):
        threshold = np.quantile(scores, level)
        share = expected(threshold) / (len(scores) * inputs)
        assert share == pytest.approx(1 - level, rel=0.35)
