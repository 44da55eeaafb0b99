import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.contract.checks import run_checks
from methods import DeclinedError, TimeSeries, UnavailableError
from methods.chronos.method import Chronos
from methods.chronos.windows import Windows


@pytest.fixture
def chronos2():
    return pytest.importorskip("chronos.chronos2", exc_type=ImportError)


@pytest.fixture
def checkpoint(tmp_path, chronos2):
    """A folder with a tiny Chronos-2 of random weights, in patches of 4 steps."""
    config = chronos2.Chronos2CoreConfig(
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=2,
        num_heads=2,
        chronos_config={
            "context_length": 32,
            "input_patch_size": 4,
            "input_patch_stride": 4,
            "output_patch_size": 4,
            "quantiles": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
            "use_reg_token": True,
            "use_arcsinh": True,
        },
    )
    model, generator = chronos2.Chronos2Model(config), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(tmp_path / "model")
    return str(tmp_path / "model")


@pytest.fixture
def cache(monkeypatch, tmp_path, chronos2):
    """An empty hub cache on a machine without a network."""

    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def discover(values, max_lag=3, seed=0, **parameters):
    series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
    parameters = {"adaptation": "none", "device": "cpu", "updates": 5} | parameters
    rng = np.random.default_rng(seed)
    return Chronos(**parameters).discover(series, max_lag=max_lag, rng=rng)


def forecaster(checkpoint, n_vars=3, nodes=True):
    from methods.chronos.forecaster import Forecaster, load

    generator = torch.Generator().manual_seed(1) if nodes else None
    return Forecaster(load(checkpoint), n_vars, generator)


def own_forecasts(chronos2, checkpoint, contexts):
    """Median forecasts `(W, n)` after contexts `(W, n, C)`, by the library's own pipeline."""
    pipeline = chronos2.Chronos2Pipeline.from_pretrained(checkpoint)
    quantiles, _ = pipeline.predict_quantiles(contexts, prediction_length=1, quantile_levels=[0.5])
    return torch.stack(quantiles)[:, :, 0, 0].numpy()


def test_scores_are_finite_differences_of_the_librarys_own_forecast(chronos2, checkpoint):
    # With 11 rows and a context of 10 there is one window.
    series = TimeSeries.from_array(noise(11, 3)).standardized()
    graph = discover(series, max_lag=5, checkpoint=checkpoint, node_embeddings=False, context=10)
    past, step = series.segments[0][:10].T, 2e-3
    moved = np.repeat(past[None], 30, axis=0).reshape(3, 5, 2, 3, 10)
    for cause in range(3):
        for lag in range(1, 6):
            moved[cause, lag - 1, :, cause, -lag] += [step, -step]
    forecasts = own_forecasts(chronos2, checkpoint, moved.reshape(30, 3, 10))
    up, down = forecasts.reshape(3, 5, 2, 3).transpose(2, 0, 3, 1).astype(float)
    slopes = np.abs(up - down) / (2 * step)
    assert slopes.max() > 0.1
    assert graph.scores[:, :, 1:] == pytest.approx(slopes, rel=0.02, abs=1e-3)


def test_scores_average_absolute_gradients_over_windows(checkpoint):
    from methods.chronos.attribution import attribute

    values = TimeSeries.from_array(noise(14, 2)).standardized().segments[0]
    model = forecaster(checkpoint, n_vars=2)
    every = Windows.cut([values], 2, 10, 32, "cpu")
    alone = [
        attribute(model, Windows(every.rows, target[None], 10), 2) for target in every.targets
    ]
    assert len(alone) == 4
    assert attribute(model, every, 2) == pytest.approx(np.mean(alone, axis=0), rel=1e-4)


@pytest.mark.parametrize("adaptation", ["none", "norm"])
@pytest.mark.parametrize("node_embeddings", [False, True])
def test_every_variant_scores_all_lags_and_decides(checkpoint, adaptation, node_embeddings):
    graph = discover(
        noise(60, 3),
        checkpoint=checkpoint,
        adaptation=adaptation,
        node_embeddings=node_embeddings,
    )
    assert graph.scores.shape == (3, 3, 4)
    assert np.isnan(graph.scores[:, :, 0]).all()
    assert np.isfinite(graph.scores[:, :, 1:]).all()
    assert graph.adjacency.sum(axis=(0, 2)).tolist() == [3, 3, 3]
    assert graph.forecast_error > 0


def test_forecast_error_is_that_of_the_librarys_own_forecasts(chronos2, checkpoint):
    series = TimeSeries.from_array(noise(40, 2)).standardized()
    graph = discover(series, checkpoint=checkpoint, node_embeddings=False, context=20)
    # Targets are the rows 20 to 39; the last fifth is not trained on.
    rows = series.segments[0]
    contexts = np.stack([rows[t - 20 : t].T for t in range(36, 40)])
    errors = own_forecasts(chronos2, checkpoint, contexts) - rows[36:]
    assert graph.forecast_error == pytest.approx(np.mean(errors**2), rel=1e-4)


def test_node_embeddings_tell_equal_variables_apart(checkpoint):
    contexts = torch.tensor(noise(2, 12, 1), dtype=torch.float32).expand(2, 12, 3)
    plain = forecaster(checkpoint, nodes=False)(contexts)
    marked = forecaster(checkpoint)(contexts)
    assert plain[:, 0] == pytest.approx(plain[:, 1], rel=1e-5)
    assert (marked[:, :1] - marked[:, 1:]).abs().min() > 1e-4
    # Variables in another order, with their embeddings, are forecast the same.
    turned = forecaster(checkpoint)
    order = torch.tensor([2, 0, 1])
    contexts = torch.tensor(noise(2, 12, 3), dtype=torch.float32)
    nodes = turned.chronos.input_patch_embedding.nodes
    nodes.copy_(nodes[order])
    expected = forecaster(checkpoint)(contexts)[:, order]
    assert turned(contexts[:, :, order]).numpy() == pytest.approx(expected.numpy(), abs=1e-5)


@pytest.mark.parametrize("nodes", [False, True])
def test_adaptation_lowers_the_loss_and_changes_only_norms_and_nodes(checkpoint, nodes):
    from methods.chronos.adaptation import adapt

    values = noise(300, 3)
    values[1:, 1] += 2 * values[:-1, 0]
    values = TimeSeries.from_array(values).standardized().segments[0]
    windows = Windows.cut([values], 2, 16, 32, "cpu")
    model = forecaster(checkpoint, nodes=nodes)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    sample = windows.take(windows.train[::4])
    with torch.no_grad():
        first = float(model.loss(*sample))
    settings = Chronos(updates=60, batch_size=16, learning_rate=1e-2)
    adapt(model, windows, settings, torch.Generator().manual_seed(0))
    assert float(model.loss(*sample)) < 0.9 * first
    changed = {name for name, value in model.state_dict().items() if (value != before[name]).any()}
    norms = {name for name in before if name.endswith("layer_norm.weight")}
    assert len(norms) == 2 * 3 + 1
    assert changed == norms | ({"chronos.input_patch_embedding.nodes"} if nodes else set())
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_adaptation_never_sees_what_the_forecast_error_is_measured_on(checkpoint):
    from methods.chronos.adaptation import adapt

    adapted = []
    for held_out in (0.0, 1.0):
        values = noise(60, 3)
        windows = Windows.cut([values], 2, 10, 32, "cpu")
        windows.rows[windows.test] += held_out
        model = forecaster(checkpoint)
        adapt(model, windows, Chronos(updates=5), torch.Generator().manual_seed(0))
        adapted.append(model.chronos.input_patch_embedding.nodes)
    assert torch.equal(*adapted)


def test_windows_stay_in_their_segment_and_short_segments_are_left_out():
    segments = [noise(12, 2), noise(5, 2), noise(9, 2)]
    windows = Windows.cut(segments, 3, 8, 32, "cpu")
    contexts, rows = windows.take(windows.targets)
    expected = [(segments[0], t) for t in (8, 9, 10, 11)] + [(segments[2], 8)]
    assert len(contexts) == len(expected)
    for context, row, (segment, t) in zip(contexts, rows, expected, strict=True):
        assert context.numpy() == pytest.approx(segment[t - 8 : t], rel=1e-6)
        assert row.numpy() == pytest.approx(segment[t], rel=1e-6)
    assert torch.equal(torch.cat([windows.train, windows.test]), windows.targets)


@pytest.mark.parametrize(
    ("lengths", "max_lag", "context", "longest", "expected"),
    [([50], 3, 8, 32, 8), ([50], 9, 8, 32, 9), ([50], 3, 99, 32, 32), ([5, 7], 3, 8, 32, 6)],
)
def test_context_is_fitted_to_lags_checkpoint_and_segments(
    lengths, max_lag, context, longest, expected
):
    segments = [noise(length, 1) for length in lengths]
    assert Windows.cut(segments, max_lag, context, longest, "cpu").context == expected


def test_lags_beyond_the_checkpoint_are_declined(checkpoint):
    with pytest.raises(DeclinedError, match="sees 32 steps, expected at least max_lag = 33"):
        discover(noise(60, 2), max_lag=33, checkpoint=checkpoint)


def test_windows_in_which_a_variable_stands_still_are_left_out(checkpoint):
    values = noise(40, 2)
    values[10:, 0] = 0.0
    graph = discover(values, checkpoint=checkpoint, context=5)
    assert np.isfinite(graph.scores[:, :, 1:]).all()
    values[:, 1] = 0.0
    levels = TimeSeries.from_segments([values[:20] + np.array([0.0, k]) for k in (0.0, 1.0)])
    with pytest.raises(DeclinedError, match="is constant in every window of 5 steps"):
        discover(levels, checkpoint=checkpoint, context=5)


def test_same_seed_same_bytes_and_global_randomness_untouched(checkpoint):
    state = torch.get_rng_state()
    one, two, other = (
        discover(noise(60, 3), seed=seed, checkpoint=checkpoint, adaptation="norm")
        for seed in (0, 0, 1)
    )
    assert one.scores.tobytes() == two.scores.tobytes()
    assert one.scores.tobytes() != other.scores.tobytes()
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.slow
def test_contract_with_weights_where_it_asks_for_no_knowledge(checkpoint):
    # Random weights know nothing: which edges lead, and where, is not asked of them.
    results = run_checks(Chronos(checkpoint=checkpoint, context=16, updates=3, device="cpu"))
    passed = {result.name for result in results if result.status == "pass"}
    assert passed >= {
        "constructor_only_stores",
        "imports_are_lazy",
        "truth_is_out_of_reach",
        "result_is_well_formed",
        "same_seed_same_bytes",
        "bad_input_is_refused",
    }


def test_without_the_package_it_declines_and_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "chronos", None)
    monkeypatch.setitem(sys.modules, "chronos.chronos2", None)
    with pytest.raises(UnavailableError, match=r"pip install 'lagbench\[chronos\]'"):
        discover(noise(60, 2))


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["amazon/chronos-2", "no/such/folder", "not a name", ""])
def test_without_weights_it_declines_and_asks_no_network(name):
    with pytest.raises(UnavailableError, match="run `hf download amazon/chronos-2`"):
        discover(noise(60, 2), checkpoint=name)


def test_weights_in_a_folder_and_in_the_hub_cache_need_no_network(cache, checkpoint):
    model = cache / "models--owner--tiny"
    shutil.copytree(checkpoint, model / "snapshots" / ("0" * 40))
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text("0" * 40)
    folder, cached = (discover(noise(60, 2), checkpoint=c) for c in (checkpoint, "owner/tiny"))
    assert folder.scores.tobytes() == cached.scores.tobytes()


def test_a_folder_without_weights_is_declined(tmp_path, chronos2):
    with pytest.raises(UnavailableError, match="no Chronos-2 weights in"):
        discover(noise(60, 2), checkpoint=str(tmp_path))


def test_a_checkpoint_of_another_model_is_refused(checkpoint):
    file = Path(checkpoint) / "config.json"
    file.write_text(file.read_text().replace("Chronos2Model", "T5Model"))
    with pytest.raises(ValueError, match=r"checkpoint: expected a Chronos2Model, found \['T5Mod"):
        discover(noise(60, 2), checkpoint=checkpoint)


def test_importing_the_method_imports_nothing_heavy():
    code = "import sys, methods.chronos; sys.exit(bool({'torch', 'chronos'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
