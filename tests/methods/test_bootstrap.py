"""Resamples in blocks, and how often an edge is found again: by hand and against tigramite."""

import numpy as np
import pytest

from methods import (
    PCMCI,
    RPCMCI,
    VAR,
    DeclinedError,
    InputError,
    LaggedGraph,
    TimeSeries,
    VARLiNGAM,
    discover,
)
from methods.bootstrap import block_length, resample


def coupled(n_samples=300, strength=0.8, seed=0):
    """X0 -> X1 at lag 2, all else noise."""
    values = np.random.default_rng(seed).standard_normal((n_samples, 3))
    values[2:, 1] += strength * values[:-2, 0]
    return values


def numbered(*lengths):
    """Return segments whose first column numbers all rows; the second rounds to the segment."""
    ends = np.cumsum(lengths)
    rows = np.split(np.arange(float(ends[-1])), ends[:-1])
    return TimeSeries.from_segments(
        [np.column_stack([part, k + part % 2 / 10]) for k, part in enumerate(rows)]
    )


@pytest.mark.parametrize("lengths", [(500,), (200, 90, 12), (30, 30)])
def test_blocks_are_rows_in_a_row_of_one_segment_and_windows_are_as_many(lengths):
    series, max_lag = numbered(*lengths), 3
    windows = sum(length - max_lag for length in lengths)
    drawn = []
    for seed in range(20):
        again = resample(series, max_lag, np.random.default_rng(seed))
        found = sum(len(segment) - max_lag for segment in again.segments)
        assert windows - 1 <= found <= windows
        for segment in again.segments:
            assert (np.diff(segment[:, 0]) == 1).all()
            assert np.ptp(np.round(segment[:, 1])) == 0
            drawn.append(segment[max_lag:, 0])
    counts = np.bincount(np.concatenate(drawn).astype(int), minlength=sum(lengths))
    firsts = np.cumsum([0, *lengths[:-1]])
    never = {int(first) + k for first in firsts for k in range(max_lag)}
    assert set(np.flatnonzero(counts == 0)) >= never
    assert (counts > 0).sum() > 0.95 * windows


def test_blocks_are_long_enough_for_their_past_and_short_enough_to_be_several():
    assert block_length(8000, 1) == 20
    assert block_length(8000, 4) == 40
    assert block_length(100, 4) == 20
    assert block_length(20, 4) == 8


def test_labels_of_regimes_go_with_their_rows():
    values = coupled(200)
    series = TimeSeries.from_array(values, regimes=np.arange(200))
    again = resample(series, 2, np.random.default_rng(0))
    for segment, labels in zip(again.segments, again.regimes, strict=True):
        np.testing.assert_array_equal(segment, values[labels])


def test_frequency_is_the_share_of_resamples_that_select():
    series = TimeSeries.from_array(coupled())
    graph = discover(series, 2, VAR(alpha=0.2), seed=5, bootstrap=6)
    selected = []
    for k in range(6):
        rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(k,)))
        selected.append(VAR(alpha=0.2).discover(resample(series, 2, rng), max_lag=2).adjacency)
    frequency = graph.edge_statistics["frequency"]
    np.testing.assert_array_equal(frequency[:, :, 1:], np.mean(selected, axis=0)[:, :, 1:])
    assert np.isnan(frequency[:, :, 0]).all()
    assert frequency[0, 1, 2] == 1
    assert 0 < np.nanmin(frequency[:, :, 1:] + (frequency[:, :, 1:] == 0)) < 1
    plain = discover(series, 2, VAR(alpha=0.2), seed=5)
    np.testing.assert_array_equal(graph.scores, plain.scores)


def test_each_resample_hangs_on_the_seed_and_its_number_alone():
    import pandas as pd

    frame = pd.DataFrame(coupled(), columns=["a", "b", "c"])
    few, many, other = (
        discover(frame, 2, "var", alpha=0.3, seed=seed, bootstrap=n).edge_statistics["frequency"]
        for seed, n in ((0, 3), (0, 4), (1, 4))
    )
    added = np.round(4 * many - 3 * few, 9)[:, :, 1:]
    assert set(np.unique(added)) <= {0.0, 1.0}
    assert not np.array_equal(many, other, equal_nan=True)


def test_it_is_about_as_often_as_in_tigramite():
    from joblib import parallel_config
    from tigramite.data_processing import DataFrame
    from tigramite.independence_tests.parcorr import ParCorr
    from tigramite.pcmci import PCMCI as Tigramite

    values = coupled(300, strength=0.12, seed=3)
    search = Tigramite(DataFrame(values), ParCorr())
    with parallel_config("sequential"):  # starting processes takes far longer
        found = search.run_bootstrap_of(
            "run_pcmci",
            {"tau_min": 1, "tau_max": 2},
            boot_samples=40,
            boot_blocklength=block_length(298, 2),
            seed=1,
        )["boot_results"]["graph"]
    theirs = np.mean(found == "-->", axis=0)[:, :, 1:]
    graph = discover(TimeSeries.from_array(values), 2, PCMCI(), bootstrap=40)
    ours = graph.edge_statistics["frequency"][:, :, 1:]
    assert 0.2 < theirs[0, 1, 1] < 0.9
    assert np.abs(ours - theirs).max() < 0.3
    assert np.abs(ours - theirs).mean() < 0.1


def test_what_cannot_be_resampled_or_counted_is_declined():
    series = TimeSeries.from_array(coupled(100))
    with pytest.raises(DeclinedError, match="RPCMCI takes one segment"):
        discover(series, 1, RPCMCI(), bootstrap=2)
    with pytest.raises(DeclinedError, match="VARLiNGAM selects no edges"):
        discover(series, 1, VARLiNGAM(prune=False), bootstrap=2)
    with pytest.raises(InputError, match="bootstrap: expected at least 1 resample, found -1"):
        discover(series, 1, VAR(), bootstrap=-1)
    assert isinstance(discover(series, 1, VAR(), bootstrap=0), LaggedGraph)
