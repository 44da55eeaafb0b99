"""Relevance propagation against the layer-by-layer rules, written out for one small net."""

import numpy as np
import pytest
import torch

from methods.dot.attribution.relevance import lrp, lrp_cp
from methods.dot.predictors.parts import Shape, Size, fourier_features
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.values import Values

RULES = {"lrp": lrp, "lrp_cp": lrp_cp}


@pytest.fixture
def one_layer(talking):
    """A forecaster with one layer of scalar tokens, biases and all."""
    model = talking(kind="values", context=3)
    generator = torch.Generator().manual_seed(3)
    inner = Values(torch.arange(9).expand(3, -1), Size(8, 1, 2), generator).requires_grad_(False)
    inner.head.copy_(torch.randn(inner.head.shape, generator=generator))
    inner.layers[0].up_bias.copy_(torch.randn(inner.layers[0].up_bias.shape, generator=generator))
    model.predictor = inner
    return model.double()


def through(x, weight, made, relevance):
    """Hand relevance through a linear map, which also has a bias: shares x_i w_ij / made_j."""
    return x * (weight @ (relevance / made))


def centred_and_scaled(x):
    return (x - x.mean()) / np.sqrt(x.var() + 1e-5)


def through_norm(x, relevance):
    centring = np.eye(len(x)) - 1 / len(x)
    return through(x, centring, x - x.mean(), relevance)


def by_hand(inner, effect, values, rule):
    """Return the relevance of each value in the forecast of one effect by the classical rules."""
    net = {name: p.numpy() for name, p in inner.layers[0].named_parameters()}
    per_token = {
        name: net[name].reshape(3, 9, *net[name].shape[1:])[effect] for name in ("key", "value")
    }
    start, head = inner.start.numpy()[effect, 0], inner.head.numpy()[effect, :, 0]
    gelu = torch.nn.GELU(approximate="tanh")
    tokens = np.column_stack([np.ones(9), fourier_features(torch.tensor(values)).numpy()])

    query = (centred_and_scaled(start) @ net["query"][effect]).reshape(2, 4)
    key = np.einsum("kf,kfd->kd", tokens, per_token["key"])
    value = np.einsum("kf,kfd->kd", tokens, per_token["value"])
    logits = np.einsum("hd,khd->kh", query, key.reshape(9, 2, 4)) / 2
    weights = np.exp(logits) / np.exp(logits).sum(axis=0)
    wide = np.repeat(weights, 4, axis=1)
    seen = (wide * value).sum(axis=0)
    merged = seen @ net["merge"][effect]
    middle = start + merged
    up = centred_and_scaled(middle) @ net["up"][effect] + net["up_bias"][effect, 0]
    gate, linear = gelu(torch.tensor(up[:16])).numpy(), up[16:]
    down = (gate * linear) @ net["down"][effect]
    end = middle + down
    mean = centred_and_scaled(end) @ head

    half = 0.5 if rule == "lrp" else 0.0
    of_end = through_norm(end, centred_and_scaled(end) * head)
    of_product = through(gate * linear, net["down"][effect], down, of_end * down / end)
    of_up = np.concatenate([half * of_product, (1 - half) * of_product])
    of_normed = through(centred_and_scaled(middle), net["up"][effect], up, of_up)
    of_middle = of_end * middle / end + through_norm(middle, of_normed)
    of_seen = through(seen, net["merge"][effect], merged, of_middle * merged / middle)
    of_values = (1 - half) * wide * value / seen * of_seen
    of_weights = half * (wide * value / seen * of_seen).reshape(9, 2, 4).sum(axis=2)
    of_logits = logits * (of_weights - weights * of_weights.sum(axis=0))
    shares = (query * key.reshape(9, 2, 4) / 2 / logits[:, :, None]).reshape(9, 8)
    of_key = half * shares * np.repeat(of_logits, 4, axis=1)
    of_tokens = [
        through(tokens[k], per_token["value"][k], value[k], of_values[k])
        + through(tokens[k], per_token["key"][k], key[k], of_key[k])
        for k in range(9)
    ]
    return mean, np.array(of_tokens)[:, 1:].sum(axis=1)  # but for the constant


@pytest.mark.parametrize("rule", RULES)
def test_relevance_equals_the_rules_layer_by_layer(rule, one_layer, noise):
    one_layer.coefficients.zero_()
    one_layer.scale.fill_(0.5)
    inputs = torch.tensor(noise(2, 3, 3))
    found = RULES[rule](one_layer, inputs)[0].numpy()
    for effect in range(3):
        for sample in range(2):
            values = inputs[sample].flip(0).flatten().numpy()
            mean, relevance = by_hand(one_layer.predictor, effect, values, rule)
            forecast = one_layer(inputs)[0][sample, 0, effect]
            assert float(forecast) == pytest.approx(mean / 2, rel=1e-6)
            expected = relevance.reshape(3, 3) / 2
            assert found[effect, sample] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("predictor", ["steps", "values", "scalars"])
def test_without_biases_relevance_past_constant_attention_adds_up_to_the_forecast(
    predictor, talking, noise
):
    model = talking(kind="values" if predictor == "scalars" else predictor, context=3)
    if predictor == "scalars":
        model.predictor = Scalars(
            Shape(3, 3, 3, 3), Size(16, 2, 4), torch.Generator().manual_seed(0)
        )
        model.requires_grad_(False).predictor.head.fill_(0.5)
        model.predictor.norm.copy_(torch.arange(16))
    model = model.double()
    for name, parameter in model.predictor.named_parameters():
        embeds_a_place = name in ("start", "variable", "place")
        if embeds_a_place or ("bias" in name and "position" not in name):
            parameter.zero_()
        if predictor == "values" and name.endswith(("key", "value")):
            parameter[:, 0] = 0.0  # the constant of a token
    inputs = torch.tensor(noise(30, 3, 3))
    forecast = model(inputs)[0][:, -1].T.numpy()
    assert np.abs(forecast - model.linear(inputs)[:, -1].T.numpy()).mean() > 0.1
    found = lrp_cp(model, inputs)[0].sum(dim=(2, 3)).numpy()
    assert found == pytest.approx(forecast, rel=1e-9, abs=1e-9)
    # AttnLRP loses what a softmax keeps.
    assert np.abs(lrp(model, inputs)[0].sum(dim=(2, 3)).numpy() - forecast).max() > 1e-3


def test_outside_their_context_operations_have_their_own_gradients(talking, noise):
    model = talking(kind="values", context=3).double()
    inputs = torch.tensor(noise(2, 3, 3)).requires_grad_()

    def gradient():
        return torch.autograd.grad(model(inputs)[0].sum(), inputs)[0]

    before = gradient()
    lrp(model, inputs.detach())
    assert torch.equal(gradient(), before)
