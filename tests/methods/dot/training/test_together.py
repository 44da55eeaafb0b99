import numpy as np
import pytest
import torch

from methods import TimeSeries
from methods.dot.training.plain import fit
from methods.dot.training.together import fit_together
from methods.dot.variants import DOTPaper


def parts(method, seed, steps):
    """Return a network, its data and its batches."""
    values = np.random.default_rng(seed).normal(size=(steps, 3))
    values[1:, 1] += (1 + seed) * values[:-1, 0]
    sequences = method.sequences(TimeSeries.from_array(values), 2)
    network = method.network(sequences, torch.Generator().manual_seed(seed))
    return network, sequences, torch.Generator().manual_seed(seed + 10)


@pytest.mark.parametrize("updates", [100, pytest.param(4000, marks=pytest.mark.slow)])
def test_networks_trained_together_are_those_trained_alone(updates):
    method = DOTPaper(width=8, heads=2, batch_size=32, updates=updates, device="cpu")
    sizes = [(0, 400), (1, 900)]
    alone = []
    for size in sizes:
        network, sequences, batches = parts(method, *size)
        alone.append(fit(network, sequences, method, batches))
    networks, data, batches = zip(*(parts(method, *size) for size in sizes), strict=True)
    together = fit_together(networks, data, method, batches)
    for one, other in zip(alone, together, strict=True):
        assert other.converged == one.converged == (updates > 100)
        assert other.error == pytest.approx(one.error, rel=0.02)
        if updates == 100:  # later on, rounding has grown
            for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
                assert theirs.numpy() == pytest.approx(mine.numpy(), abs=1e-3)
