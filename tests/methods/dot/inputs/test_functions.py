import numpy as np
import pytest
import torch
from scipy.fft import dct
from scipy.stats import rankdata

from methods.dot.inputs.functions import cosines, ranks


def test_ranks_are_those_of_scipy(noise):
    values = np.stack([noise(50), np.round(noise(50, seed=1)), np.zeros(50)])
    expected = (rankdata(values, axis=1) - 0.5) / 50
    np.testing.assert_allclose(ranks(torch.tensor(values)).numpy(), expected)


def test_cosines_are_the_discrete_cosine_transform_of_the_sorted_series(noise):
    values, target = noise(1, 200), noise(200, seed=1)
    functions = cosines(ranks(torch.tensor(values)), 6)[0].double().numpy()
    expected = dct(target[np.argsort(values[0])], norm="ortho")[1:7]
    np.testing.assert_allclose(functions @ target / np.sqrt(200), expected, rtol=2e-3, atol=2e-3)


def test_the_first_cosines_do_not_depend_on_their_number(noise):
    u = ranks(torch.tensor(np.round(2 * noise(3, 300))))
    torch.testing.assert_close(cosines(u, 4), cosines(u, 9)[:, :4])


def test_an_input_of_two_values_has_one_function():
    values = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 1.0] * 50)[None]
    power = cosines(ranks(values), 5)[0].square().mean(dim=1)
    assert power[0] == pytest.approx(1, abs=0.01)
    assert power[1:].max() < 0.05


def test_a_constant_has_no_function():
    assert not cosines(ranks(torch.ones(1, 40)), 3).any()
