"""What may learn what the linear path leaves: one file per predictor, one interface."""

from __future__ import annotations

from torch import Generator

from methods.dot.inputs.linear_path import LinearPath
from methods.dot.inputs.screening import candidates
from methods.dot.inputs.sequences import Sequences
from methods.dot.predictors.parts import Predictor, Size
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.steps import Steps
from methods.dot.predictors.values import Values


def decoder(
    predictor: str,
    size: Size,
    n_candidates: int,
    sequences: Sequences,
    path: LinearPath,
    generator: Generator,
) -> Predictor:
    """Return the transformer of a name; see `Forecasting.build`.

    Parameters
    ----------
    predictor
        `values`, `steps` or `scalars`.
    size
        Its width, layers and heads.
    n_candidates
        Tokens per effect of `values`.
    sequences, path, generator
        See `Forecasting.build`.
    """
    if predictor == "values":
        return Values(candidates(sequences, path, n_candidates).cpu(), size, generator)
    inputs, effects = sequences.rows.shape[1], sequences.n_effects
    if predictor == "scalars":
        return Scalars(inputs, effects, sequences.max_lag, size, generator)
    return Steps(inputs, effects, sequences.max_lag, sequences.context, size, generator)
