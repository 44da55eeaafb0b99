"""CUTS+: a graph learned together with a message-passing forecaster."""

from methods.neural.cuts_plus.method import CUTSPlus

__all__ = ["CUTSPlus"]
