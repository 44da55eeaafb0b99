"""The level of a decision is that at which an end of the interval touches the nearer bound."""

import pytest
from scipy import stats

from bench.analysis.intervals import estimate
from bench.claims.decide import decide
from bench.config.claim import Claim

VALUES = [0.49, 0.5, 0.51]


@pytest.mark.parametrize(("bounds", "nearer"), [((0.1, 0.3), 0.3), ((0.7, 0.9), 0.7)])
def test_outside_of_two_bounds_the_nearer_one_decides(bounds, nearer):
    claim = Claim(metric="auprc", at_least=bounds[0], at_most=bounds[1])
    word, level = decide(claim, estimate(VALUES))
    assert word == "does not hold"
    assert level == pytest.approx(stats.ttest_1samp(VALUES, nearer).pvalue)


def test_within_two_bounds_the_nearer_one_decides():
    claim = Claim(metric="auprc", at_least=0.1, at_most=0.6)
    word, level = decide(claim, estimate(VALUES))
    assert (word, level) == ("holds", pytest.approx(stats.ttest_1samp(VALUES, 0.6).pvalue))
