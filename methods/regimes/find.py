r"""Regimes of a series without labels: groups of steps that one forecaster forecasts best.

Blocks of steps are clustered by their attributions. Here these are the coefficients of linear
forecasters over the lagged window: of the values and, up to 300 features, of their sine and
cosine. Blocks are alike if they forecast each other well.

1. Start. Take the gradient of the log-likelihood of the forecaster of all steps with respect to
   its coefficients and its residual covariance, averaged over a block and measured in standard
   errors. This is a point per block. The leading principal components are clustered by Ward's
   method (1963, doi:10.1080/01621459.1963.10500845), whose criterion is to second order the
   log-likelihood lost by pooling. The clusters are too many on purpose. A second start clusters
   whole segments.
2. Number. The two groups that gain most by being pooled are pooled, until no two gain. The gain
   is the change of the evidence (see `evidence`), that is, how well every step is forecast from
   the earlier ones of its group, less a price for each switch from group to group.
3. Borders. Each step gets the label under which the series is most likely at that price (see
   `viterbi`). Then steps 2 and 3 are repeated until nothing changes.

Of the two starts the one with the higher evidence less switches is kept. So the number of
regimes, at most 24, is the one that forecasts the data best.

Three things limit this. Distributions that differ neither in the means given single lagged inputs
nor in the residual covariance are not told apart. Regimes too short to learn more than they cost
are not found. A variance that drifts slowly by itself is taken for regimes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.linalg import eigh

from methods.regimes.evidence import Forecaster
from methods.regimes.finder import Finder
from methods.regimes.steps import Steps
from methods.regimes.viterbi import best_path
from methods.types.arrays import FloatArray, IntArray
from methods.types.series import TimeSeries

_BLOCK = 50  # steps in a block at least, so that noise averages out
_MOST_BLOCKS = 1000
_MOST_NUMBERS = 20_000_000  # in the points of all blocks: 160 MB
_MOST_GROUPS = 24  # groups to begin with, and so the most regimes
_SWITCH = 20.0  # nats; a switch has to be nearly certain, so that chance stretches make none
_ROUNDS = 5  # most rounds of borders and merging


@dataclass(frozen=True, kw_only=True)
class Evidence(Finder):
    """Groups of steps that one linear forecaster forecasts best; see the module."""

    def find(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[IntArray, ...]:
        """Label every step with its regime; see `find_regimes`, which draws nothing."""
        return find_regimes(series, max_lag)


def find_regimes(series: TimeSeries, max_lag: int) -> tuple[IntArray, ...]:
    """Label every step with its regime; see the module.

    Parameters
    ----------
    series
        One or more segments; no window crosses their borders. Its own labels are not read.
    max_lag
        Length of the window (steps).

    Returns
    -------
    tuple of ndarray
        For each segment labels of shape `(T_k,)`, numbered from 0 in the order of their first
        step. The first `max_lag` steps of a segment have the label of the step after them. A
        series of more than 1,000 segments is taken as one regime.

    Raises
    ------
    ValueError
        If a segment has fewer than `max_lag + 2` rows.
    """
    series.require_rows(max_lag)
    if len(series.segments) > _MOST_BLOCKS:
        return tuple(np.zeros(len(segment), dtype=np.int64) for segment in series.segments)
    steps = Steps.of(series, max_lag)
    labels = max((_settle(steps, start) for start in _starts(steps)), key=lambda p: p[1])[0]
    segments = np.split(labels, np.cumsum(steps.lengths)[:-1])
    return tuple(np.pad(segment, (max_lag, 0), mode="edge") for segment in segments)


def _starts(steps: Steps) -> list[IntArray]:
    """Return labels of more groups than there are regimes: of blocks, and of whole segments."""
    total = int(steps.lengths.sum())
    (whole,) = steps.forecasters(np.zeros(total, dtype=np.int64))
    width = len(whole.moments)
    groups = min(_MOST_GROUPS, total // (2 * width))
    most = min(_MOST_BLOCKS, max(1, _MOST_NUMBERS // (width * steps.n_vars)))
    blocks = steps.blocks(max(_BLOCK, total // most))
    scores, sizes = zip(*((_score(whole, b), len(b)) for b in blocks), strict=True)
    points = np.stack(scores)
    of_blocks = np.repeat(_ward(points, groups), sizes)
    ends = np.searchsorted(np.cumsum(sizes), np.cumsum(steps.lengths))
    means = np.stack([part.mean(axis=0) for part in np.split(points, ends[:-1] + 1)])
    of_segments = np.repeat(_ward(means, groups), steps.lengths)
    return [of_blocks, of_segments]


def _settle(steps: Steps, labels: IntArray) -> tuple[IntArray, float]:
    """Merge groups and move their borders until nothing changes.

    Returns the labels, and the evidence of all groups less the price of the switches (nats).
    """
    labels, forecasters = _merge(steps, labels)
    for _ in range(_ROUNDS):
        before = labels
        if len(forecasters) > 1:
            labels, forecasters = _merge(steps, _borders(steps, forecasters))
        if np.array_equal(labels, before):
            break
    switches = _switches(labels, steps.lengths).sum() / 2
    return labels, sum(f.evidence for f in forecasters) - _SWITCH * float(switches)


def _score(whole: Forecaster, block: FloatArray) -> FloatArray:
    """Return the mean slope of the log-likelihood of a block, with equal errors everywhere."""
    white = whole.whitened(block)
    residual = white[:, -whole.effects :].copy()
    white[:, -whole.effects :] /= np.sqrt(2)  # a covariance enters twice
    score: FloatArray = (white.T @ residual).ravel() / len(block)
    return score


def _ward(points: FloatArray, groups: int) -> IntArray:
    """Return the group of each point of shape `(N, D)` by its leading `groups` components."""
    n = len(points)
    if min(n, groups) < 2:
        return np.zeros(n, dtype=np.int64)
    points = points - points.mean(axis=0)
    power, directions = eigh(points @ points.T, subset_by_index=[max(0, n - groups), n - 1])
    components = directions * np.sqrt(np.maximum(power, 0))
    return _in_order(fcluster(linkage(components, "ward"), groups, "maxclust"))


def _merge(steps: Steps, labels: IntArray) -> tuple[IntArray, list[Forecaster]]:
    """Pool groups while that gains; return the labels of the steps and their forecasters."""
    groups = dict(enumerate(steps.forecasters(labels)))
    switches = _switches(labels, steps.lengths)

    def gain(a: int, b: int) -> float:
        pooled = groups[a].pooled(groups[b]).evidence
        alone = groups[a].evidence + groups[b].evidence
        return pooled - alone + _SWITCH * float(switches[a, b])

    gains = {pair: gain(*pair) for pair in itertools.combinations(groups, 2)}
    while gains and max(gains.values()) > 0:
        a, b = max(gains, key=gains.__getitem__)
        groups[a] = groups[a].pooled(groups.pop(b))
        labels = np.where(labels == b, a, labels)
        switches[a] += switches[b]
        switches[:, a] += switches[:, b]
        gains = {pair: old for pair, old in gains.items() if b not in pair}
        gains |= {pair: gain(*pair) for pair in gains if a in pair}
    firsts = labels[np.sort(np.unique(labels, return_index=True)[1])]
    return _in_order(labels), [groups[label] for label in firsts]


def _switches(labels: IntArray, lengths: IntArray) -> FloatArray:
    """Count the switches between each two labels within segments, either way."""
    inside = np.ones(len(labels), dtype=bool)
    inside[np.cumsum(lengths) - 1] = False
    (before,) = np.nonzero(inside)
    counts = np.zeros((int(labels.max()) + 1,) * 2)
    np.add.at(counts, (labels[before], labels[before + 1]), 1.0)
    np.fill_diagonal(counts, 0.0)
    return counts + counts.T


def _borders(steps: Steps, forecasters: list[Forecaster]) -> IntArray:
    """Return the best label of every step under the forecasters."""
    gains = np.concatenate(
        [
            np.stack([forecaster.log_likelihood(block) for forecaster in forecasters], axis=1)
            for block in steps.blocks()
        ]
    )
    segments = np.split(gains, np.cumsum(steps.lengths)[:-1])
    return _in_order(np.concatenate([best_path(segment, _SWITCH) for segment in segments]))


def _in_order(labels: IntArray) -> IntArray:
    """Renumber labels from 0 in the order of their first step."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[inverse].astype(np.int64)
