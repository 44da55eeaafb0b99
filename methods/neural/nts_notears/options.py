"""The parameters of NTSNOTEARS, shared by its adapter and its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Options(Parameters):
    """The parameters of NTSNOTEARS.

    Parameters
    ----------
    filters
        Filters of each network.
    l1
        Weight of the absolute filter weights.
    l2
        Weight of the squared weights.
    threshold
        Smallest score of a selected edge.
    instantaneous
        Whether lag 0 is in the model; without it, only lags from 1 on are scored.
    device
        Where to compute the objective; `auto` takes a GPU if there is one.
    """

    filters: Annotated[int, Ge(1)] = 10
    l1: Annotated[float, Ge(0)] = 0.005
    l2: Annotated[float, Ge(0)] = 0.01
    threshold: Annotated[float, Gt(0)] = 0.3
    instantaneous: bool = True
    device: Literal["auto", "cpu", "cuda"] = "auto"
