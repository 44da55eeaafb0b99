"""The parameters of JRNGC, for its adapter and its network alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of JRNGC.

    Parameters
    ----------
    hidden
        Hidden units.
    penalty
        Weight of the mean absolute Jacobian, summed over its entries.
    iterations
        Steps of Adam.
    batch_size
        Windows per step.
    learning_rate
        Step size of Adam.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    hidden: Annotated[int, Ge(1)] = 50
    penalty: Annotated[float, Ge(0)] = 0.003
    iterations: Annotated[int, Ge(1)] = 5000
    batch_size: Annotated[int, Ge(1)] = 128
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 1e-3
    device: Literal["auto", "cpu", "cuda"] = "auto"
