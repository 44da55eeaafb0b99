import numpy as np
import pytest
import statsmodels.api as sm
import torch

from methods.dot.inputs.linear_path import best_on, least_squares
from methods.dot.inputs.selection import forward_selection


@pytest.fixture
def moments(noise):
    """Gram matrix, products, power and design of an effect of inputs 2, 7 and 11 of 40."""

    def build(steps, coefficients=(0.6, -0.5, 0.4), seed=0):
        design = noise(steps, 40, seed=seed)
        design[:, 3] += design[:, 2]  # goes with a cause, and is none
        effect = design[:, [2, 7, 11]] @ coefficients + noise(steps, seed=seed + 1)
        gram, cross = torch.tensor(design.T @ design), torch.tensor(design.T @ effect)
        return gram, cross, float(effect @ effect), design, effect

    return build


def test_forward_selection_finds_the_causes_and_hardly_anything_else(moments):
    others = []
    for seed in range(0, 40, 2):
        gram, cross, power, *_ = moments(300, seed=seed)
        chosen = set(forward_selection(gram, cross, power, 300).tolist())
        assert chosen >= {2, 7, 11}
        others += chosen - {2, 7, 11}
    assert len(others) <= 4


def test_each_step_of_forward_selection_is_that_of_ordinary_regressions(moments):
    gram, cross, power, design, effect = moments(200, coefficients=(0.6, -0.5, 0.0))
    first = min(range(40), key=lambda k: sm.OLS(effect, design[:, [k]]).fit().ssr)
    chosen = forward_selection(gram, cross, power, 200).tolist()
    assert chosen[0] == first
    rss = sm.OLS(effect, design[:, chosen]).fit().ssr
    others = set(range(40)) - set(chosen)
    added = [sm.OLS(effect, design[:, [*chosen, k]]).fit().ssr for k in others]
    assert all(200 * np.log(rss / other) < np.log(200) + np.log(40) for other in added)


def test_an_input_that_later_ones_make_needless_is_dropped(noise):
    """The sum of two causes goes in first, and is worth nothing beside the two."""
    design = noise(500, 6)
    design[:, 0] = design[:, 1] + design[:, 2] + 0.2 * noise(500, seed=1)
    effect = design[:, 1] + design[:, 2] + 0.1 * noise(500, seed=2)
    gram, cross = torch.tensor(design.T @ design), torch.tensor(design.T @ effect)
    assert set(forward_selection(gram, cross, effect @ effect, 500).tolist()) == {1, 2}


def test_nothing_is_selected_where_nothing_is(moments):
    found = 0
    for seed in range(0, 40, 2):
        gram, cross, power, *_ = moments(300, coefficients=(0, 0, 0), seed=seed)
        found += len(forward_selection(gram, cross, power, 300))
    assert found <= 4


def test_inputs_left_out_are_measured_by_what_they_add(cut, noise):
    values = noise(400, 3)
    values[1:, 1] += 0.8 * values[:-1, 0]
    sequences = cut(values, max_lag=2)
    at = sequences.targets
    path = least_squares(sequences, at, sequences.rows[at], on="few")
    past, present = np.hstack([values[1:-1], values[:-2]]), values[2:]
    assert path.flat()[:, 1].nonzero()[:, 0].tolist() == [0]  # X0 at lag 1
    t = path.statistic().numpy()[:, 1]
    left = present[:, 1] - past[:, 0] * path.flat()[0, 1].item()
    for k in range(6):
        fit = sm.OLS(present[:, 1], past[:, sorted({0, k})]).fit()
        expected = fit.tvalues[sorted({0, k}).index(k)] * left.std() / np.sqrt(len(at))
        assert t[k] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("on", ["own", "few"])
def test_surrogates_take_nothing_from_the_real_inputs(on, cut, noise):
    values = noise(300, 3)
    values[1:, 1] += 0.5 * values[:-1, 0]
    alone = cut(values, max_lag=2, context=2)
    beside = cut(values, max_lag=2, context=2, copies=1)
    one, other = (
        least_squares(s, s.targets, s.rows[s.targets, :3], on=on) for s in (alone, beside)
    )
    assert torch.allclose(one.each, other.each[:, :3], atol=1e-5)
    assert torch.allclose(one.conditional_sd, other.conditional_sd[:3])
    assert not other.coefficients[:, 3:].any()
    assert (other.conditional_sd[3:] > 0).all()
    alike = least_squares(beside, beside.targets, beside.rows[beside.targets, :3], on="all")
    assert alike.size == 12
    assert (alike.conditional_sd[:3] < one.conditional_sd).all()


def test_few_inputs_forecast_better_where_steps_are_few(cut, noise):
    values = noise(400, 30)
    values[1:, 1:] += 0.5 * values[:-1, :-1]
    assert best_on(cut(values, max_lag=4, context=4)) == "few"
    dense = noise(4000, 6)
    mixing = np.linalg.qr(noise(6, 6, seed=1))[0] * 0.9
    for t in range(1, 4000):
        dense[t] += dense[t - 1] @ mixing
    assert best_on(cut(dense / dense.std(axis=0), max_lag=1, context=1)) == "own"
