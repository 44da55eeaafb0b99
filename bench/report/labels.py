"""Words for people: what methods, systems, parameters and metrics are called in a report.

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
    "cuts_plus": "CUTS+",
    "dot": "DOT",
    "dot_lpcmci": "DOT + LPCMCI",
    "dot_paper": "DOT as published",
    "dot_pcmciplus": "DOT + PCMCI+",
    "dynotears": "DYNOTEARS",
    "granger_multivariate": "Granger, multivariate",
    "granger_pairwise": "Granger, pairwise",
    "jpcmciplus": "J-PCMCI+",
    "jrngc": "JRNGC",
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

METRICS = {
    "auprc": "AUPRC",
    "auroc": "AUROC",
    "cpu_seconds": "CPU seconds",
    "effect_r": "correlation with the true effects",
    "error": "forecast error",
    "f1 fair": "F1, fair protocol",
    "f1 paper": "F1, paper protocol",
    "f1@k": "F1 at k edges",
    "f1@own": "F1, own decision",
    "fdr@own": "false discoveries, own decision",
    "precision@k": "precision at k edges",
    "recall@k": "recall at k edges",
    "regimes:ari": "regimes, adjusted Rand index",
    "regimes:border_f1": "borders of regimes, F1",
    "regimes:border_precision": "borders of regimes, precision",
    "regimes:border_recall": "borders of regimes, recall",
    "regimes:n_error": "regimes, error of their number",
}
PARAMETERS = {
    "by": "ranked by",
    "coupling": "strength of effects",
    "find_regimes": "finds regimes",
    "forcing": "force",
    "in_degree": "causes per effect",
    "k": "edges k",
    "kind": "noise",
    "level": "heterogeneity",
    "max_lag": "largest lag",
    "mechanism": "functions",
    "min_effect": "smallest effect",
    "n_latent": "hidden variables",
    "n_regimes": "regimes",
    "n_samples": "steps",
    "n_vars": "variables",
    "regimes_known": "regimes known",
    "rule": "edges taken",
    "simulator": "system",
}
_VALUES = {"True": "yes", "False": "no", "-rank_sd": "steady rank"}


def method(name: str) -> str:
    """Return what a method is called, and its settings where names have some behind them."""
    first, *rest = name.split(" ")
    called = METHODS.get(first, _spaced(first))
    return ", ".join([called, *map(_setting, rest)])


def system(name: str) -> str:
    """Return what a kind of system is called."""
    return SYSTEMS.get(name, _spaced(name))


def metric(name: str) -> str:
    """Return what a metric is called."""
    return METRICS.get(name, name)


def experiment(name: str) -> str:
    """Return what an experiment is called."""
    return _spaced(name)


def parameter(name: str) -> str:
    """Return what a parameter is called, whose dotted name may be cut to its last part."""
    last = name.rpartition(".")[2]
    return PARAMETERS.get(last, _spaced(last))


def value(text: str) -> str:
    """Return what a value of a parameter or of an axis is called."""
    return _VALUES.get(text) or SYSTEMS.get(text) or _spaced(text)


def condition(simulator: str, axes: str) -> str:
    """Return what a point of a grid is called; `axes` is of `bench.config.cell.axes_text`."""
    return ", ".join(filter(None, (system(simulator), settings(axes))))


def settings(axes: str) -> str:
    """Return what the settings in a text of `bench.config.cell.axes_text` are called."""
    return ", ".join(map(_setting, axes.split()))


def panel(name: str) -> str:
    """Return what a panel of `bench.analysis.experiment.panel_of` is called."""
    return ", ".join(map(_setting, name.split(", ")))


def _setting(text: str) -> str:
    name, equals, found = text.partition("=")
    return f"{parameter(name)} {value(found)}" if equals else value(name)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
