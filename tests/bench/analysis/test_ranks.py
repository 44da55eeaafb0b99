"""Ranks are checked against published ones."""

import numpy as np
import pandas as pd
import pytest

from bench.analysis.ranks import average_ranks


def test_ranks_of_a_published_example():
    # Demsar 2006, table 6: four variants of C4.5 on 14 data sets (AUC); average ranks 3.143,
    # 2.000, 2.893 and 1.964. Two differ at 5 % from 2.569 sqrt(4 5 / (6 14)) = 1.25 on.
    # On one set cf and both are printed as 0.975 and ranked apart; the fourth digit is ours.
    plain = [
        0.763,
        0.599,
        0.954,
        0.628,
        0.882,
        0.936,
        0.661,
        0.583,
        0.775,
        1.000,
        0.940,
        0.619,
        0.972,
        0.957,
    ]
    m = [
        0.768,
        0.591,
        0.971,
        0.661,
        0.888,
        0.931,
        0.668,
        0.583,
        0.838,
        1.000,
        0.962,
        0.666,
        0.981,
        0.978,
    ]
    cf = [
        0.771,
        0.590,
        0.968,
        0.654,
        0.886,
        0.916,
        0.609,
        0.563,
        0.866,
        1.000,
        0.965,
        0.614,
        0.9751,
        0.946,
    ]
    both = [
        0.798,
        0.569,
        0.967,
        0.657,
        0.898,
        0.931,
        0.685,
        0.625,
        0.875,
        1.000,
        0.962,
        0.669,
        0.975,
        0.970,
    ]
    ranks = average_ranks(pd.DataFrame({"plain": plain, "m": m, "cf": cf, "both": both}))
    assert ranks.average["plain"] == pytest.approx(3.143, abs=1e-3)
    assert ranks.average["m"] == pytest.approx(2.000, abs=1e-3)
    assert ranks.average["cf"] == pytest.approx(2.893, abs=1e-3)
    assert ranks.average["both"] == pytest.approx(1.964, abs=1e-3)
    assert list(ranks.average.index) == ["both", "m", "cf", "plain"]
    assert ranks.groups() == [["both", "m", "cf", "plain"]]


def test_groups_overlap_where_ranks_do():
    rows = [{"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}] * 8
    ranks = average_ranks(pd.DataFrame(rows))
    assert ranks.groups() == [["a", "b"], ["b", "c"], ["c", "d"]]
    assert ranks.p_value < 0.001


def test_systems_without_a_score_are_no_part_of_the_ranks():
    scores = pd.DataFrame({"a": [0.9, 0.8, 0.1], "b": [0.5, 0.4, np.nan]})
    ranks = average_ranks(scores)
    assert ranks.n_systems == 2
    assert dict(ranks.average) == {"a": 1.0, "b": 2.0}
    assert average_ranks(scores.tail(2)).groups() == []
