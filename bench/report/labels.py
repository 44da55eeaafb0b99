"""Words for people: what methods and kinds of system are called in a report.

Files of numbers keep the names that a command takes. A name that is not listed, such as that of
somebody's own method, is shown as it is, with spaces for underscores.
"""

from __future__ import annotations

METHODS = {
    "chronos": "Chronos-2",
    "cdnod": "CD-NOD",
    "causalformer": "CausalFormer",
    "cmlp": "cMLP",
    "cnn": "CNN",
    "correlation": "lagged correlation",
    "dot": "DOT",
    "dot_lpcmci": "DOT + LPCMCI",
    "dot_paper": "DOT as published",
    "dot_pcmciplus": "DOT + PCMCI+",
    "dynotears": "DYNOTEARS",
    "granger_multivariate": "Granger, multivariate",
    "granger_pairwise": "Granger, pairwise",
    "jpcmciplus": "J-PCMCI+",
    "lpcmci": "LPCMCI",
    "lstm": "LSTM",
    "mlp": "MLP",
    "nts_notears": "NTS-NOTEARS",
    "pc": "PC",
    "pcmci": "PCMCI",
    "pcmciplus": "PCMCI+",
    "rpcmci": "RPCMCI",
    "tcdf": "TCDF",
    "var": "VAR",
    "varlingam": "VARLiNGAM",
}
SYSTEMS = {
    "linear": "linear",
    "lorenz96": "Lorenz 96",
    "mlp_additive": "random networks, additive",
    "mlp_concat": "random networks, joint",
    "nonmonotonic": "non-monotonic",
    "regular": "five regimes",
    "extreme": "five regimes, extreme",
    "var": "VAR",
}


def method(name: str) -> str:
    """Return what a method is called; settings behind its name stay."""
    first, space, rest = name.partition(" ")
    return METHODS.get(first, first.replace("_", " ")) + space + rest


def system(name: str) -> str:
    """Return what a kind of system is called."""
    return SYSTEMS.get(name, name.replace("_", " "))
