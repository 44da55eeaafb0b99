"""JRNGC: Granger causality by a penalty on the input-output Jacobian."""

from methods.neural.jrngc.method import JRNGC

__all__ = ["JRNGC"]
