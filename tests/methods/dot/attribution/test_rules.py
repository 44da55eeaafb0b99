"""Rules that give shares of the forecast, interventions and attention, against closed forms."""

import numpy as np
import pytest
import torch

from methods.dot.attribution.attention import attention, attention_rollout
from methods.dot.attribution.intervention import intervention
from methods.dot.attribution.rules import attribute
from methods.dot.attribution.times_input import integrated_gradients
from methods.dot.method import DOT
from methods.dot.predictors.operations import recording
from methods.dot.predictors.parts import Shape, Size
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.values import Values
from methods.dot.variants.networks import CNN, LSTM


@pytest.fixture
def attending(talking):
    """A forecaster in double precision with a few candidates per effect, and these."""
    chosen = torch.tensor([[0, 4, 7, 8], [5, 1, 2, 3], [6, 0, 8, 2]])

    def build(layers):
        model = talking(kind="values", context=3)
        generator = torch.Generator().manual_seed(5)
        model.predictor = Values(chosen, Size(8, layers, 2), generator).requires_grad_(False)
        head = model.predictor.head
        head.copy_(torch.randn(head.shape, generator=generator))
        return model.double()

    return build


@pytest.mark.parametrize("predictor", ["steps", "values"])
@pytest.mark.parametrize("kind", ["gradient_x_input", "integrated_gradients", "lrp", "lrp_cp"])
def test_shares_in_a_linear_forecast_are_coefficients_times_inputs(
    kind, predictor, forecaster, cut, noise
):
    context, values = 8 if predictor == "steps" else 3, noise(40, 3)
    model = forecaster(kind=predictor, context=context)
    scores = attribute([model], cut(values, context=context), kind).scores
    for lag in range(1, 4):
        size = np.abs(values[3 - lag : 40 - lag]).mean(axis=0)
        expected = model.coefficients[:, :, -lag].T.abs().numpy() * size[:, None]
        assert scores[:, :, lag - 1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("predictor", ["steps", "values"])
def test_integrated_gradients_add_up_to_what_the_inputs_change(predictor, talking, noise):
    model = talking(kind=predictor, context=3).double()
    inputs = torch.tensor(noise(30, 3, 3))
    forecast, base = (model(x)[0][:, -1].T for x in (inputs, 0 * inputs))
    error = integrated_gradients(model, inputs)[0].sum(dim=(2, 3)) - (forecast - base)
    assert float(error.abs().mean()) < 1e-3 * float((forecast - base).std())


@pytest.mark.parametrize("context", [3, 8])
def test_intervention_is_the_change_of_the_forecast(context, attending, talking, noise):
    model = attending(2) if context == 3 else talking(context=8).double()
    inputs = torch.tensor(noise(4, context, 3))
    changes = intervention(model, inputs)[0]
    assert changes.shape == (3, 4, 3, 3)
    for lag in (1, 2, 3):
        for cause in range(3):
            moved = inputs.clone()
            moved[:, -lag, cause] += 1.0
            expected = (model(moved)[0] - model(inputs)[0])[:, -1].T
            assert changes[:, :, lag - 1, cause].numpy() == pytest.approx(expected.numpy())


def test_attention_is_a_softmax_over_the_candidates(attending, noise):
    model = attending(1)
    inner, inputs = model.predictor, torch.tensor(noise(2, 3, 3))
    found = attention(model, inputs)[0]
    assert found.sum(dim=(2, 3)).numpy() == pytest.approx(1.0)
    layer = {name: p.numpy() for name, p in inner.layers[0].named_parameters()}
    for effect, chosen in enumerate(inner.candidates.tolist()):
        start = inner.start[effect, 0].numpy()
        query = (start - start.mean()) / np.sqrt(start.var() + 1e-5) @ layer["query"][effect]
        for sample in range(2):
            logits = []
            for token, place in enumerate(chosen):
                x = float(inputs[sample, 2 - place // 3, place % 3])
                waves = [g(f * x) / f for f in (1, 2, 3, 4) for g in (np.sin, np.cos)]
                key = np.array([1.0, x, *waves]) @ layer["key"][effect * 4 + token]
                logits.append((query * key).reshape(2, 4).sum(axis=1) / 2)
            weights = np.exp(logits) / np.exp(logits).sum(axis=0)
            expected = np.zeros(9)
            expected[chosen] = weights.mean(axis=1)
            assert found[effect, sample].flatten().numpy() == pytest.approx(expected, rel=1e-6)


def test_rollout_multiplies_the_layers_as_matrices(attending, noise):
    inputs = torch.tensor(noise(2, 3, 3))
    one = attending(1)
    half = attention(one, inputs) / 2
    assert attention_rollout(one, inputs).numpy() == pytest.approx(half.numpy())
    model = attending(3)
    with recording() as record:
        model.predictor(inputs)
    chosen = model.predictor.candidates
    for effect in range(3):
        product = np.eye(5)
        for weights in record:
            matrix = np.eye(5)  # the token that forecasts first, then its candidates
            matrix[0] = [0.0, *weights[effect, :, 0].mean(dim=1).tolist()]
            product = (matrix + np.eye(5)) / 2 @ product
        found = attention_rollout(model, inputs)[0, effect, 0].flatten()[chosen[effect]]
        assert found.numpy() == pytest.approx(product[0, 1:])


def test_attention_to_a_value_lies_at_its_lag_and_input(forecaster):
    model = forecaster(context=3)
    inner = Scalars(Shape(3, 2, 3, 3), Size(8, 1, 2), torch.Generator().manual_seed(0))
    model.predictor = inner.requires_grad_(False).double()
    inner.variable.zero_()
    inner.place.zero_()
    inputs = torch.ones(1, 3, 3, dtype=torch.float64)
    inputs[0, -2, 1] = -2.0
    # Tokens are told apart by their values alone, but a forecast's own has a path around.
    for rule, own in ((attention, False), (attention_rollout, True)):
        found = rule(model, inputs)[0]
        assert found.shape == (2, 1, 3, 3)
        assert found.sum(dim=(2, 3)).numpy() == pytest.approx(1.0)
        for effect in range(2):
            differs = ((found[effect, 0] - found[effect, 0, 2, 2]).abs() > 1e-9).nonzero()
            assert differs.tolist() == [[0, effect]] * own + [[1, 1]]


def test_rollout_through_all_tokens_multiplies_the_layers_as_matrices(forecaster, noise):
    model, inputs = forecaster(context=3), torch.tensor(noise(2, 3, 3))
    inner = Scalars(Shape(3, 2, 3, 3), Size(8, 3, 2), torch.Generator().manual_seed(0))
    model.predictor = inner.requires_grad_(False).double()
    product = np.eye(9)[None]
    for weights in inner.attentions(inputs):
        matrix = np.zeros((2, 9, 9))
        matrix[:, -weights.shape[2] :] = weights.mean(dim=1)
        product = (matrix + np.eye(9)) / 2 @ product
    found = attention_rollout(model, inputs)[0].flip(2)
    for effect in range(2):
        expected = product[:, 6 + effect].reshape(2, 3, 3)
        assert found[effect].numpy() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        (DOT, {"predictor": "steps", "attribution": "attention"}),
        (CNN, {"attribution": "attention_rollout"}),
        (LSTM, {"attribution": "lrp"}),
    ],
)
def test_a_rule_that_the_predictor_lacks_is_refused_before_anything_runs(method, parameters):
    message = f"attribution: expected one of .*, found {parameters['attribution']},"
    with pytest.raises(ValueError, match=message):
        method(**parameters)


def test_attention_and_relevance_find_a_strong_nonlinear_edge(discover, noise):
    values = noise(1500, 3)
    values[2:, 1] += np.abs(values[:-2, 0]) * 2
    quick = {"members": 1, "updates": 80, "find_regimes": False}
    for kind in ("lrp_cp", "attention_rollout"):
        graph = discover(values, max_lag=3, attribution=kind, **quick)
        assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 2)
