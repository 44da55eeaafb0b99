"""How strongly each forecast depends on each lagged input: one interface to every rule.

A rule maps a model and sequences to one number per part, effect, sample, lag and input. These
numbers are averaged over samples without their sign, since an even function would vanish. `Rule`
names the two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from methods.dot.attribution.attention import attention, attention_rollout
from methods.dot.attribution.gradients import gradient, score
from methods.dot.attribution.intervention import intervention
from methods.dot.attribution.ranks import EdgeRanks
from methods.dot.attribution.relevance import lrp, lrp_cp
from methods.dot.attribution.times_input import gradient_x_input, integrated_gradients
from methods.dot.inputs.sequences import Sequences
from methods.dot.options import Kind
from methods.dot.training.model import Forecaster
from methods.types.arrays import FloatArray

_SAMPLES = 256  # most samples to average over
_FEWEST_SAMPLES = 32
_ALL_SAMPLES = 2**26  # most inputs of all effects and samples, which keeps large graphs cheap
_NUMBERS = 2**22  # most numbers that one copy of a chunk per effect may hold


class Rule(NamedTuple):
    """How a rule is aggregated.

    Parameters
    ----------
    of
        Maps a model and sequences `(S, context, n_inputs)` to `(parts, n_effects, S, max_lag,
        n_inputs)`, the lag axis from lag 1.
    energy
        True for the root of the mean square, summed over parts; False for the mean absolute
        value.
    per_unit
        True where the number is per unit of the input. Then inputs compare only after
        `readout.in_conditional_standard_deviations`.
    """

    of: Callable[[Forecaster, Tensor], Tensor]
    energy: bool = False
    per_unit: bool = True


RULES: dict[Kind, Rule] = {
    "gradient": Rule(gradient),
    "gradient_energy": Rule(gradient, energy=True),
    "score_energy": Rule(score, energy=True),
    "gradient_x_input": Rule(gradient_x_input, per_unit=False),
    "integrated_gradients": Rule(integrated_gradients, per_unit=False),
    "lrp": Rule(lrp, per_unit=False),
    "lrp_cp": Rule(lrp_cp, per_unit=False),
    "attention": Rule(attention, per_unit=False),
    "attention_rollout": Rule(attention_rollout, per_unit=False),
    "intervention": Rule(intervention, per_unit=False),
}


class Attribution(NamedTuple):
    """Attributions aggregated over samples.

    Parameters
    ----------
    scores
        Shape `(n_inputs, n_effects, max_lag)`, `[input, effect, lag - 1]`; negative where models
        disagree.
    ranks
        The ranks of the inputs of an effect in single samples.
    """

    scores: FloatArray
    ranks: EdgeRanks


def attribute(models: Sequence[Forecaster], sequences: Sequences, kind: Kind) -> Attribution:
    r"""Aggregate a rule over samples spread evenly over the series, and over models.

    Let :math:`A^m` be the attribution of model `m` in one sample.

    - Mean absolute: :math:`E\,|\bar A|`, with the mean over models inside.
    - Energy: :math:`\mathrm{sign}(e) \sqrt{|e|}` of :math:`e = E \sum_{parts} A^m A^{m'}`,
      averaged over pairs of models. It measures the agreement of models: noise that one model
      has fitted adds to its own energy :math:`E (A^m)^2`, but not to this. A single model is
      scored by its own energy.

    Samples see the context of training, and only the forecast at the end of a sequence is read,
    because positions of one sequence interact.

    Parameters
    ----------
    models
        Trained models with frozen parameters.
    sequences
        The data, whose targets are the samples.
    kind
        Name of the rule.
    """
    rule = RULES[kind]
    chosen = sequences.targets
    per_sample = sequences.context * sequences.rows.shape[1] * sequences.n_effects
    samples = min(len(chosen), _SAMPLES, max(_ALL_SAMPLES // per_sample, _FEWEST_SAMPLES))
    spread = torch.linspace(0, len(chosen) - 1, samples).long()
    starts = chosen[spread.to(chosen.device)] - sequences.context
    total, ranks = None, EdgeRanks(samples)
    # Where each token attends to each, memory grows with the number of tokens per input as well.
    tokens = getattr(models[0].predictor, "tokens", 1)
    for part in torch.split(starts, max(_NUMBERS // (per_sample * tokens), 1)):
        inputs = sequences.take(part)[0]
        each = [rule.of(model, inputs) for model in models]
        size = _agreement(each) if rule.energy else torch.stack(each).mean(0).abs().sum(0)
        summed = size.double().sum(dim=1)
        total = summed if total is None else total + summed
        ranks.add(size)
    assert total is not None
    mean = (total / len(starts)).permute(2, 0, 1).cpu().numpy()
    if rule.energy:
        mean = np.sign(mean) * np.sqrt(np.abs(mean))
    return Attribution(mean, ranks)


def _agreement(each: list[Tensor]) -> Tensor:
    """Return the mean product over pairs of models, summed over parts."""
    if len(each) == 1:
        return each[0].square().sum(dim=0)
    stacked = torch.stack(each)
    pairs = stacked.sum(dim=0).square() - stacked.square().sum(dim=0)
    return pairs.sum(dim=0) / (len(each) * (len(each) - 1))
