"""DOT, the transformer read by its gradients (arXiv 2601.05647), and its variants."""

from methods.dot.method import DOT
from methods.dot.variants import CNN, DOTLPCMCI, LSTM, MLP, DOTPaper, DOTPCMCIPlus

__all__ = ["CNN", "DOT", "DOTLPCMCI", "LSTM", "MLP", "DOTPCMCIPlus", "DOTPaper"]
