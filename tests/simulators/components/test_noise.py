import numpy as np
import pytest
from scipy import stats

from simulators.components.noise import DISTRIBUTIONS, Noise, draw_noise

LAW_OF = {
    "gaussian": stats.norm(),
    "uniform": stats.uniform(-np.sqrt(3), 2 * np.sqrt(3)),
    "laplace": stats.laplace(scale=np.sqrt(0.5)),
    "student_t": stats.t(5, scale=np.sqrt(3 / 5)),
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_law_is_standardised_and_the_one_it_says(distribution):
    assert LAW_OF[distribution].var() == pytest.approx(1)
    x = draw_noise((distribution,), 50_000, 1)[:, 0]
    assert stats.kstest(x, LAW_OF[distribution].cdf).pvalue > 1e-3
    assert np.var(x) == pytest.approx(1, abs=0.04)


def test_mixed_uses_all_three_laws():
    assert set(Noise(kind="mixed").distributions(40, 0)) == {"gaussian", "uniform", "laplace"}


@pytest.mark.parametrize(("kind", "factor"), [("unequal_small", 1.5), ("unequal_large", 4.0)])
def test_unequal_scales_spread_within_their_factor(kind, factor):
    sds = Noise(kind=kind, scale=2.0).sds(400, 0)
    assert 2 / factor <= sds.min() < 2 / factor * 1.05
    assert 2 * factor / 1.05 < sds.max() <= 2 * factor


def test_variables_are_independent_and_shorter_is_a_prefix():
    distributions = ("gaussian", "laplace", "student_t", "uniform")
    long = draw_noise(distributions, 20_000, 4, "segment", 0)
    assert (draw_noise(distributions, 900, 4, "segment", 0) == long[:900]).all()
    assert (draw_noise(distributions[:2], 900, 4, "segment", 0) == long[:900, :2]).all()
    assert np.abs(np.corrcoef(long.T) - np.eye(4)).max() < 0.04
