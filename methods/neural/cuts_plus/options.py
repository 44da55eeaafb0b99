"""The parameters of CUTSPlus, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of CUTSPlus.

    Parameters
    ----------
    epochs
        Number of epochs; each trains the network, then the graph.
    batch_size
        Windows per step of Adam.
    width
        Size of the hidden state.
    groups
        Largest number of groups of causes at the start.
    sparsity, final_sparsity
        Weight of the mean probability in the loss at the first and the last epoch. In between it
        follows a geometric path, and so do the two learning rates.
    learning_rate, final_learning_rate
        Step size of Adam for the network at the first and the last epoch.
    graph_rate, final_graph_rate
        Step size of Adam for the logits of the probabilities at the first and the last epoch.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    epochs: Annotated[int, Ge(1)] = 64
    batch_size: Annotated[int, Ge(1)] = 128
    width: Annotated[int, Ge(1)] = 32
    groups: Annotated[int, Ge(1)] = 32
    sparsity: Annotated[float, Gt(0)] = 0.1
    final_sparsity: Annotated[float, Gt(0)] = 0.01
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    final_learning_rate: Annotated[float, Gt(0), Lt(1)] = 1e-3
    graph_rate: Annotated[float, Gt(0), Lt(1)] = 1e-3
    final_graph_rate: Annotated[float, Gt(0), Lt(1)] = 1e-4
    device: Literal["auto", "cpu", "cuda"] = "auto"
