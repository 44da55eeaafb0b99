"""Training the normalisation layers, and the node embeddings if there are any."""

from __future__ import annotations

import torch
from torch import Generator

from methods.chronos.forecaster import Forecaster
from methods.chronos.windows import Windows


def adapt(
    forecaster: Forecaster,
    windows: Windows,
    generator: Generator,
    *,
    updates: int,
    batch_size: int,
    learning_rate: float,
) -> None:
    """Run Adam on the model's own loss of the next step, over windows drawn at random.

    Only `Forecaster.adaptable` changes: a small share of the parameters, so few that training
    is not stopped early. Afterwards they are frozen again.
    """
    parameters = forecaster.adaptable()
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimiser = torch.optim.Adam(parameters, lr=learning_rate)
    targets = windows.train
    for _ in range(updates):
        drawn = torch.randint(len(targets), (batch_size,), generator=generator)
        loss = forecaster.loss(*windows.take(targets[drawn.to(targets.device)]))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    forecaster.requires_grad_(False)
