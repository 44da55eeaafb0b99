r"""Operations of a predictor that relevance may be propagated through, and attention read from.

Outside the contexts at the end they are what their names say. Within `propagating` their
values stay the same, but their gradients are those of layer-wise relevance propagation: with the
linear maps and sums between them left as they are, the gradient times a quantity is the
relevance of that quantity (Arras et al., 2025, arXiv 2502.15886). The rules:

- `lrp`: AttnLRP (Achtibat et al., 2024, arXiv 2402.05602). Norms and the share that a GELU lets
  through are held constant (their identity rule), the relevance of a product is shared out
  equally among its factors (their uniform rule), and a softmax has its own gradient.
- `lrp_cp`: attention weights and gates are held constant too, so that relevance passes through
  values alone (Ali et al., 2022, arXiv 2202.07304; compared in arXiv 2510.18810). Without biases
  the relevance of the inputs then adds up to the forecast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Propagation = Literal["lrp", "lrp_cp"]

_propagation: ContextVar[Propagation | None] = ContextVar("propagation", default=None)
_record: ContextVar[list[Tensor] | None] = ContextVar("record", default=None)
_written_out: ContextVar[bool] = ContextVar("written_out", default=False)


def entering(values: Tensor, features: Tensor) -> Tensor:
    r"""Return the features `(..., F)` that a predictor makes of each of its inputs `(...)`.

    Each feature belongs to one input, which gets the sum of their relevances,
    :math:`\sum_f \phi_f\, \partial \mu / \partial \phi_f`. Within `propagating` the gradient at
    the values is this sum: the relevance itself, not yet to be multiplied by anything.
    """
    if _propagation.get() is None:
        return features
    return features.detach() * (1 + values - values.detach())[..., None]


def norm(tokens: Tensor, weight: Tensor | None = None) -> Tensor:
    """Return the layer norm over the last axis."""
    if _propagation.get() is None:
        return F.layer_norm(tokens, tokens.shape[-1:], weight)
    centred = tokens - tokens.mean(dim=-1, keepdim=True)
    normed = centred * (centred.square().mean(dim=-1, keepdim=True) + 1e-5).rsqrt().detach()
    return normed if weight is None else normed * weight


def gelu(values: Tensor) -> Tensor:
    """Return the Gaussian error linear unit in its tanh form."""
    if _propagation.get() is None:
        return F.gelu(values, approximate="tanh")
    inner = math.sqrt(2 / math.pi) * (values + 0.044715 * values**3)
    return values * (0.5 * (1 + torch.tanh(inner))).detach()


def softmax(logits: Tensor, dim: int) -> Tensor:
    """Return attention weights over the axis `dim`, noted down within `recording`."""
    weights = logits.softmax(dim=dim)
    record = _record.get()
    if record is not None:
        record.append(weights)
    return weights


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    r"""Return :math:`\mathrm{softmax}(q k^T / \sqrt d + m)\, v` over the last two axes.

    It is the library's own, which takes half the time, where no rule and no record asks for the
    weights and nothing needs it written out.
    """
    own = _propagation.get() is None and _record.get() is None and not _written_out.get()
    if own:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    query, key = factors(query, key)
    weights = softmax(query @ key.mT / math.sqrt(query.shape[-1]) + mask, dim=-1)
    weights, value = factors(weights, value)
    return weights @ value


def factors(weights: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Return the two factors of a product: query and key, weights and values, gate and values."""
    propagation = _propagation.get()
    if propagation is None:
        return weights, values
    if propagation == "lrp_cp":
        return weights.detach(), values
    return (weights + weights.detach()) / 2, (values + values.detach()) / 2


@contextmanager
def propagating(rule: Propagation) -> Iterator[None]:
    """Give the operations the gradients of a rule; see the module."""
    token = _propagation.set(rule)
    try:
        yield
    finally:
        _propagation.reset(token)


@contextmanager
def written_out() -> Iterator[None]:
    """Write attention out as matrix products, which `torch.func.vmap` can batch."""
    token = _written_out.set(True)
    try:
        yield
    finally:
        _written_out.reset(token)


@contextmanager
def recording() -> Iterator[list[Tensor]]:
    """Collect the attention weights of each layer, in order."""
    record: list[Tensor] = []
    token = _record.set(record)
    try:
        yield record
    finally:
        _record.reset(token)
