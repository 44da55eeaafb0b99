"""Ranks are checked against published ones."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.analysis.ranks import average_ranks


def by_point(scores):
    """Return scores with one condition for each kind of system."""
    names = ["point", "condition"]
    return scores.set_axis(pd.MultiIndex.from_arrays([scores.index] * 2, names=names))


def test_ranks_of_a_published_example():
    # Demsar 2006, table 6: four variants of C4.5 on 14 data sets (AUC); average ranks 3.143,
    # 2.000, 2.893 and 1.964.
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
    ranks = average_ranks(by_point(pd.DataFrame({"plain": plain, "m": m, "cf": cf, "both": both})))
    assert ranks.average["plain"] == pytest.approx(3.143, abs=1e-3)
    assert ranks.average["m"] == pytest.approx(2.000, abs=1e-3)
    assert ranks.average["cf"] == pytest.approx(2.893, abs=1e-3)
    assert ranks.average["both"] == pytest.approx(1.964, abs=1e-3)
    assert list(ranks.average.index) == ["both", "m", "cf", "plain"]
    assert ranks.groups() == [["both", "m", "cf", "plain"]]


def test_pairs_are_wilcoxons_with_holms_correction():
    rng = np.random.default_rng(1)
    scores = pd.DataFrame(rng.random((12, 3)) + np.array([0.6, 0.3, 0.0]), columns=["a", "b", "c"])
    pairs = average_ranks(by_point(scores)).pairs
    raw = {
        (i, j): stats.wilcoxon(scores[i], scores[j]).pvalue
        for i, j in (("a", "b"), ("a", "c"), ("b", "c"))
    }
    least, middle, most = sorted(raw, key=raw.get)
    assert pairs.loc[least] == pytest.approx(3 * raw[least])
    assert pairs.loc[middle] == pytest.approx(max(2 * raw[middle], 3 * raw[least]))
    assert pairs.loc[most] >= pairs.loc[middle]
    assert pairs.loc[least] == pairs.loc[least[::-1]]


def test_another_method_does_not_decide_whether_two_differ():
    """Nemenyi's test goes by who else is ranked; here it is their number alone."""
    rng = np.random.default_rng(2)
    scores = pd.DataFrame(rng.random((12, 2)), columns=["a", "b"])
    between = scores.assign(c=scores.mean(axis=1))
    far = scores.assign(c=9.0)
    one, other = (average_ranks(by_point(s)) for s in (between, far))
    raw = stats.wilcoxon(scores["a"], scores["b"]).pvalue
    for ranks in (one, other):
        assert raw <= ranks.pairs.loc["a", "b"] <= 3 * raw + 1e-12


def test_a_group_holds_no_two_methods_that_differ():
    rows = [{"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}] * 8
    jitter = np.random.default_rng(0).normal(0, 1e-3, (8, 4))
    ranks = average_ranks(by_point(pd.DataFrame(rows) + jitter))
    assert ranks.groups() == []  # each of the six pairs has 6 * 2 / 2**8
    assert ranks.pairs.loc["a", "b"] == pytest.approx(6 * 2 / 2**8)
    assert ranks.p_value < 0.001
    few = average_ranks(by_point((pd.DataFrame(rows) + jitter).head(4)))
    assert few.groups() == [["a", "b", "c", "d"]]  # four systems show nothing


def test_the_lengths_of_a_system_are_one_value():
    index = pd.MultiIndex.from_tuples(
        [("p", "short"), ("p", "long"), ("q", "short")], names=["point", "condition"]
    )
    scores = pd.DataFrame({"a": [0.9, 0.2, 0.8], "b": [0.4, 0.5, 0.1]}, index)
    ranks = average_ranks(scores)
    assert (ranks.n_points, ranks.n_conditions) == (2, 3)
    assert dict(ranks.average) == {"a": 1.0, "b": 2.0}


def test_systems_without_a_score_are_no_part_of_the_ranks():
    scores = by_point(pd.DataFrame({"a": [0.9, 0.8, 0.1], "b": [0.5, 0.4, np.nan]}))
    ranks = average_ranks(scores)
    assert ranks.n_points == 2
    assert dict(ranks.average) == {"a": 1.0, "b": 2.0}
    assert average_ranks(scores.tail(2)).groups() == []
