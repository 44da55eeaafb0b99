"""Methods of causal discovery behind one interface; each adapter is one module.

`from methods import PCMCI, discover`: the classes and `discover` are imported when they are asked
for, so that nothing loads torch or tigramite that does not need it.
"""

import importlib
from typing import Any

from methods.types.errors import InputError
from methods.types.graph import LaggedGraph, SummaryGraph
from methods.types.method import DeclinedError, Handles, Method, UnavailableError
from methods.types.series import TimeSeries

__all__ = [
    "CDNOD",
    "CMLP",
    "CNN",
    "DOT",
    "DOTLPCMCI",
    "DYNOTEARS",
    "FCI",
    "JRNGC",
    "LPCMCI",
    "LSTM",
    "MLP",
    "NTSNOTEARS",
    "PC",
    "PCMCI",
    "RPCMCI",
    "TCDF",
    "VAR",
    "CUTSPlus",
    "CausalFormer",
    "Chronos",
    "Correlation",
    "DOTPCMCIPlus",
    "DOTPaper",
    "DeclinedError",
    "GrangerMultivariate",
    "GrangerPairwise",
    "Handles",
    "InputError",
    "JPCMCIPlus",
    "LaggedGraph",
    "Method",
    "PCMCIPlus",
    "Persistence",
    "Random",
    "Sortability",
    "SummaryGraph",
    "TimeSeries",
    "UnavailableError",
    "VARLiNGAM",
    "discover",
    "inspect",
]

_LAZY = {
    name: module
    for module, names in {
        "methods.chronos": ("Chronos",),
        "methods.dot": (
            "CNN",
            "DOT",
            "DOTLPCMCI",
            "DOTPCMCIPlus",
            "DOTPaper",
            "LSTM",
            "MLP",
        ),
        "methods.floors": (
            "Correlation",
            "Persistence",
            "Random",
            "Sortability",
        ),
        "methods.linear": (
            "DYNOTEARS",
            "GrangerMultivariate",
            "GrangerPairwise",
            "VAR",
            "VARLiNGAM",
        ),
        "methods.neural": (
            "CMLP",
            "CUTSPlus",
            "CausalFormer",
            "JRNGC",
            "NTSNOTEARS",
            "TCDF",
        ),
        "methods.pc": (
            "CDNOD",
            "FCI",
            "PC",
        ),
        "methods.pcmci": (
            "JPCMCIPlus",
            "LPCMCI",
            "PCMCI",
            "PCMCIPlus",
            "RPCMCI",
        ),
        "methods.discovery": ("discover",),
        "methods.inspection": ("inspect",),
    }.items()
    for name in names
}
"""The module of each name that is imported when it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
