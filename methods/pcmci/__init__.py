"""The PCMCI family of tigramite."""

from methods.pcmci.jpcmciplus import JPCMCIPlus
from methods.pcmci.lpcmci import LPCMCI
from methods.pcmci.pcmci import PCMCI
from methods.pcmci.pcmciplus import PCMCIPlus
from methods.pcmci.rpcmci import RPCMCI

__all__ = ["LPCMCI", "PCMCI", "RPCMCI", "JPCMCIPlus", "PCMCIPlus"]
