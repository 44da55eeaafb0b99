import numpy as np
import pytest

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
