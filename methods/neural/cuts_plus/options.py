"""The parameters of CUTSPlus, for its adapter and its network alike."""

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
        Turns of network and graph.
    batch_size
        Windows per step of Adam.
    width
        Size of the hidden state.
    groups
        Most groups of causes to begin with.
    sparsity, final_sparsity
        Weight of the mean probability in the loss at the first and the last epoch, which rates
        in between follow a geometric path; so do the next two pairs.
    learning_rate, final_learning_rate
        Step size of Adam for the network.
    graph_rate, final_graph_rate
        Step size of Adam for the logits of the probabilities.
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
