"""Linear autoregressions, and graphs from their coefficients and tests."""

from methods.linear.dynotears import DYNOTEARS
from methods.linear.granger import GrangerMultivariate, GrangerPairwise
from methods.linear.var import VAR
from methods.linear.varlingam import VARLiNGAM

__all__ = ["DYNOTEARS", "VAR", "GrangerMultivariate", "GrangerPairwise", "VARLiNGAM"]
