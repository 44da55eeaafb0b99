"""Methods of causal discovery behind one interface; each adapter is one module."""

from methods.types.errors import InputError
from methods.types.graph import LaggedGraph, SummaryGraph
from methods.types.method import DeclinedError, Handles, Method, UnavailableError
from methods.types.series import TimeSeries

__all__ = [
    "DeclinedError",
    "Handles",
    "InputError",
    "LaggedGraph",
    "Method",
    "SummaryGraph",
    "TimeSeries",
    "UnavailableError",
]
