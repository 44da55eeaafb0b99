import numpy as np
import pytest

from simulators.components.noise import Noise
from simulators.structural.simulator import Structural


def test_the_share_of_noise_is_what_the_true_equations_leave():
    """Linear with noise of variance 1: least squares on the true lags leaves just that."""
    sample = Structural().draw(3).generate(40_000)
    (x,) = sample.series.segments
    past = np.hstack([x[5 - lag : -lag] for lag in range(1, 6)])
    left = x[5:] - past @ np.linalg.lstsq(past, x[5:], rcond=None)[0]
    assert sample.properties["noise_share"] == pytest.approx(
        np.mean(left.var(axis=0) / x.var(axis=0)), rel=0.05
    )


def test_noise_on_what_is_observed_counts_as_well():
    plain, noisy = (
        Structural(observation_noise=sd).draw(3).generate(20_000).properties["noise_share"]
        for sd in (0.0, 1.0)
    )
    # The noise has the variance of the series: the share goes from s to (s + 1) / 2.
    assert noisy == pytest.approx((plain + 1) / 2, rel=0.03)


@pytest.mark.parametrize("kind", ["gaussian", "heteroscedastic"])
def test_no_forecast_can_be_better_than_the_share_says(kind):
    sample = Structural(noise=Noise(kind=kind)).draw(0).generate(2_000)
    assert 0 < sample.properties["noise_share"] < 1
