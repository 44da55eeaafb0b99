"""Families of functions, evaluated by the kernel and compared with what their names promise."""

import numpy as np
import pytest
from scipy.interpolate import make_lsq_spline

from simulators.components.graphs import Edge
from simulators.engine.kernel import run
from simulators.engine.units import Equation, compile_program
from simulators.structural.mechanisms import MECHANISMS, Group
from simulators.structural.mechanisms.gaussian_process import LENGTHS
from simulators.structural.simulator import Structural

X = np.linspace(-2.9, 2.9, 2_001)
LEVELS = ("easy", "medium", "hard")
FAMILIES = ("gaussian_process", "spline", "product", "threshold", "random_network")


def drawn(name, n_parents, seed, difficulty, sds=None):
    """Return a function from parents, shape `(T, n_parents)`, to what they add, shape `(T,)`."""
    edges = tuple(Edge(cause, n_parents, 1) for cause in range(n_parents))
    sds = np.ones(n_parents + 1) if sds is None else sds
    units = MECHANISMS[name](Group(edges, sds, seed, 0, difficulty))
    program = compile_program([[Equation((), (), 1.0)] * n_parents + [Equation(units, (), 0.0)]])

    def evaluated(parents):
        rows = np.zeros((len(parents), 2, n_parents + 1))
        rows[:, 0, :-1] = parents
        flat = rows.reshape(-1, n_parents + 1)
        run(program, flat, np.zeros(len(flat), dtype=np.int64), 1, 2)
        return flat[1::2, -1]

    return evaluated


def curve(name, seed, difficulty):
    return drawn(name, 1, seed, difficulty)(X[:, None])


def turns(values):
    """Return how often a curve changes its direction."""
    slopes = np.sign(np.diff(values))
    return int((np.diff(slopes[slopes != 0]) != 0).sum())


def test_draws_have_the_covariance_of_a_gaussian_process(monkeypatch):
    """By the mean square of differences, which knows nothing of the constant taken away."""
    monkeypatch.setitem(LENGTHS, "medium", (0.4, 0.4))
    draws = np.stack([curve("gaussian_process", seed, "medium")[::20] for seed in range(300)])

    def differences(k):
        return np.mean((draws[:, k:] - draws[:, :-k]) ** 2)

    for k in (2, 4, 8, 14):
        expected = 1 - np.exp(-((20 * k * (X[1] - X[0])) ** 2) / (2 * 0.4**2))
        # At the largest distance values are independent.
        assert differences(k) / differences(40) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    ("difficulty", "step"), [("easy", 1.5), ("medium", 0.75), ("hard", 0.375)]
)
def test_splines_are_cubic_between_their_knots(difficulty, step):
    knots = np.arange(-3 - 2 * step, 3 + 2.5 * step, step)
    wide = np.linspace(knots[0] + 1e-9, knots[-1] - 1e-9, 2_000)
    padded = np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3])
    for seed in range(5):
        values = drawn("spline", 1, seed, difficulty)(wide[:, None])
        np.testing.assert_allclose(make_lsq_spline(wide, values, padded)(wide), values, atol=1e-8)


@pytest.mark.parametrize("name", ["gaussian_process", "spline"])
@pytest.mark.parametrize("difficulty", LEVELS)
def test_what_is_harder_is_not_weaker(name, difficulty):
    x = 1.5 * np.random.default_rng(0).standard_normal((20_000, 1))
    values = [drawn(name, 1, seed, difficulty)(x) for seed in range(30)]
    assert np.abs(np.mean(values, axis=1)).max() < 0.05
    sizes = np.std(values, axis=1)
    assert min(sizes) > 0.48
    assert max(sizes) < 1.03


@pytest.mark.parametrize("name", ["gaussian_process", "spline", "random_network"])
def test_what_is_harder_turns_more_often(name):
    often = [np.mean([turns(curve(name, s, level)) for s in range(40)]) for level in LEVELS]
    assert often[0] < 0.8 * often[1] < 0.7 * often[2]


def test_products_are_odd_in_each_of_two_parents():
    x = np.random.default_rng(0).standard_normal((100, 2))
    for seed in range(10):
        product = drawn("product", 2, seed, "medium")
        values = product(x)
        assert np.abs(values).max() > 0.3
        np.testing.assert_allclose(product(x * [-1, 1]), -values, atol=1e-12)
        np.testing.assert_allclose(product(-x), values, atol=1e-12)


def test_hard_products_need_all_parents():
    x = np.random.default_rng(0).standard_normal((100, 3))
    product = drawn("product", 3, 0, "hard")
    assert np.abs(product(x)).max() > 0.3
    for parent in range(3):
        assert np.abs(product(x * (np.arange(3) != parent))).max() == 0


def test_easy_products_let_parents_act_alone():
    x = np.random.default_rng(0).standard_normal((50_000, 2))
    values = drawn("product", 2, 0, "easy")(x)
    assert min(abs(np.corrcoef(values, cause)[0, 1]) for cause in x.T) > 0.2


def test_thresholds_jump_and_are_flat_elsewhere():
    for seed in range(20):
        assert len(set(curve("threshold", seed, "easy"))) == 2
        inside = curve("threshold", seed, "medium")
        assert (np.diff(inside) != 0).sum() == 2
        assert inside[0] == inside[-1] == -inside[len(X) // 2]


def test_hard_thresholds_interact():
    """Either parent turns the sign of what the other does, and does next to nothing on average."""
    x = np.random.default_rng(0).standard_normal((50_000, 2))
    for seed in range(5):
        values = drawn("threshold", 2, seed, "hard")(x)
        assert values.min() == -values.max()
        quadrants = [
            values[(x > [a, b]).all(axis=1) & (x < [a + 1, b + 1]).all(axis=1)].mean()
            for a in (-1.2, 0.2)
            for b in (-1.2, 0.2)
        ]
        assert np.sign(quadrants).sum() == 0
        assert quadrants[0] * quadrants[3] > 0
        assert max(abs(np.corrcoef(values, cause)[0, 1]) for cause in x.T) < 0.1


@pytest.mark.parametrize("difficulty", LEVELS)
def test_random_networks_mix_their_parents(difficulty):
    x = np.random.default_rng(0).standard_normal((20_000, 2))
    for seed in range(5):
        network = drawn("random_network", 2, seed, difficulty)
        values = network(x)
        assert values.std() == pytest.approx(1.0, abs=0.08)
        # A sum of functions of single parents would leave nothing.
        alone = network(x * [1, 0]) + network(x * [0, 1]) - network(0 * x)
        assert (values - alone).std() > 0.1


@pytest.mark.parametrize("name", FAMILIES)
def test_functions_take_a_cause_in_units_of_its_noise(name):
    sizes = np.array([3.0, 3.0, 1.0])
    x = np.random.default_rng(0).standard_normal((50, 2))
    plain, large = drawn(name, 2, 1, "medium"), drawn(name, 2, 1, "medium", sizes)
    np.testing.assert_allclose(large(3 * x), 3 * plain(x), atol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("difficulty", LEVELS)
def test_systems_are_drawn_with_edges_that_act(name, difficulty):
    for seed in range(2):
        system = Structural(mechanism=name, difficulty=difficulty, min_effect=0.05).draw(seed)
        assert system.truth.scores[system.truth.adjacency].min() >= 0.05
        x = system.generate(5_000).series.segments[0]
        assert np.abs(x).max() < 20


@pytest.mark.parametrize("n_parents", [1, 2])
@pytest.mark.parametrize(("difficulty", "speed"), [("easy", 0.5), ("hard", 2.0)])
def test_nonmonotonic_functions_wave_faster_the_harder_they_are(n_parents, difficulty, speed):
    parents = np.random.default_rng(0).standard_normal((500, n_parents))
    for seed in range(10):
        medium = drawn("nonmonotonic", n_parents, seed, "medium")(speed * parents)
        other = drawn("nonmonotonic", n_parents, seed, difficulty)(parents)
        np.testing.assert_allclose(other, medium, atol=1e-12)
