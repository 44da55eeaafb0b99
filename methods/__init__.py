"""Methods of causal discovery behind one interface; each adapter is one module."""

from methods.base import DeclinedError, Handles, Method, UnavailableError
from methods.graph import LaggedGraph, SummaryGraph
from methods.series import TimeSeries

__all__ = [
    "DeclinedError",
    "Handles",
    "LaggedGraph",
    "Method",
    "SummaryGraph",
    "TimeSeries",
    "UnavailableError",
]
