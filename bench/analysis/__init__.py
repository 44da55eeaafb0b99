"""From records to tidy rows, intervals, ranks and comparisons."""

from bench.analysis.experiment import ExperimentResults, experiment_results
from bench.analysis.intervals import Estimate, estimate
from bench.analysis.leaderboard import Leaderboard, make_leaderboard

__all__ = [
    "Estimate",
    "ExperimentResults",
    "Leaderboard",
    "estimate",
    "experiment_results",
    "make_leaderboard",
]
