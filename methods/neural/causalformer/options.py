"""The parameters of CausalFormer, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.errors import InputError
from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of CausalFormer.

    Parameters
    ----------
    window
        Steps of a window. It is raised to `max_lag + 1` if that is longer, and lowered to the
        shortest segment.
    width
        Size of the embedding, of queries and keys of all heads together, and of the feed-forward
        layer; a multiple of `heads`.
    heads
        Number of attention heads.
    temperature
        Divides the scores before the softmax.
    penalty
        Weight of the mean sizes of kernels and attention mask in the loss.
    epochs
        Largest number of passes over the windows. Training ends earlier after 10 epochs without a
        better validation error.
    batch_size
        Windows per step of Adam.
    learning_rate
        Step size of Adam, divided by 10 every 30 epochs.
    clusters, chosen
        Number of clusters, and number of the highest clusters that hold causes.
    device
        Where to train; `auto` takes a GPU if there is one.

    Raises
    ------
    ValueError
        If `width` is no multiple of `heads`, or `chosen` is not below `clusters`.
    """

    window: Annotated[int, Ge(2)] = 16
    width: Annotated[int, Ge(1)] = 256
    heads: Annotated[int, Ge(1)] = 4
    temperature: Annotated[float, Gt(0)] = 1.0
    penalty: Annotated[float, Ge(0)] = 1e-4
    epochs: Annotated[int, Ge(1)] = 30
    batch_size: Annotated[int, Ge(1)] = 32
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    clusters: Annotated[int, Ge(2)] = 2
    chosen: Annotated[int, Ge(1)] = 1
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise InputError(
                f"width: expected a multiple of heads = {self.heads}, found {self.width}"
            )
        if self.chosen >= self.clusters:
            raise InputError(
                f"chosen: expected less than clusters = {self.clusters}, found {self.chosen}"
            )
