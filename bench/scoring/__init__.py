"""Scoring a graph against the truth."""

from bench.scoring.scores import Score, score

__all__ = ["Score", "score"]
