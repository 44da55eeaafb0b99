"""The decoder-only transformers by name."""

from __future__ import annotations

from typing import Literal

from torch import Generator

from methods.dot.inputs.linear_path import LinearPath
from methods.dot.inputs.screening import candidates
from methods.dot.inputs.sequences import Sequences
from methods.dot.predictors.parts import Predictor, Shape, Size
from methods.dot.predictors.steps import Steps
from methods.dot.predictors.values import Values


def decoder(
    kind: Literal["values", "steps"],
    size: Size,
    n_candidates: int,
    sequences: Sequences,
    path: LinearPath,
    generator: Generator,
) -> Predictor:
    """Return a transformer in the shape of the data, on the CPU, with fresh weights.

    Parameters
    ----------
    kind
        `values`, a token per candidate cause, or `steps`, a token per time step.
    size
        Size of the transformer.
    n_candidates
        Tokens per effect of `values`.
    sequences, path, generator
        See `methods.dot.pipeline.Pipeline.build`.
    """
    if kind == "values":
        chosen = candidates(sequences, path, n_candidates)
        return Values(chosen.cpu(), size, generator)
    return Steps(Shape.of(sequences), size, generator)
