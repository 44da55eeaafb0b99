import dataclasses

import numpy as np
import pytest
import torch

from methods.dot.attribution.gradients import score
from methods.dot.attribution.rules import attribute


@pytest.mark.parametrize("predictor", ["steps", "values"])
@pytest.mark.parametrize("kind", ["gradient", "gradient_energy", "score_energy"])
def test_gradients_of_a_linear_forecast_are_its_coefficients(
    kind, predictor, forecaster, cut, noise
):
    context = 8 if predictor == "steps" else 3
    model = forecaster(kind=predictor, context=context)
    scores = attribute([model, model], cut(noise(40, 3), context=context), kind).scores
    for lag in range(1, 4):
        expected = model.coefficients[:, :, -lag].T.abs().numpy()
        assert scores[:, :, lag - 1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("predictor", ["steps", "values"])
def test_gradients_equal_finite_differences(predictor, talking, cut, noise):
    context = 8 if predictor == "steps" else 3
    model = talking(kind=predictor, context=context).double()
    sequences = cut(noise(12, 3), context=context)
    sequences = dataclasses.replace(
        sequences, rows=sequences.rows.double(), targets=sequences.targets[-1:]
    )
    scores = attribute([model], sequences, "gradient").scores
    parts = score(model, sequences.take(sequences.targets - context)[0])
    (inputs,), step = sequences.take(sequences.targets - context)[0], 1e-5
    for lag in (1, 2, 3):
        for cause in range(3):
            moved = inputs.repeat(2, 1, 1)
            moved[0, -lag, cause] += step
            moved[1, -lag, cause] -= step
            mean, log_sd = (part[:, -1] for part in model(moved))
            slope = ((mean[0] - mean[1]) / (2 * step)).numpy()
            assert scores[cause, :, lag - 1] == pytest.approx(abs(slope), rel=1e-4, abs=1e-6)
            sd = log_sd.mean(dim=0).exp().numpy()
            deviation = ((log_sd[0] - log_sd[1]) / (2 * step)).numpy() * np.sqrt(2)
            assert parts[0, :, 0, lag - 1, cause] == pytest.approx(slope / sd, rel=1e-4, abs=1e-6)
            assert parts[1, :, 0, lag - 1, cause] == pytest.approx(deviation, rel=1e-4, abs=1e-6)


def test_score_energy_is_the_mean_square_of_the_sampled_score(talking, cut, noise):
    model, draws = talking(kind="values", context=3), 200_000
    inputs = torch.tensor(noise(1, 3, 3), dtype=torch.float32)
    energy = score(model, inputs).square().sum(dim=0)[:, 0]
    log_sd = model(inputs)[1][0, 0]
    leaf = inputs.clone().requires_grad_()
    eps = torch.tensor(noise(draws, 3), dtype=torch.float32)
    # d log p / dx = (eps / sigma) d mu + (eps^2 - 1) d log sigma, at x = mu + sigma eps.
    for effect in range(3):
        forecast = model(leaf)
        of_mean, of_log_sd = (
            torch.autograd.grad(part[0, 0, effect], leaf, retain_graph=True)[0][0].flip(0)
            for part in forecast
        )
        e = eps[:, effect, None, None]
        sampled = e / log_sd[effect].exp() * of_mean + (e**2 - 1) * of_log_sd
        assert energy[effect].numpy() == pytest.approx(
            sampled.square().mean(dim=0).numpy(), rel=0.03, abs=1e-4
        )


def test_energy_is_what_models_agree_on(forecaster, talking, cut, noise):
    one, two, silent, both = talking(), talking(seed=2), forecaster(), talking()
    for model in (one, two, silent, both):
        model.coefficients.zero_()
    sequences = cut(noise(60, 3))

    def energy(*models):
        return attribute(models, sequences, "gradient_energy").scores

    alone, other = energy(one), energy(two)
    assert energy(one, one) == pytest.approx(alone, rel=1e-5)
    assert not energy(one, silent).any()
    # E (G1 + G2)^2 = E G1^2 + E G2^2 + 2 E G1 G2 for any two models: add up their heads.
    both.predictor.head.weight += two.predictor.head.weight
    joint, shared = energy(both), energy(one, two)
    expected = (joint**2 - alone**2 - other**2) / 2
    assert np.sign(shared) * shared**2 == pytest.approx(expected, abs=1e-5)


def test_ranks_of_a_linear_forecast_never_vary_and_every_stretch_votes_for_them(
    forecaster, cut, noise
):
    model = forecaster(kind="values", context=3)
    found = attribute([model], cut(noise(90, 3), context=3), "gradient")
    statistics = found.ranks.statistics()
    order = found.scores.transpose(1, 0, 2).reshape(3, -1).argsort(axis=1).argsort(axis=1)
    ranks = statistics["rank_mean"].transpose(1, 0, 2).reshape(3, -1)
    assert np.array_equal(ranks, order)
    assert not statistics["rank_sd"].any()
    assert np.isnan(statistics["rank_ratio"]).all()
    assert np.array_equal(statistics["stability"], statistics["rank_mean"] >= 6)
