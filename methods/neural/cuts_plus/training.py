"""Training of CUTS+: the network and the edge probabilities in turns."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn.functional import mse_loss

from methods.common.devices import device_of
from methods.common.tensors import generator_of, windows
from methods.neural.cuts_plus.network import Network
from methods.neural.cuts_plus.options import Options
from methods.types.arrays import FloatArray
from methods.types.series import TimeSeries

_SPLIT_EVERY = 20  # epochs until each group of causes is split in two
_COLDEST = 0.1  # temperature of the relaxed graphs at the last epoch; it begins at 1
_READ = 1024  # largest number of windows whose gradients are averaged


def train(
    series: TimeSeries, max_lag: int, rng: np.random.Generator, options: Options
) -> tuple[FloatArray, FloatArray]:
    """Return the probability of each pair and the mean absolute gradient at each lag.

    The shapes are `(n, n)` and `(n, n, max_lag)`, as `[cause, effect, lag - 1]`.
    """
    device = device_of(options.device)
    past, present = windows(series, max_lag, device)
    n = series.n_vars
    network = Network(n, options.width, generator_of(rng)).to(device)
    draws = generator_of(rng, device)
    graph = Graph(n, min(options.groups, n), device)
    optimiser = torch.optim.Adam(network.parameters(), lr=options.learning_rate)
    mover = torch.optim.Adam([graph.logits], lr=options.graph_rate)
    for epoch in range(options.epochs):
        done = epoch / options.epochs
        if epoch and epoch % _SPLIT_EVERY == 0 and graph.split():
            mover = torch.optim.Adam([graph.logits])
        _set_rate(optimiser, _between(options.learning_rate, options.final_learning_rate, done))
        _set_rate(mover, _between(options.graph_rate, options.final_graph_rate, done))
        sparsity = _between(options.sparsity, options.final_sparsity, done)
        order = torch.randperm(len(past), generator=draws, device=device)
        batches = torch.split(order, options.batch_size)
        for batch in batches:
            graphs = graph.drawn(len(batch), draws)
            _step(optimiser, mse_loss(network(past[batch], graphs), present[batch]))
        for batch in batches:
            graphs = graph.relaxed(len(batch), _between(1, _COLDEST, done), draws)
            error = mse_loss(network(past[batch], graphs), present[batch])
            _step(mover, error + sparsity * graph.probability().mean())
    probability = graph.probability().detach()
    gradient = mean_gradient(network, past, probability)
    return tuple(a.cpu().numpy().astype(np.float64) for a in (probability, gradient))  # type: ignore[return-value]


class Graph:
    """Probabilities of edges: logits `(groups, n)`, a row per group of neighbouring causes."""

    def __init__(self, n: int, groups: int, device: str) -> None:
        self.logits = torch.zeros(groups, n, device=device, requires_grad=True)

    def probability(self) -> Tensor:
        """Return the probability of each pair, shape `(n, n)`, as `[cause, effect]`."""
        groups, n = self.logits.shape
        member = torch.arange(n, device=self.logits.device) * groups // n
        return torch.sigmoid(self.logits)[member]

    def split(self) -> bool:
        """Split every group in two, and return whether any group could be split.

        Let `p` be the probability of a group. Its parts begin with `1 - sqrt(1 - p)`. With that,
        at least one of two parts has an edge with probability `p`.
        """
        groups, n = self.logits.shape
        if groups == n:
            return False
        finer = min(2 * groups, n)
        with torch.no_grad():
            parent = torch.arange(finer, device=self.logits.device) * groups // finer
            share = 1 - (1 - torch.sigmoid(self.logits)).sqrt()
            self.logits = torch.logit(share)[parent].requires_grad_()
        return True

    def drawn(self, count: int, generator: Generator) -> Tensor:
        """Return graphs of 0 and 1 drawn with the probabilities, shape `(count, n, n)`."""
        with torch.no_grad():
            probability = self.probability().expand(count, -1, -1)
            return torch.bernoulli(probability, generator=generator)

    def relaxed(self, count: int, temperature: float, generator: Generator) -> Tensor:
        """Return drawn graphs that pass gradients on to the logits, shape `(count, n, n)`.

        In the forward pass they are 0 or 1. In the backward pass they are
        `sigmoid((log odds + noise) / temperature)` with logistic noise, the difference of two
        Gumbel variables.
        """
        probability = self.probability().expand(count, -1, -1)
        noise = torch.rand(probability.shape, generator=generator, device=probability.device)
        noise = torch.logit(noise, eps=1e-6)
        soft = torch.sigmoid((torch.logit(probability) + noise) / temperature)
        return (soft > 0.5).float() - soft.detach() + soft


def mean_gradient(network: Network, past: Tensor, graph: Tensor) -> Tensor:
    """Return the mean of `|d forecast / d past|`, shape `(n, n, max_lag)`.

    The axes are `[cause, effect, lag - 1]`. It reads at most 1024 windows, evenly spread. The
    probabilities take the place of a graph.
    """
    keep = torch.linspace(0, len(past) - 1, min(len(past), _READ)).long()
    inputs = past[keep.to(past.device)].requires_grad_()
    forecast = network(inputs, graph.expand(len(inputs), -1, -1)).sum(dim=0)
    rows = [
        torch.autograd.grad(each, inputs, retain_graph=True)[0].abs().mean(dim=0)
        for each in forecast
    ]
    return torch.stack(rows, dim=1)


def _between(first: float, last: float, done: float) -> float:
    """Return the point of a geometric path from `first` to `last`."""
    return float(first * (last / first) ** done)


def _set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def _step(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()
