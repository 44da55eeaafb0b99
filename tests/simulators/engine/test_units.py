import numpy as np
import pytest
from scipy.interpolate import BSpline

from simulators.engine import units
from simulators.engine.kernel import phi, run
from simulators.engine.units import Equation, Input, Unit, compile_program

Z = np.linspace(-30, 30, 6_001)
FUNCTIONS = {
    units.IDENTITY: Z,
    units.SOFTPLUS: np.logaddexp(0, Z) - np.log(2),
    units.WIGGLE: Z + np.sin(Z) / 2,
    units.LEAKY: np.where(Z > 0, Z, Z / 5),
    units.VEE: np.where(Z > 0, Z, -Z / 2),
    units.TANH: np.tanh(Z),
    units.COS: np.cos(Z),
    units.BUMP: 2 * np.exp(-(Z**2) / 2) - 1,
    units.STEP: np.where(Z > 0, 1.0, -1.0),
    units.SPLINE: np.nan_to_num(BSpline.basis_element(np.arange(-2, 3), extrapolate=False)(Z)),
    units.PULSE: Z * np.exp((1 - Z**2) / 2),
}


@pytest.mark.parametrize("code", FUNCTIONS)
def test_functions_and_their_bounds(code):
    values = np.array([phi(code, z) for z in Z])
    np.testing.assert_allclose(values, FUNCTIONS[code], atol=1e-12)
    if code in units.LIPSCHITZ:
        steepest = np.abs(np.diff(values) / np.diff(Z)).max()
        assert steepest == pytest.approx(units.LIPSCHITZ[code], rel=1e-3)
    else:
        assert np.abs(values).max() <= 1


def test_run_follows_the_equation():
    """Two regimes, a lag-0 edge against the column order, noise in a unit and in the scale."""
    first = [
        Equation((Unit(units.TANH, 0.7, (Input(1, 0, 1.5), Input(0, 2, -1.0)), 0.3),), (), 2.0),
        Equation((Unit(units.COS, 1.2, (Input(0, 1, 2.0),), 0.1, 0.4),), (), 0.0),
    ]
    second = [
        Equation((), (Unit(units.TANH, 0.5, (Input(1, 1, 1.0),)),), 1.0),
        Equation((Unit(units.IDENTITY, 1.0, (Input(1, 1, 0.5),)),), (), 1.0),
    ]
    eps = np.random.default_rng(0).standard_normal((40, 2))
    labels = np.arange(40) // 20
    x = eps.copy()
    run(compile_program([first, second]), x, labels, 2)
    y = eps.copy()
    for t in range(2, 40):
        if labels[t] == 0:
            y[t, 1] = 1.2 * np.cos(2 * y[t - 1, 0] + 0.4 * eps[t, 1] + 0.1)
            y[t, 0] = 0.7 * np.tanh(1.5 * y[t, 1] - y[t - 2, 0] + 0.3) + 2 * eps[t, 0]
        else:
            y[t, 0] = (1 + 0.5 * np.tanh(y[t - 1, 1])) * eps[t, 0]
            y[t, 1] = 0.5 * y[t - 1, 1] + eps[t, 1]
    np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


def test_factors_multiply_and_hidden_units_feed_the_next():
    product = (
        Unit(units.TANH, 1.0, (Input(0, 1, 1.5),), role=units.FACTOR),
        Unit(units.STEP, 1.0, (Input(1, 2, 1.0),), role=units.FACTOR),
        Unit(units.PULSE, 0.7, (Input(1, 1, 1.0),)),
    )
    network = (
        Unit(units.BUMP, 0.4, (Input(0, 1, 1.0), Input(1, 1, -2.0)), 0.1, role=units.HIDDEN),
        Unit(units.COS, -1.3, (Input(1, 2, 0.5),), role=units.HIDDEN),
        Unit(units.TANH, 0.9, (Input(0, 2, 0.3),), 0.2),
    )
    plain = (Unit(units.TANH, 0.5, (Input(0, 1, 1.0),)),)
    equations = [Equation((*product, *network, *plain), product, 1.0), Equation((), (), 1.0)]
    eps = np.random.default_rng(1).standard_normal((40, 2))
    x = eps.copy()
    run(compile_program([equations]), x, np.zeros(40, dtype=np.int64), 2)
    y = eps.copy()
    for t in range(2, 40):
        (a, b), (c, d) = y[t - 1], y[t - 2]
        times = 0.7 * np.tanh(1.5 * a) * np.sign(d) * b * np.exp((1 - b**2) / 2)
        inner = 0.4 * (2 * np.exp(-((a - 2 * b + 0.1) ** 2) / 2) - 1) - 1.3 * np.cos(0.5 * d)
        deep = 0.9 * np.tanh(inner + 0.3 * c + 0.2)
        y[t, 0] = times + deep + 0.5 * np.tanh(a) + (1 + times) * eps[t, 0]
    np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


def test_scaling_a_product_scales_it_once():
    chain = [
        Unit(units.TANH, 1.0, (Input(0, 1, 1.0),), role=units.FACTOR),
        Unit(units.TANH, 0.5, (Input(1, 1, 1.0),)),
    ]
    assert [unit.scaled(0.5).weight for unit in chain] == [1.0, 0.25]
