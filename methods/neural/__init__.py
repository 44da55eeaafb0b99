"""Neural baselines, reimplemented from their papers."""

from methods.neural.causalformer import CausalFormer
from methods.neural.cmlp import CMLP
from methods.neural.cuts_plus import CUTSPlus
from methods.neural.jrngc import JRNGC
from methods.neural.nts_notears import NTSNOTEARS
from methods.neural.tcdf import TCDF

__all__ = ["CMLP", "JRNGC", "NTSNOTEARS", "TCDF", "CUTSPlus", "CausalFormer"]
