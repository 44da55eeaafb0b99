"""Training of CUTS+: the network and the edge probabilities in turns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn.functional import mse_loss

from methods.common.tensors import generator_of, windows
from methods.neural.cuts_plus.network import Network
from methods.types.series import TimeSeries

FloatArray = NDArray[np.float64]

_SPLIT_EVERY = 20  # epochs until each group of causes is split in two
_READ = 1024  # most windows whose gradients are averaged


class Schedule(NamedTuple):
    """A setting that moves geometrically from its first to its last value over the epochs."""

    first: float
    last: float

    def at(self, done: float) -> float:
        """Return the value where the share `done` of the epochs is over."""
        return float(self.first * (self.last / self.first) ** done)


_TEMPERATURE = Schedule(1.0, 0.1)  # of the relaxed graphs


def train(
    series: TimeSeries,
    max_lag: int,
    rng: np.random.Generator,
    *,
    epochs: int,
    batch_size: int,
    width: int,
    groups: int,
    sparsity: Schedule,
    learning_rate: Schedule,
    graph_rate: Schedule,
    device: str,
) -> tuple[FloatArray, FloatArray]:
    """Train network and graph in turns; the keywords are parameters of `CUTSPlus`.

    Returns
    -------
    probability, gradient
        The probability of each pair, shape `(n, n)` as `[cause, effect]`, and the mean absolute
        gradient at each lag, shape `(n, n, max_lag)` as `[cause, effect, lag - 1]`.
    """
    past, present = windows(series, max_lag, device)
    n = series.n_vars
    network = Network(n, width, generator_of(rng)).to(device)
    draws = generator_of(rng, device)
    graph = Graph(n, min(groups, n), device)
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate.first)
    mover = torch.optim.Adam([graph.logits], lr=graph_rate.first)
    for epoch in range(epochs):
        done = epoch / epochs
        if epoch and epoch % _SPLIT_EVERY == 0 and graph.split():
            mover = torch.optim.Adam([graph.logits])
        _set_rate(optimiser, learning_rate.at(done))
        _set_rate(mover, graph_rate.at(done))
        order = torch.randperm(len(past), generator=draws, device=device)
        batches = torch.split(order, batch_size)
        for batch in batches:
            graphs = graph.drawn(len(batch), draws)
            _step(optimiser, mse_loss(network(past[batch], graphs), present[batch]))
        for batch in batches:
            graphs = graph.relaxed(len(batch), _TEMPERATURE.at(done), draws)
            error = mse_loss(network(past[batch], graphs), present[batch])
            _step(mover, error + sparsity.at(done) * graph.probability().mean())
    probability = graph.probability().detach()
    gradient = mean_gradient(network, past, probability)
    return tuple(a.cpu().numpy().astype(np.float64) for a in (probability, gradient))  # type: ignore[return-value]


class Graph:
    """Probabilities of edges: logits `(groups, n)`, each for a run of neighbouring causes."""

    def __init__(self, n: int, groups: int, device: str) -> None:
        self.logits = torch.zeros(groups, n, device=device, requires_grad=True)

    def probability(self) -> Tensor:
        """Return the probability of each pair, shape `(n, n)`, as `[cause, effect]`."""
        groups, n = self.logits.shape
        member = torch.arange(n, device=self.logits.device) * groups // n
        return torch.sigmoid(self.logits)[member]

    def split(self) -> bool:
        """Split every group in two, and return whether there was one to split.

        The parts begin with the probability `1 - sqrt(1 - p)`, with which at least one of two
        has an edge with probability `p`.
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
        """Return drawn graphs that hand gradients on to the logits, shape `(count, n, n)`.

        Forward they are 0 or 1; backward they are `sigmoid((log odds + noise) / temperature)`
        with logistic noise, the difference of two of Gumbel's.
        """
        probability = self.probability().expand(count, -1, -1)
        noise = torch.rand(probability.shape, generator=generator, device=probability.device)
        noise = torch.logit(noise, eps=1e-6)
        soft = torch.sigmoid((torch.logit(probability) + noise) / temperature)
        return (soft > 0.5).float() - soft.detach() + soft


def mean_gradient(network: Network, past: Tensor, graph: Tensor) -> Tensor:
    """Return the mean of `|d forecast / d past|`, shape `(n, n, max_lag)` as `[cause, effect]`.

    At most 1024 windows, evenly spread, are read, with the probabilities in place of a graph.
    """
    keep = torch.linspace(0, len(past) - 1, min(len(past), _READ)).long()
    inputs = past[keep.to(past.device)].requires_grad_()
    forecast = network(inputs, graph.expand(len(inputs), -1, -1)).sum(dim=0)
    rows = [
        torch.autograd.grad(each, inputs, retain_graph=True)[0].abs().mean(dim=0)
        for each in forecast
    ]
    return torch.stack(rows, dim=1)


def _set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def _step(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()
