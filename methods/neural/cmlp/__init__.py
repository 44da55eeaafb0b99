"""cMLP: neural Granger causality by a group penalty."""

from methods.neural.cmlp.method import CMLP

__all__ = ["CMLP"]
