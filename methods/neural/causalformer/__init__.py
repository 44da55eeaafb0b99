"""CausalFormer: a transformer read by regression relevance propagation."""

from methods.neural.causalformer.method import CausalFormer

__all__ = ["CausalFormer"]
