"""The parameters of TCDF, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of TCDF.

    Parameters
    ----------
    epochs
        Steps of Adam, each over all windows.
    learning_rate
        Step size of Adam.
    significance
        Largest share of the gain of training (0 to 1) that may remain when a cause is shuffled.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    epochs: Annotated[int, Ge(1)] = 1000
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    significance: Annotated[float, Gt(0), Lt(1)] = 0.8
    device: Literal["auto", "cpu", "cuda"] = "auto"
