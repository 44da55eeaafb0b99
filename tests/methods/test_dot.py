import dataclasses
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.metrics import average_precision_score

from methods import DeclinedError, TimeSeries
from methods.dot import DOT
from methods.dot.attribution import attribute
from methods.dot.linear_path import least_squares
from methods.dot.model import Forecaster
from methods.dot.readout import top_per_effect
from methods.dot.sequences import Sequences
from methods.dot.training import HeldOut, shrink


def discover(values, max_lag=2, seed=0, **parameters):
    series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
    rng = np.random.default_rng(seed)
    return DOT(device="cpu", **parameters).discover(series, max_lag=max_lag, rng=rng)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def cut(*segments, max_lag=3, context=8):
    return Sequences.cut(segments, max_lag, context, "cpu")


def forecaster(n_vars=3, max_lag=3, context=8, seed=0):
    """A forecaster whose transformer is silent, as it is before training."""
    generator = torch.Generator().manual_seed(seed)
    model = Forecaster(n_vars, max_lag, context, width=16, layers=2, heads=4, generator=generator)
    model.coefficients = torch.randn(n_vars, n_vars, max_lag, generator=generator)
    return model.requires_grad_(False)


def talking(model, seed=1):
    """The same forecaster with a transformer that has a say."""
    model.head.copy_(torch.randn(model.head.shape, generator=torch.Generator().manual_seed(seed)))
    return model


@pytest.mark.parametrize("kind", ["gradient", "gradient_energy"])
def test_gradients_of_a_linear_forecast_are_its_coefficients(kind):
    model = forecaster()
    strength = attribute([model, model], cut(noise(40, 3)), kind)
    for lag in range(1, 4):
        expected = model.coefficients[:, :, -lag].T.abs().numpy()
        assert strength[:, :, lag - 1] == pytest.approx(expected, rel=1e-6)


def test_gradients_equal_finite_differences():
    model, sequences = talking(forecaster()).double(), cut(noise(12, 3))
    sequences = dataclasses.replace(
        sequences, rows=sequences.rows.double(), targets=sequences.targets[-1:]
    )
    strength = attribute([model], sequences, "gradient")
    (inputs,), step = sequences.take(sequences.targets - sequences.context)[0], 1e-5
    for lag in (1, 2, 3):
        for cause in range(3):
            moved = inputs.repeat(2, 1, 1)
            moved[0, -lag, cause] += step
            moved[1, -lag, cause] -= step
            up, down = model(moved)[:, -1]
            slope = ((up - down) / (2 * step)).abs().numpy()
            assert strength[cause, :, lag - 1] == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_energy_is_what_models_agree_on():
    one, two, silent = talking(forecaster()), talking(forecaster(), seed=2), forecaster()
    for model in (one, two, silent):
        model.coefficients.zero_()
    sequences = cut(noise(60, 3))
    alone = attribute([one], sequences, "gradient_energy")
    assert attribute([one, one], sequences, "gradient_energy") == pytest.approx(alone, rel=1e-5)
    assert not attribute([one, silent], sequences, "gradient_energy").any()
    # E (G1 + G2)^2 = E G1^2 + E G2^2 + 2 E G1 G2 for any two models: add up their heads.
    both, other = forecaster(), attribute([two], sequences, "gradient_energy")
    both.coefficients.zero_()
    both.head.copy_(one.head + two.head)
    joint = attribute([both], sequences, "gradient_energy")
    shared = attribute([one, two], sequences, "gradient_energy")
    expected = (joint**2 - alone**2 - other**2) / 2
    assert np.sign(shared) * shared**2 == pytest.approx(expected, abs=1e-5)


def test_a_forecast_sees_its_past_and_nothing_later():
    model = talking(forecaster())
    inputs = torch.tensor(noise(1, 8, 3), dtype=torch.float32)
    before = model(inputs)
    for step in range(8):
        moved = inputs.clone()
        moved[:, step] += 1.0
        changed = (model(moved) != before).any(dim=2)[0]
        # Forecast p uses the inputs 0..p + max_lag - 1.
        assert changed.tolist() == [p + 2 >= step for p in range(6)]


@settings(max_examples=20, deadline=None)
@given(
    lengths=st.lists(st.integers(5, 30), min_size=2, max_size=4),
    start=st.integers(0, 10_000),
)
def test_no_forecast_depends_on_another_segment(lengths, start):
    sequences = cut(*(noise(length, 2) for length in lengths))
    rows = sequences.rows.clone().requires_grad_()
    inputs, _, at = dataclasses.replace(sequences, rows=rows).take(
        torch.tensor([start % (sequences.last_start + 1)])
    )
    forecast = talking(forecaster(n_vars=2))(inputs)
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


def test_train_validation_and_test_share_out_the_targets():
    sequences = cut(noise(100, 2), noise(5, 2), noise(40, 2))
    shifted = Sequences.cut([noise(100, 2)], 3, 8, "cpu", shift=0.5)
    assert not (shifted.validation & cut(noise(100, 2)).validation).any()
    masks = torch.stack([sequences.train, sequences.validation, sequences.test])
    assert sequences.targets.tolist() == masks.any(dim=0).nonzero()[:, 0].tolist()
    assert int(masks.sum()) == len(sequences.targets) == 97 + 2 + 37
    for mask in masks:
        covered = sequences.take(sequences.starts(mask))[2]
        assert set(mask.nonzero()[:, 0].tolist()) <= set(covered.flatten().tolist())


def test_least_squares_and_free_variation_agree_with_ridge_regression():
    values = noise(200, 2)
    values[1:, 1] += 0.8 * values[:-1, 0]
    sequences = cut(values, max_lag=2)
    at = sequences.targets
    coefficients, free = least_squares(sequences, at, sequences.rows[at])
    past = np.concatenate([values[1:-1], values[:-2]], axis=1)
    ridge = Ridge(alpha=1.0, fit_intercept=False).fit(past, values[2:]).coef_
    assert coefficients.flip(2).permute(0, 2, 1).reshape(2, 4).numpy() == pytest.approx(
        ridge, abs=1e-5
    )
    for k in range(4):
        others = np.delete(past, k, axis=1)
        alone = past[:, k] - Ridge(alpha=1.0, fit_intercept=False).fit(others, past[:, k]).predict(
            others
        )
        assert float(free[k % 2, k // 2]) == pytest.approx(alone.std(), rel=0.02)


def test_each_lag_starts_with_a_head_of_its_own():
    bias = forecaster(max_lag=3).layers[0].position_bias
    assert set(bias.argmax(dim=1).tolist()) == {0, 1, 2}
    spread = forecaster(max_lag=8, context=16).layers[0].position_bias
    assert spread.argmax(dim=1).tolist() == [0, 2, 4, 6]


def test_shrinking_keeps_what_validation_confirms_and_drops_the_rest():
    model = talking(forecaster())
    inputs = torch.tensor(noise(50, 8, 3), dtype=torch.float32)
    learnt, half = model.transformer(inputs), torch.tensor([1.0, 0.5, -1.0])
    mask = torch.ones(learnt.shape[:2], dtype=torch.bool)
    shrink(model, HeldOut(inputs, model.linear(inputs) + half * learnt, mask))
    assert model.scale.tolist() == pytest.approx([1.0, 0.5, 0.0], abs=1e-5)


def test_three_strongest_entries_of_each_effect_are_selected():
    scores = np.abs(noise(4, 4, 5))
    selected = top_per_effect(scores, 3)
    for effect in range(4):
        strongest = np.sort(scores[:, effect].ravel())[-3:]
        assert np.array_equal(np.sort(scores[:, effect][selected[:, effect]]), strongest)


def test_same_seed_same_bytes_and_global_randomness_untouched():
    values = noise(600, 3)
    values[1:, 1] += 3 * np.abs(values[:-1, 0])
    state = torch.get_rng_state()
    one, two, other = (discover(values, seed=seed, updates=40) for seed in (0, 0, 1))
    assert one.scores.tobytes() == two.scores.tobytes()
    assert one.scores.tobytes() != other.scores.tobytes()
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("attribution", ["gradient", "gradient_energy"])
def test_an_even_function_is_found_where_correlation_is_blind(attribution):
    values = noise(1500, 3)
    values[2:, 1] += np.abs(values[:-2, 0]) * 2
    blind = np.corrcoef(values[:-2, 0], values[2:, 1])[0, 1]
    assert abs(blind) < 0.1
    graph = discover(values, max_lag=3, attribution=attribution)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 2)
    assert graph.adjacency[0, 1, 2]
    assert graph.adjacency.sum(axis=(0, 2)).tolist() == [3, 3, 3]


def test_small_linear_data_are_ranked_no_worse_than_by_least_squares():
    ours, floor = [], []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        truth = (rng.random((5, 5, 2)) < 0.15) * rng.uniform(0.1, 0.3, size=(5, 5, 2))
        values = rng.normal(size=(400, 5))
        for t in range(2, 400):
            values[t] += values[t - 1] @ truth[:, :, 0] + values[t - 2] @ truth[:, :, 1]
        standard = TimeSeries.from_array(values).standardized().segments[0]
        past = np.concatenate([standard[1:-1], standard[:-2]], axis=1)
        least = np.linalg.lstsq(past, standard[2:], rcond=None)[0].reshape(2, 5, 5)
        edges = (truth > 0).ravel()
        floor.append(average_precision_score(edges, np.abs(least).transpose(1, 2, 0).ravel()))
        ours.append(average_precision_score(edges, discover(values).scores[:, :, 1:].ravel()))
    assert np.mean(ours) >= np.mean(floor) - 0.02


def test_forecast_error_is_the_share_of_variance_that_the_past_leaves():
    values = noise(3000, 2)
    for t in range(1, 3000):
        values[t] += [0.8, 0.6] * values[t - 1]
    # An AR(1) process with coefficient a leaves 1 - a^2 of its variance: 0.36 and 0.64.
    assert discover(values).forecast_error == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    ("lengths", "n_vars", "max_lag"),
    [([4], 1, 2), ([52], 2, 50), ([5, 9, 7], 100, 3), ([3, 300, 40], 2, 1), ([60], 4, 3)],
)
def test_tiny_series_and_uneven_segments_give_finite_scores(lengths, n_vars, max_lag):
    segments = [noise(length, n_vars, seed=k) for k, length in enumerate(lengths)]
    graph = discover(TimeSeries.from_segments(segments), max_lag=max_lag, updates=40)
    assert np.isfinite(graph.scores[:, :, 1:]).all()
    assert (graph.forecast_error is None) == (sum(lengths) < 300)


def test_too_short_to_train_without_a_linear_path_is_declined():
    with pytest.raises(DeclinedError, match="28 forecastable steps are too few"):
        discover(noise(30, 2), linear_path=False)


def test_without_a_linear_path_the_transformer_alone_finds_a_strong_edge():
    values = noise(1500, 2)
    values[1:, 1] += 1.5 * values[:-1, 0]
    graph = discover(values, linear_path=False)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 1)


def test_width_that_heads_cannot_share_is_refused():
    with pytest.raises(ValueError, match="width: expected a multiple of heads = 8, found 60"):
        discover(noise(50, 2), width=60)


def test_importing_the_method_does_not_import_torch():
    code = "import sys, methods.dot; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
