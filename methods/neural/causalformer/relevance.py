r"""Regression relevance propagation through the transformer of CausalFormer.

A layer passes the relevance of its output on to its inputs, in proportion to the share of each in
the output. Biases are left out. All layers after the convolutions map one number to one number and
pass on everything. The relevance `R` of a forecast thus arrives at the :math:`z_i(t)` of
`methods.neural.causalformer.network`. It is divided among the products that make up this sum:

.. math:: R\, c_{hjs}(t) / z_i(t), \quad
          c_{hjs}(t) = o_h A^h_{ij} \kappa^h_{ijs} x_j(t - s) / t .

With the same relevance for every step, shares are unbounded where z is near 0. Here
:math:`R = z_i(t)^2`, so that the shares are :math:`c_{hjs}(t) z_i(t)`. The relevance of an
attention is the sum of its products over lags and steps. The relevance of a lag of a kernel is its
product at the last step. Both are multiplied by the size of the gradient of the forecasts with
respect to the attention or the kernel. Only positive values count.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from methods.neural.causalformer.network import Network, unrolled
from methods.types.arrays import FloatArray

_CHUNK = 1_048_576  # numbers per tensor in one pass, which bounds memory


def relevance(network: Network, inputs: Tensor) -> tuple[FloatArray, FloatArray]:
    """Return the relevance of the attention and of the kernels.

    Parameters
    ----------
    network
        A trained network.
    inputs
        Windows, shape `(W, n, T)`.

    Returns
    -------
    attention, kernel
        Shapes `(n, n)` and `(n, n, T)`, as `[cause, effect, lag]`.
    """
    heads, n, _, length = network.kernel.shape
    attention = torch.zeros(n, n, device=inputs.device)
    kernel_share = torch.zeros_like(network.kernel)
    kernel_slope = torch.zeros_like(network.kernel)
    chunk = max(_CHUNK // (heads * n * n * length), 1)
    for part in torch.split(inputs, chunk):
        of_attention, share, slope = _of_part(network, part)
        attention += of_attention
        kernel_share += share
        kernel_slope += slope
    kernel = (kernel_share * kernel_slope.abs()).clamp(min=0).mean(dim=0)
    return tuple(  # type: ignore[return-value]
        found.detach().cpu().numpy().astype(np.float64).swapaxes(0, 1)
        for found in (attention / (heads * len(inputs)), kernel / len(inputs) ** 2)
    )


def _of_part(network: Network, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return sums over windows: attention relevance, kernel shares, kernel gradients."""
    attention, mixed, forecast = network(inputs)
    slope, at_mixed = torch.autograd.grad(forecast.sum(), (attention, mixed))
    with torch.no_grad():
        read, taps = unrolled(inputs), network.taps()
        values = torch.einsum("hijs,wjps->whijp", taps, read)
        share = attention * torch.einsum("whijp,wip->whij", values, mixed)
        of_attention = (share * slope.abs()).clamp(min=0).sum(dim=(0, 1))
        last = torch.einsum("whij,wjs->whijs", attention, read[:, :, 0])
        kernel_share = taps * torch.einsum("whijs,wi->hijs", last, mixed[:, :, 0])
        outer = network.heads_out[0, :, None, None, None]
        kernel_slope = outer * torch.einsum("whijs,wi->hijs", last, at_mixed[:, :, 0])
    return of_attention, kernel_share, kernel_slope
