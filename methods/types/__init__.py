"""The types that all code shares: series, graph, method and their errors."""

from methods.types.graph import LaggedGraph, SummaryGraph
from methods.types.method import DeclinedError, Exact, Handles, Method, UnavailableError
from methods.types.series import TimeSeries

__all__ = [
    "DeclinedError",
    "Exact",
    "Handles",
    "LaggedGraph",
    "Method",
    "SummaryGraph",
    "TimeSeries",
    "UnavailableError",
]
