"""A seed names another system in every kind, and the same one along a strength."""

import numpy as np
import pytest

from simulators.components.graphs import Graph
from simulators.components.noise import Noise
from simulators.components.regimes import Regimes
from simulators.structural.identity import own_seed
from simulators.structural.simulator import Structural

OTHER_KINDS = (
    {"mechanism": "mlp_additive"},
    {"mechanism": "spline", "difficulty": "hard"},
    {"noise": Noise(kind="mixed")},
    {"n_latent": 2},
    {"rho": 0.8},
    {"graph": Graph(self_edges="none")},
    {"graph": Graph(self_edges="none"), "autocorrelation": (0.3, 0.9)},
)
SAME_SYSTEM = (
    {"coupling": 0.5},
    {"min_effect": 0.2},
    {"latent_strength": 2.0},
    {"observation_noise": 0.3},
    {"noise": Noise(scale=3.0)},
    {"noise": Noise(variance_share=0.1)},
)


def graph(**options):
    return Structural(**options).draw(9).truth.adjacency


def test_a_seed_gives_every_kind_its_own_graph():
    graphs = [graph(), *(graph(**options) for options in OTHER_KINDS)]
    assert len({g.tobytes() for g in graphs}) == len(graphs)


@pytest.mark.parametrize("options", SAME_SYSTEM)
def test_a_strength_does_not_shift_the_graph(options):
    assert (graph(**options) == graph()).all()


def test_regimes_keep_their_graphs_in_either_layout_and_their_first_at_any_level():
    def first(**options):
        return Structural(regimes=Regimes(n_regimes=3, **options)).draw(4).truth.per_regime[0]

    whole = first()
    for options in ({"layout": "segments"}, {"mean_dwell": 50}, {"dwell_spread": 1}):
        np.testing.assert_array_equal(first(**options).scores, whole.scores)
    assert (first(level=0.3).adjacency == whole.adjacency).all()


def test_what_a_parameter_has_by_default_does_not_enter():
    """So that a parameter added later leaves the systems of before as they are."""
    assert own_seed(Structural(), 3) == own_seed(Structural(graph=Graph(n_vars=10)), 3)
    assert own_seed(Structural(), 3) != own_seed(Structural(), 4)
    assert own_seed(Structural(mechanism=("linear",)), 3) != own_seed(Structural(), 3)


def test_the_noise_of_two_kinds_is_not_the_same():
    def series(**options):
        (x,) = (
            Structural(graph=Graph(n_vars=3, in_degree=0), **options)
            .draw(0)
            .generate(2_000)
            .series.segments
        )
        return x

    plain, other = series(), series(rho=0.8)
    assert np.abs(np.corrcoef(plain.T, other.T)[:3, 3:]).max() < 0.1
    np.testing.assert_allclose(series(coupling=2.0), plain)
