"""The parameters of CMLP, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of CMLP.

    Parameters
    ----------
    hidden
        Hidden units of each network.
    penalty
        Weight of the group lasso. A larger weight selects fewer edges.
    ridge
        Weight of the squared output weights.
    iterations
        Largest number of steps; each takes all windows.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    hidden: Annotated[int, Ge(1)] = 100
    penalty: Annotated[float, Gt(0)] = 0.002
    ridge: Annotated[float, Ge(0)] = 0.01
    iterations: Annotated[int, Ge(1)] = 50_000
    device: Literal["auto", "cpu", "cuda"] = "auto"
