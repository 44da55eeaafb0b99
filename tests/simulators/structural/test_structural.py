import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.components.graphs import Graph
from simulators.components.noise import Noise
from simulators.components.regimes import Regimes
from simulators.engine.pilot import check_stable
from simulators.structural.mechanisms import MECHANISMS
from simulators.structural.simulator import Structural

KINDS = ("gaussian", "uniform", "mixed", "unequal_small", "unequal_large", "laplace", "student_t")


@st.composite
def configs(draw):
    regimes = Regimes(
        n_regimes=draw(st.integers(1, 3)),
        layout=draw(st.sampled_from(["segments", "switching"])),
        mean_dwell=20.0,
        level=draw(st.sampled_from([0.0, 0.5, 1.0])),
    )
    return Structural(
        graph=Graph(
            n_vars=draw(st.integers(3, 6)),
            max_lag=draw(st.integers(1, 4)),
            in_degree=(1, 2),
            self_edges=draw(st.sampled_from(["allowed", "forced"])),
            instantaneous=draw(st.sampled_from([0.0, 0.4])),
        ),
        mechanism=draw(st.sampled_from([*MECHANISMS, tuple(MECHANISMS)])),
        noise=Noise(kind=draw(st.sampled_from(KINDS))),
        regimes=regimes,
        n_latent=draw(st.integers(0, 2)),
        **draw(hard_parts),
    )


hard_parts = st.fixed_dictionaries(
    {
        "observation_noise": st.sampled_from([0.0, 0.5]),
        "latent_strength": st.sampled_from([1.0, 3.0]),
    }
)


@settings(max_examples=40, deadline=None)
@given(config=configs(), seed=st.integers(0, 2**31), n=st.integers(60, 900))
def test_any_config_gives_prefixes_and_one_truth(config, seed, n):
    system = config.draw(seed)
    long, short = system.generate(9_000), system.generate(n)
    pairs = zip(short.series.segments, long.series.segments, strict=True)
    assert all((a == b[: len(a)]).all() for a, b in pairs)
    pairs = zip(short.regimes, long.regimes, strict=True)
    assert all((a == b[: len(a)]).all() for a, b in pairs)
    again = config.draw(seed)
    np.testing.assert_array_equal(again.truth.scores, system.truth.scores)
    for segment in long.series.segments:
        assert np.abs(segment).max() < 1_000
    _check_truth(system.truth, config.graph.instantaneous > 0)
    for part in system.truth.per_regime.values():
        _check_truth(part, config.graph.instantaneous > 0)


def _check_truth(truth, instantaneous):
    scores, edges = truth.scores, truth.adjacency
    diagonal = np.eye(truth.n_vars, dtype=bool)
    assert (np.isnan(scores[:, :, 0]) == (diagonal | (not instantaneous))).all()
    assert not np.isnan(scores[:, :, 1:]).any()
    assert (edges == (np.nan_to_num(scores) > 0)).all()


@pytest.fixture(scope="module")
def linear():
    """A linear system with lag-0 edges and unequal noise, its sample and its coefficients."""
    config = Structural(
        graph=Graph(n_vars=6, max_lag=3, instantaneous=0.3), noise=Noise(kind="unequal_large")
    )
    system = config.draw(5)
    p = system.program
    a = np.zeros((6, 6, 4))
    for effect in range(6):
        for u in range(int(p.first[effect]), int(p.first[effect + 1])):
            for k in range(int(p.begin[u]), int(p.begin[u + 1])):
                place = (int(p.cause[k]), effect, int(p.lag[k]))
                a[place] = p.weight[u] * p.coefficient[k]
    return system, system.generate(60_000).series.segments[0], a


def test_least_squares_recovers_the_linear_system(linear):
    system, x, a = linear
    assert ((a != 0) == system.truth.adjacency).all()
    past = [x[3 - lag : len(x) - lag] for lag in (1, 2, 3)]
    for effect in range(6):
        now = np.flatnonzero(a[:, effect, 0])
        design = np.hstack([*past, x[3:, now]])
        found, residual, *_ = np.linalg.lstsq(design, x[3:, effect], rcond=None)
        expected = np.concatenate([a[:, effect, 1:].T.ravel(), a[now, effect, 0]])
        # Six standard errors, from the covariance of the design.
        error = np.sqrt(residual / len(design) * np.diag(np.linalg.inv(design.T @ design)))
        assert (np.abs(found - expected) < 6 * error).all()
        np.testing.assert_allclose(
            residual / len(design), system.program.sd[effect] ** 2, rtol=0.04
        )


def test_linear_effects_in_closed_form(linear):
    system, x, a = linear
    sds = x.std(axis=0)
    expected = np.abs(a) * sds[:, None, None] / sds[None, :, None]
    edges = system.truth.adjacency
    np.testing.assert_allclose(system.truth.scores[edges], expected[edges], rtol=0.08)


def test_linear_coefficients_are_bounded(linear):
    _, _, a = linear
    sums = np.abs(a).sum(axis=(0, 2))
    assert sums.max() <= 0.9 + 1e-12
    assert np.abs(a).max() <= 0.5


@pytest.mark.parametrize("mechanism", ["linear", "mlp_concat"])
def test_coupling_is_the_strength_of_edges_relative_to_the_noise(mechanism):
    def slopes(coupling):
        graph = Graph(n_vars=3, max_lag=1, in_degree=1, self_edges="none")
        system = Structural(graph=graph, mechanism=mechanism, coupling=coupling).draw(4)
        (x,) = system.generate(200_000).series.segments
        x = x - x.mean(axis=0)
        found = np.linalg.lstsq(x[:-1], x[1:], rcond=None)[0]
        return found[system.truth.adjacency[:, :, 1]]

    # A function of weak inputs is linear, and what depends on them is as strong as they are.
    weak, strong = slopes(0.1), slopes(0.2)
    largest = np.argmax(np.abs(strong))
    assert strong[largest] / weak[largest] == pytest.approx(2.0, rel=0.05)


def lagged_correlations(x, max_lag):
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    n = len(z) - max_lag
    lags = [z[max_lag - lag : len(z) - lag].T @ z[max_lag:] / n for lag in range(max_lag + 1)]
    return np.stack(lags, axis=2)


def test_nonmonotonic_is_blind_to_correlation():
    for seed in range(4):
        system = Structural(mechanism="nonmonotonic").draw(seed)
        x = system.generate(20_000).series.segments[0]
        edges = system.truth.adjacency
        assert system.truth.scores[edges].min() > 0.2
        correlation = np.abs(lagged_correlations(x, 5)[edges])
        # Noise level is 0.007; the median edge is at it and no edge is seen by much.
        assert np.median(correlation) < 0.02
        assert correlation.max() < 0.12


def test_variance_edges_are_blind_to_the_mean():
    config = Structural(noise=Noise(kind="heteroscedastic", variance_share=1.0))
    system = config.draw(0)
    x = system.generate(20_000).series.segments[0]
    edges = system.truth.adjacency
    assert system.truth.scores[edges].min() > 0.1
    assert np.abs(lagged_correlations(x, 5)[:, :, 1:]).max() < 0.04
    # A cause moves the size of its effect, which is all there is to see.
    mixed = [
        abs(np.corrcoef(x[5 - lag : len(x) - lag, i], np.abs(x[5:, j]))[0, 1])
        for i, j, lag in np.argwhere(edges)
    ]
    assert min(mixed) > 0.1


def test_variance_share_counts_edges():
    config = Structural(noise=Noise(kind="heteroscedastic", variance_share=0.3))
    scale = total = 0
    for seed in range(12):
        system = config.draw(seed)
        scale += int((system.program.first[1:] - system.program.scale).sum())
        total += int(system.truth.adjacency.sum())
    assert scale / total == pytest.approx(0.3, abs=0.09)


def test_latent_variables_confound_and_are_left_out():
    """Without observed edges all dependence is due to the latent variable."""
    config = Structural(graph=Graph(n_vars=4, max_lag=2, in_degree=0), n_latent=1)
    system = config.draw(0)
    sample = system.generate(20_000)
    assert sample.series.n_vars == system.truth.n_vars == 4
    assert not system.truth.adjacency.any()
    x = sample.series.segments[0]
    off = np.abs(lagged_correlations(x, 2))[~np.eye(4, dtype=bool)]
    assert off.max() > 0.05


def test_min_effect_redraws_until_met():
    for seed in range(3):
        options = {"mechanism": "mlp_additive", "n_latent": 1}
        before = Structural(**options).draw(seed).truth
        after = Structural(**options, min_effect=0.2).draw(seed).truth
        assert before.scores[before.adjacency].min() < 0.2
        assert after.scores[after.adjacency].min() >= 0.2
        assert (before.adjacency == after.adjacency).all()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"mechanism": ()}, "mechanism: expected at least one"),
        (
            {"mechanism": "mlp_concat", "noise": Noise(kind="heteroscedastic")},
            "noise.kind: expected",
        ),
        ({"graph": Graph(n_vars=1), "n_latent": 1}, "n_latent: expected 0"),
        ({"autocorrelation": (0.2, 0.5)}, "self_edges: expected none with autocorrelation"),
        ({"autocorrelation": (0.2, 0.99)}, r"autocorrelation: expected .* below .* 0\.979"),
        ({"autocorrelation": (0.5, 0.2)}, "autocorrelation: expected"),
        ({"cancelling": 0.5}, r"cancelling: expected 0, or .*acyclic"),
    ],
)
def test_contradictions_are_named(options, named):
    with pytest.raises(ValueError, match=named):
        Structural(**options)


def test_unreachable_effect_is_named():
    with pytest.raises(ValueError, match="min_effect: expected every edge to reach 3"):
        Structural(graph=Graph(n_vars=3, max_lag=1, in_degree=1), min_effect=3.0).draw(0)


def test_too_short_a_sample_is_named():
    system = Structural(regimes=Regimes(n_regimes=3, layout="segments")).draw(0)
    with pytest.raises(ValueError, match="n_samples: expected at least max_lag"):
        system.generate(20)


@pytest.mark.parametrize(
    "spoil", [lambda x: x + 2 * np.arange(len(x))[:, None] / 500, lambda x: x * 2_000, np.log]
)
def test_unstable_runs_are_refused(spoil):
    x = np.random.default_rng(0).standard_normal((5_000, 2))
    check_stable(x, np.ones(2), "run")
    with np.errstate(all="ignore"):
        bad = spoil(x)
    with pytest.raises(ValueError, match="run: expected a stable run"):
        check_stable(bad, np.ones(2), "run")


def test_a_lingering_system_is_redrawn(monkeypatch):
    """A first draw refused as unstable is followed by others, and in the end by its error."""
    from simulators.engine import pilot
    from simulators.structural import simulator as structural

    seen = []

    def refuse(times):
        def check(x, sds, what):
            seen.append(what)
            if len(seen) <= times:
                raise pilot.UnstableError(f"{what}: expected a stable run")

        return check

    first = Structural().draw(0)
    monkeypatch.setattr(pilot, "check_stable", refuse(1))
    second = Structural().draw(0)
    assert (second.truth.adjacency == first.truth.adjacency).all()
    assert (second.program.coefficient != first.program.coefficient).all()
    seen.clear()
    monkeypatch.setattr(structural, "ROUNDS", 3)
    monkeypatch.setattr(pilot, "check_stable", refuse(3))
    with pytest.raises(ValueError, match=r"expected a stable run .*drawn 3 times"):
        Structural().draw(0)
