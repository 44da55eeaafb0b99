"""Builders of small forecasters and sequences; the fixtures hand out functions."""

import numpy as np
import pytest
import torch

from methods import TimeSeries
from methods.dot.inputs.sequences import Sequences
from methods.dot.method import DOT
from methods.dot.predictors.parts import Shape, Size
from methods.dot.predictors.steps import Steps
from methods.dot.predictors.values import Values
from methods.dot.training.model import Forecaster


@pytest.fixture
def discover():
    """Run DOT on values or a series; keyword arguments are its parameters."""

    def run(values, max_lag=2, seed=0, **parameters):
        series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
        rng = np.random.default_rng(seed)
        return DOT(**{"device": "cpu", **parameters}).discover(series, max_lag=max_lag, rng=rng)

    return run


@pytest.fixture
def noise():
    return lambda *shape, seed=0: np.random.default_rng(seed).normal(size=shape)


@pytest.fixture
def cut():
    """Cut arrays into sequences."""
    return lambda *segments, max_lag=3, context=8, **more: Sequences.cut(
        segments, max_lag, context, "cpu", **more
    )


@pytest.fixture
def forecaster():
    """A forecaster whose predictor is silent, as it is before training."""

    def build(n_vars=3, max_lag=3, context=8, seed=0, kind="steps"):
        generator = torch.Generator().manual_seed(seed)
        coefficients = torch.randn(n_vars, n_vars, max_lag, generator=generator)
        size = Size(width=16, layers=2, heads=4)
        if kind == "values":
            everything = torch.arange(n_vars * max_lag).expand(n_vars, -1)
            inner = Values(everything, size, generator)
        else:
            inner = Steps(Shape(n_vars, n_vars, max_lag, context), size, generator)
        return Forecaster(inner, coefficients, torch.ones(n_vars)).requires_grad_(False)

    return build


@pytest.fixture
def talking(forecaster):
    """A forecaster whose predictor has a say in the mean and the deviation."""

    def build(seed=1, **shape):
        model = forecaster(**shape)
        inner = model.predictor
        weight = inner.head if isinstance(inner, Values) else inner.head.weight
        generator = torch.Generator().manual_seed(seed)
        weight.copy_(torch.randn(weight.shape, generator=generator) / 4)
        return model

    return build
