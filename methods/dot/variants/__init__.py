"""The method as published, other networks, and feature screening by DOT for tigramite."""

from methods.dot.variants.networks import CNN, LSTM, MLP
from methods.dot.variants.paper import DOTPaper
from methods.dot.variants.screened import DOTLPCMCI, DOTPCMCIPlus

__all__ = ["CNN", "DOTLPCMCI", "LSTM", "MLP", "DOTPCMCIPlus", "DOTPaper"]
