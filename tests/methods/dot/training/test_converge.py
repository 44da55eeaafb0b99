import numpy as np
import pytest

from methods import TimeSeries
from methods.dot.training.converge import Progress
from methods.dot.variants import CNN, DOTPaper


def stops_at(errors, least_squares=0.5):
    """Return after how many updates training ends, one error every 50."""
    progress = Progress(least_squares)
    for k, error in enumerate(errors, start=1):
        progress.add(50 * k, error)
        if progress.converged:
            return 50 * k
    return None


def test_an_error_that_falls_by_half_a_per_cent_per_doubling_goes_on():
    checks = np.arange(1, 400)
    falling = 0.5 * (checks / 10) ** np.log2(0.9949)
    assert stops_at(falling) is None
    slower = 0.5 * (checks / 10) ** np.log2(0.9951)
    assert stops_at(slower) == 500  # not before, however slow


def test_a_plateau_above_least_squares_is_not_the_end():
    plateau = [1.0] * 60 + [0.4] * 100
    # The patience has grown to as long as the plateau and the rest together.
    assert stops_at(plateau) == 2 * (60 + 1) * 50
    assert stops_at(plateau, least_squares=1.0) == 500


def test_noise_has_converged_although_nothing_can_be_learnt():
    assert stops_at([1.004] * 20, least_squares=1.001) == 500
    assert stops_at([1.02] * 400, least_squares=1.001) is None


def test_fitting_noise_ends_training_at_once():
    assert stops_at([0.9, 0.8, 0.82, 0.841, 0.9]) == 200


@pytest.fixture(scope="module")
def even():
    """X0 drives X1 at lag 2 by an even function."""
    values = np.random.default_rng(0).normal(size=(3000, 3))
    values[2:, 1] += np.abs(values[:-2, 0]) * 2
    return TimeSeries.from_array(values)


def discover(method, series, max_lag=2):
    return method.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def test_a_budget_that_does_not_suffice_is_told(even):
    small = {"width": 16, "layers": 1, "batch_size": 64, "device": "cpu"}
    assert discover(CNN(updates=100, **small), even).converged is False
    assert discover(CNN(**small), even).converged is True


@pytest.mark.slow
def test_a_longer_context_forecasts_at_every_place_and_finds_the_same(even):
    paper = DOTPaper(width=16, context=6, updates=1500, learning_rate=1e-2, device="cpu")
    graph = discover(paper, even)
    assert graph.scores.shape == (3, 3, 3)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 2)
