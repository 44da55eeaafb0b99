import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from methods.dot.inputs import moments
from methods.dot.inputs.linear_path import least_squares
from methods.dot.inputs.surrogates import surrogates
from methods.dot.predictors.parts import Size
from methods.dot.predictors.values import Values
from methods.dot.training import after
from methods.dot.training.after import paths_of_rest, shrink
from methods.dot.training.held_out import HeldOut


def test_a_forecast_sees_its_past_and_nothing_later(talking, noise):
    model = talking()
    inputs = torch.tensor(noise(1, 8, 3), dtype=torch.float32)
    before = torch.cat(model(inputs), dim=2)
    for step in range(8):
        moved = inputs.clone()
        moved[:, step] += 1.0
        changed = (torch.cat(model(moved), dim=2) != before).any(dim=2)[0]
        # Forecast p uses the inputs 0..p + max_lag - 1.
        assert changed.tolist() == [p + 2 >= step for p in range(6)]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lengths=st.lists(st.integers(5, 30), min_size=2, max_size=4),
    start=st.integers(0, 10_000),
)
def test_no_forecast_depends_on_another_segment(lengths, start, talking, cut, noise):
    sequences = cut(*(noise(length, 2) for length in lengths))
    rows = sequences.rows.clone().requires_grad_()
    inputs, _, at = dataclasses.replace(sequences, rows=rows).take(
        torch.tensor([start % (sequences.last_start + 1)])
    )
    forecast = talking(n_vars=2)(inputs)[0]
    ends = np.cumsum([length + 5 for length in lengths])  # a gap of context - max_lag before each
    for position, row in enumerate(at[0].tolist()):
        if row not in sequences.targets:
            continue
        segment = int(np.searchsorted(ends, row, side="right"))
        (gradient,) = torch.autograd.grad(forecast[0, position].sum(), rows, retain_graph=True)
        reached = gradient.abs().sum(dim=1).nonzero()[:, 0].tolist()
        assert set(range(row - 3, row)) <= set(reached)
        assert ends[segment] - lengths[segment] - 5 <= min(reached)
        assert max(reached) < row


def test_train_validation_and_test_share_out_the_targets(cut, noise):
    sequences = cut(noise(100, 2), noise(5, 2), noise(40, 2))
    shifted = cut(noise(100, 2), shift=0.5)
    assert not (shifted.validation & cut(noise(100, 2)).validation).any()
    masks = torch.stack([sequences.train, sequences.validation, sequences.test])
    assert sequences.targets.tolist() == masks.any(dim=0).nonzero()[:, 0].tolist()
    assert int(masks.sum()) == len(sequences.targets) == 97 + 2 + 37
    for mask in masks:
        covered = sequences.take(sequences.starts(mask))[2]
        assert set(mask.nonzero()[:, 0].tolist()) <= set(covered.flatten().tolist())


def test_least_squares_and_conditional_sd_agree_with_ridge_regression(cut, noise):
    values = noise(200, 2)
    values[1:, 1] += 0.8 * values[:-1, 0]
    sequences = cut(values, max_lag=2)
    at = sequences.targets
    path = least_squares(sequences, at, sequences.rows[at], on="own")
    past = np.concatenate([values[1:-1], values[:-2]], axis=1)
    ridge = Ridge(alpha=1.0, fit_intercept=False).fit(past, values[2:]).coef_
    assert path.flat().T.numpy() == pytest.approx(ridge, abs=1e-5)
    assert torch.equal(path.each, path.coefficients)
    assert path.size == 4
    for k in range(4):
        others = np.delete(past, k, axis=1)
        alone = past[:, k] - Ridge(alpha=1.0, fit_intercept=False).fit(others, past[:, k]).predict(
            others
        )
        sd = path.conditional_sd[k % 2, :, k // 2]
        assert sd.numpy() == pytest.approx(np.full(2, alone.std()), rel=0.02)


@pytest.mark.parametrize("max_lag", [1, 2, 7])
def test_large_problems_are_summed_by_differences_to_the_same_matrix(max_lag, cut, noise):
    sequences = cut(noise(50, 3), noise(31, 3, seed=1), max_lag=max_lag, context=max_lag)
    for at in (sequences.targets, sequences.train.nonzero()[:, 0], sequences.targets[:1]):
        direct = moments._directly(sequences, at)
        assert moments._by_differences(sequences, at).numpy() == pytest.approx(
            direct.numpy(), rel=1e-12, abs=1e-10
        )


def test_each_lag_starts_with_a_head_of_its_own(forecaster):
    bias = forecaster(max_lag=3).predictor.layers[0].position_bias
    assert set(bias.argmax(dim=1).tolist()) == {0, 1, 2}
    spread = forecaster(max_lag=8, context=16).predictor.layers[0].position_bias
    assert spread.argmax(dim=1).tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize("kind", ["steps", "values"])
def test_own_copies_give_the_same_forecast_and_effects_use_their_own(kind, talking, noise):
    model = talking(kind=kind, context=3)
    inputs = torch.tensor(noise(5, 3, 3), dtype=torch.float32)
    for own, shared in zip(model.own(inputs.expand(3, 5, 3, 3)), model(inputs), strict=True):
        assert own.numpy() == pytest.approx(shared[:, -1].T.numpy(), abs=1e-5)
    copies = inputs.repeat(3, 1, 1, 1)
    copies[1] += 1.0
    changed = [
        (a != b).any(dim=1).tolist()
        for a, b in zip(model.own(copies), model.own(inputs.expand(3, 5, 3, 3)), strict=True)
    ]
    assert changed == [[False, True, False]] * 2


def test_values_forecast_from_their_candidates_alone(noise):
    generator = torch.Generator().manual_seed(0)
    chosen = torch.tensor([[0, 4], [5, 1]])  # X0 lag 1, X0 lag 3; X1 lag 3, X1 lag 1
    inner = Values(chosen, Size(width=8, layers=1, heads=2), generator).requires_grad_(False)
    inner.head.copy_(torch.randn(inner.head.shape, generator=generator))
    inputs = torch.tensor(noise(1, 3, 2), dtype=torch.float32)
    before = inner(inputs)[0][0, 0]
    for lag in (1, 2, 3):
        for cause in (0, 1):
            moved = inputs.clone()
            moved[0, -lag, cause] += 1.0
            changed = (inner(moved)[0][0, 0] != before).tolist()
            index = (lag - 1) * 2 + cause
            assert changed == [index in row for row in chosen.tolist()]


def test_the_path_of_long_series_takes_away_what_the_predictor_says(
    talking, cut, noise, monkeypatch
):
    model = talking(kind="values", context=3)
    sequences = cut(noise(20_000, 3), context=3)
    exact = paths_of_rest(model, sequences, ["own"])[0]
    monkeypatch.setattr(after, "_MOST_FITTED", 19_990)
    nearly = paths_of_rest(model, sequences, ["own"])[0]
    assert nearly.conditional_sd.equal(exact.conditional_sd)
    assert nearly.coefficients.numpy() == pytest.approx(exact.coefficients.numpy(), abs=2e-3)
    monkeypatch.setattr(after, "_MOST_FITTED", 10_000)
    part = paths_of_rest(model, sequences, ["own"])[0]
    assert part.coefficients.numpy() == pytest.approx(exact.coefficients.numpy(), abs=0.06)


def test_shrinking_keeps_what_validation_confirms_and_drops_the_rest(talking, noise):
    model = talking(kind="values", context=3)
    inputs = torch.tensor(noise(4000, 3, 3), dtype=torch.float32)
    mean, log_sd = model.predictor(inputs)
    part = torch.tensor([1.0, 0.5, -1.0])
    draws = torch.tensor(noise(4000, 1, 3, seed=1), dtype=torch.float32) * 1e-2
    model.noise.fill_(1e-2)
    left = part * mean + draws * torch.exp(torch.tensor([0.0, 0.5, 1.0]) * log_sd)
    mask = torch.ones(4000, 1, dtype=torch.bool)
    shrink(model, HeldOut(inputs, model.linear(inputs) + left, mask))
    assert model.scale.tolist() == pytest.approx([1.0, 0.5, 0.0], abs=0.01)
    # The third effect's mean is not confirmed, so its deviation has more to explain.
    assert model.log_scale.tolist()[:2] == [0.0, 0.5]


def test_surrogates_are_further_columns(cut, noise):
    one, two = noise(20, 2), noise(31, 2)
    sequences = cut(one, two, copies=1)
    expected = surrogates([one, two], 3)
    assert sequences.rows.shape[1] == 4
    assert sequences.n_effects == 2
    assert sequences.rows[5 : 5 + 20, 2:].numpy() == pytest.approx(expected[0], abs=1e-6)
    assert sequences.rows[-31:, 2:].numpy() == pytest.approx(expected[1], abs=1e-6)
    assert sequences.take(torch.tensor([0]))[1].shape == (1, 6, 2)
