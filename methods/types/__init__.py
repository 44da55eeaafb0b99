"""What a series, a graph and a method are."""

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
