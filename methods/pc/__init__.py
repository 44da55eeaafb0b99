"""The constraint-based searches of causal-learn, on the lag-unrolled series."""

from methods.pc.cdnod import CDNOD
from methods.pc.fci import FCI
from methods.pc.pc import PC

__all__ = ["CDNOD", "FCI", "PC"]
