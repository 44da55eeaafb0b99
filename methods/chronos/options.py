"""The parameters of Chronos, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of Chronos.

    Parameters
    ----------
    checkpoint
        Folder with a Chronos-2 model as `save_pretrained` writes it, or the name of one in the
        local cache of the Hugging Face hub. `hf download NAME` puts it there.
    adaptation
        `none` keeps the weights as they are. `norm` trains the scales of the normalisation layers,
        and the node embeddings if there are any, on the series.
    node_embeddings
        Whether to add a vector per variable to its tokens, so that the model can tell variables
        apart. Without training the vectors stay random.
    context
        Past that a forecast sees (steps). It is raised to `max_lag` if that is longer. It is
        lowered to what the checkpoint and the longest segment allow. Shorter segments are left
        out.
    updates
        Optimiser steps of the training.
    batch_size
        Windows per update, each of `context` steps of all variables.
    learning_rate
        Step size of Adam.
    in_degree
        Edges that the decision keeps per effect.
    device
        Where to compute; `auto` takes a GPU if there is one.
    """

    checkpoint: str = "amazon/chronos-2"
    adaptation: Literal["none", "norm"] = "norm"
    node_embeddings: bool = True
    context: Annotated[int, Ge(2)] = 512
    updates: Annotated[int, Ge(1)] = 200
    batch_size: Annotated[int, Ge(1)] = 8
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 1e-3
    in_degree: Annotated[int, Ge(1)] = 3
    device: Literal["auto", "cpu", "cuda"] = "auto"
