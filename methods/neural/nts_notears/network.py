"""The objective of NTS-NOTEARS, all effects at once, and its augmented Lagrangian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import Bounds, minimize
from torch import Tensor

from methods.common.devices import device_of
from methods.common.tensors import generator_of, uniform
from methods.neural.nts_notears.options import Options
from methods.types.arrays import FloatArray
from methods.types.series import TimeSeries

_CHUNK = 262_144  # hidden values in one pass; they fit a cache
_SOLVED, _MOST_WEIGHT = 1e-8, 1e16  # largest `h` that meets the constraint; largest weight of it


@dataclass(frozen=True)
class Problem:
    """The objective as a function of one flat vector.

    The vector holds the positive and the negative part of the filters, each of shape
    `(n_inputs, n, filters)`. Then come biases and output weights of shape `(n, filters)` and `n`
    offsets.

    Parameters
    ----------
    inputs, present
        Windows of shape `(W, n_inputs)`, cause by cause and shortest lag first, and the targets of
        shape `(W, n)`; 64 bits.
    options
        The parameters of the method.
    """

    inputs: Tensor
    present: Tensor
    options: Options

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of filters, biases, output weights and offsets."""
        n, m = self.present.shape[1], self.options.filters
        return (self.inputs.shape[1], n, m), (n, m), (n, m), (n,)

    def start(self, rng: np.random.Generator) -> FloatArray:
        """Return a random start; each filter weight is in its positive or its negative part."""
        generator = generator_of(rng)
        fans = (self.inputs.shape[1], self.inputs.shape[1], *[self.options.filters] * 2)
        drawn = [
            uniform(shape, fan, generator).detach().double().numpy().ravel()
            for shape, fan in zip(self.shapes, fans, strict=True)
        ]
        return np.concatenate([drawn[0].clip(min=0), (-drawn[0]).clip(min=0), *drawn[1:]])

    def bounds(self) -> Bounds:
        """Return bounds: parts are not negative, and no variable forecasts itself at lag 0."""
        shape = self.shapes[0]
        most = np.full(shape, np.inf)
        if self.options.instantaneous:
            n = shape[1]
            most.reshape(n, -1, *shape[1:])[np.arange(n), 0, np.arange(n)] = 0
        free = np.full(sum(int(np.prod(shape)) for shape in self.shapes[1:]), np.inf)
        low = np.concatenate([np.zeros(2 * most.size), -free])
        return Bounds(low, np.concatenate([most.ravel(), most.ravel(), free]))

    def unpack(self, vector: FloatArray) -> list[Tensor]:
        """Return filters, biases, output weights and offsets, as leaves of a graph."""
        size = int(np.prod(self.shapes[0]))
        flat = np.concatenate([vector[:size] - vector[size : 2 * size], vector[2 * size :]])
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        parts = torch.split(torch.from_numpy(flat).to(self.inputs.device), sizes)
        return [
            part.reshape(shape).requires_grad_()
            for part, shape in zip(parts, self.shapes, strict=True)
        ]

    def cycles(self, filters: Tensor) -> Tensor:
        """Return `h`, which is 0 if lag 0 has no cycle."""
        n = filters.shape[1]
        now = filters.reshape(n, -1, *filters.shape[1:])[:, 0]
        return torch.matrix_exp(now.square().sum(dim=2)).trace() - n

    def objective(
        self, vector: FloatArray, weight: float, multiplier: float
    ) -> tuple[float, FloatArray]:
        """Return the augmented Lagrangian and its gradient."""
        options, leaves = self.options, self.unpack(vector)
        filters, biases, outputs, offsets = leaves
        n_windows, total = len(self.present), 0.0
        size = max(_CHUNK // biases.numel(), 1)
        for here, at in zip(
            torch.split(self.inputs, size), torch.split(self.present, size), strict=True
        ):
            before = torch.addmm(biases.flatten(), here, filters.flatten(1))
            hidden = before.sigmoid().reshape(len(here), *biases.shape)
            error = (hidden * outputs).sum(dim=2) + offsets - at
            part = error.square().sum() / (2 * n_windows)
            torch.autograd.backward(part)
            total += float(part.detach())
        rest = options.l2 / 2 * (filters.square().sum() + outputs.square().sum())
        if options.instantaneous:
            h = self.cycles(filters)
            rest = rest + weight / 2 * h.square() + multiplier * h
        torch.autograd.backward(rest)
        slopes = [leaf.grad.cpu().numpy().ravel() for leaf in leaves if leaf.grad is not None]
        gradient = np.concatenate([slopes[0] + options.l1, options.l1 - slopes[0], *slopes[1:]])
        absolute = options.l1 * float(vector[: 2 * slopes[0].size].sum())
        return total + float(rest.detach()) + absolute, gradient


def train(
    series: TimeSeries, max_lag: int, rng: np.random.Generator, options: Options
) -> FloatArray:
    """Solve the problem and return the norms of the filters, `[cause, effect, lag]`.

    Lags run over `0..max_lag`, or `1..max_lag` without `instantaneous`.
    """
    device = device_of(options.device)
    parts = list(series.standardized().windows(max_lag))
    past, present = (np.concatenate(part) for part in zip(*parts, strict=True))
    inputs = np.dstack([present, past]) if options.instantaneous else past
    flat = torch.from_numpy(inputs.reshape(len(inputs), -1)).to(device)
    problem = Problem(flat, torch.from_numpy(present).to(device), options)
    filters = problem.unpack(solve(problem, rng))[0].detach().cpu().numpy()
    norms = np.sqrt(np.square(filters).sum(axis=2))
    by_lag = norms.reshape(series.n_vars, -1, series.n_vars)
    return np.asarray(by_lag.transpose(0, 2, 1))


def solve(problem: Problem, rng: np.random.Generator) -> FloatArray:
    """Return the solution, as a flat vector, by dual ascent on the constraint.

    The weight of the constraint grows tenfold until the violation falls to a quarter of the last
    one. Then the multiplier is raised.
    """
    vector, bounds = problem.start(rng), problem.bounds()
    weight, multiplier, violation = 1.0, 0.0, np.inf
    while violation > _SOLVED and weight < _MOST_WEIGHT:
        vector = minimize(
            problem.objective,
            vector,
            args=(weight, multiplier),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
        ).x
        if not problem.options.instantaneous:
            break
        reached = float(problem.cycles(problem.unpack(vector)[0]).detach())
        if reached > violation / 4:
            weight *= 10
        else:
            multiplier += weight * reached
            violation = reached
    return vector
