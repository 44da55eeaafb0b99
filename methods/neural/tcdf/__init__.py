"""TCDF: dilated convolutions with attention over the causes."""

from methods.neural.tcdf.method import TCDF

__all__ = ["TCDF"]
