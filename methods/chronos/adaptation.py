"""Training the normalisation layers, and the node embeddings if there are any."""

from __future__ import annotations

import torch
from torch import Generator

from methods.chronos.forecaster import Forecaster
from methods.chronos.options import Options
from methods.chronos.windows import Windows


def adapt(
    forecaster: Forecaster, windows: Windows, options: Options, generator: Generator
) -> None:
    """Train with Adam on the model's own loss of the next step, over windows drawn at random.

    Only `Forecaster.adaptable` changes. These are a small share of the parameters, so training
    needs no early stopping. Afterwards they are frozen again.
    """
    parameters = forecaster.adaptable()
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimiser = torch.optim.Adam(parameters, lr=options.learning_rate)
    targets = windows.train
    for _ in range(options.updates):
        drawn = torch.randint(len(targets), (options.batch_size,), generator=generator)
        loss = forecaster.loss(*windows.take(targets[drawn.to(targets.device)]))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    forecaster.requires_grad_(False)
