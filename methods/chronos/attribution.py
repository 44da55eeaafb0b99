"""Attribution of each forecast to each lagged input, and the forecast error."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.chronos.forecaster import Forecaster
from methods.chronos.windows import Windows
from methods.types.method import DeclinedError

_WINDOWS = 64  # largest number of windows to average over
_SERIES = 256  # largest number of variables times windows in one pass, which bounds memory


def attribute(forecaster: Forecaster, windows: Windows, max_lag: int) -> NDArray[np.float64]:
    r"""Return the mean absolute gradients of the forecasts, in standardised units.

    The mean :math:`S_{ijl} = E\,|\partial \hat x_{j,t} / \partial x_{i,t-l}|` is over windows
    spread evenly over the series.

    It is the whole derivative. The model scales each variable of a window by its mean and spread
    over the context. Moving one input therefore also moves all inputs of that variable a little.
    For a self-edge it moves the forecast itself as well. This adds a floor of the order of one
    over the context to all lags of a variable alike. The floor is no dependence of its own, and a
    longer context lowers it.

    A window in which a variable is constant is left out, because its spread has no derivative.

    Returns
    -------
    ndarray
        Shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`.

    Raises
    ------
    DeclinedError
        If a variable is constant in each of these windows.
    """
    n = windows.rows.shape[1]
    total, samples = torch.zeros(n, n, max_lag, dtype=torch.float64), 0
    for at in _chunks(windows.targets, n):
        contexts, _ = windows.take(at)
        moves = (contexts != contexts[:, :1]).any(dim=1).all(dim=1)
        inputs = contexts[moves].requires_grad_()
        samples += len(inputs)
        if not len(inputs):
            continue
        forecasts = forecaster(inputs).sum(dim=0)
        for effect in range(n):
            (gradients,) = torch.autograd.grad(forecasts[effect], inputs, retain_graph=True)
            lagged = gradients[:, -max_lag:].flip(1)
            total[:, effect] += lagged.abs().double().sum(dim=0).T.cpu()
    if not samples:
        raise DeclinedError(
            f"a variable is constant in every window of {windows.context} steps; set a longer "
            "context or leave that variable out"
        )
    return total.numpy() / samples


@torch.no_grad()
def forecast_error(forecaster: Forecaster, windows: Windows) -> float | None:
    """Return the mean squared error on test windows, or None if there are none.

    The rows are standardised, so the error is relative to the variance.
    """
    if not len(windows.test):
        return None
    errors = []
    for at in _chunks(windows.test, windows.rows.shape[1]):
        contexts, present = windows.take(at)
        errors.append((forecaster(contexts) - present).square())
    return float(torch.cat(errors).mean())


def _chunks(targets: Tensor, n_vars: int) -> tuple[Tensor, ...]:
    """Split targets spread evenly over all into batches that fit."""
    spread = torch.linspace(0, len(targets) - 1, min(len(targets), _WINDOWS), dtype=torch.float64)
    return torch.split(targets[spread.long().to(targets.device)], max(1, _SERIES // n_vars))
