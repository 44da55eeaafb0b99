import numpy as np
import pytest
import torch
from scipy.stats import chi2
from statsmodels.api import OLS, add_constant

from methods.dot.inputs.evidence import alone, jointly, pair_rows, pairs, standard
from methods.dot.inputs.functions import cosines, ranks


@pytest.fixture
def inputs(noise):
    """Six inputs that go together, shape `(6, 1500)`."""
    return torch.tensor(noise(6, 1500) + 0.7 * noise(1500, seed=1), dtype=torch.float32)


def test_the_joint_test_is_wald_s_of_a_regression_on_everything(inputs, noise):
    functions = cosines(ranks(inputs), 3)
    target = standard(torch.tensor(noise(1500, 1, seed=2)).float() + 0.3 * inputs[:1].T)
    found, left = jointly(functions, target)
    fit = OLS(target[:, 0].numpy(), add_constant(functions.flatten(0, 1).T.numpy())).fit()
    expected = []
    for start in range(1, 19, 3):
        restrictions = np.eye(19)[start : start + 3]
        expected.append(-chi2.logsf(3 * float(fit.f_test(restrictions).fvalue), 3))
    np.testing.assert_allclose(found[0], expected, rtol=0.02, atol=0.02)
    np.testing.assert_allclose(left[:, 0], fit.resid / fit.resid.std(), atol=0.01)


@pytest.mark.parametrize("gain", [1.0, 4.0, 9.0])
def test_alone_finds_a_wave_of_any_length(noise, gain):
    x = torch.tensor(noise(5, 2000)).float()
    target = torch.sin(gain * x[3] + 1) + torch.tensor(noise(2000, seed=1)).float()
    found = alone(ranks(x), standard(target[:, None]))[0]
    assert found.argmax() == 3
    assert found[3] > 20 > 10 > np.delete(found, 3).max()


def test_alone_has_the_level_it_says(noise):
    """Bonferroni's factor is an upper bound; the orders are nested, so it is not far below."""
    targets = standard(torch.tensor(noise(400, 500, seed=1)).float())
    found = alone(ranks(torch.tensor(noise(4, 400))).float(), targets)
    share = np.mean(found > -np.log(0.05))
    assert 0.01 < share < 0.06


def test_alone_does_not_see_how_an_input_is_measured(inputs, noise):
    target = standard(torch.tensor(noise(1500, 2, seed=2)).float() + torch.sin(3 * inputs[:1].T))
    curved = inputs.double() ** 3
    np.testing.assert_allclose(alone(ranks(inputs), target), alone(ranks(curved), target))


def test_pairs_finds_a_product_that_leaves_no_trace_alone(noise):
    x = torch.tensor(noise(6, 3000)).float()
    product = torch.sign(x[1]) * torch.tanh(2 * x[4])
    target = standard((product + torch.tensor(noise(3000, seed=1)).float())[:, None])
    u = ranks(x)
    functions = cosines(u, 4)
    found = pairs(functions, target, pair_rows(functions, 1))[0]
    assert set(np.argsort(-found)[:2]) == {1, 4}
    assert found[[1, 4]].min() > 100 > 10 > found[[0, 2, 3, 5]].max()
    assert alone(u, target).max() < 10


def test_the_search_for_pairs_is_bounded():
    many, few = torch.empty(600, 4, 5000), torch.empty(20, 4, 5000)
    assert pair_rows(many, 60) == 0
    assert pair_rows(few, 10) == 5000
    assert pair_rows(torch.empty(100, 4, 100_000), 10) == 12_500
