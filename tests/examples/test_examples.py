"""The examples run from top to end, and find what was planted."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from methods import TimeSeries

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Return a function that runs an example in a folder of its own and returns its names."""
    monkeypatch.chdir(tmp_path)
    return lambda name: runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_each_example_has_a_test():
    assert {path.stem for path in EXAMPLES.iterdir()} == {
        name.removeprefix("test_") for name in globals() if name.startswith("test_")
    } - {"each_example_has_a_test"}


def test_graph_from_your_data(ran, tmp_path, capsys):
    names = ran("graph_from_your_data")
    for graph in (names["graph"], names["again"]):
        found = {tuple(edge) for edge in np.argwhere(graph.adjacency).tolist()}
        assert found == {(0, 1, 2), (1, 1, 1), (1, 2, 1)}
    assert (tmp_path / "graph.png").is_file()
    assert "rain -> river after 2 days" in capsys.readouterr().out


def test_compare_on_your_system(ran, capsys):
    results = ran("compare_on_your_system")["results"]
    assert set(results["status"]) == {"ok"}
    assert len(results.drop_duplicates(["system", "n_samples", "seed", "method"])) == 60
    shown = capsys.readouterr().out
    assert shown.count("(oracle)") == 2


def test_add_a_method(ran, capsys):
    names = ran("add_a_method")
    assert set(names["results"]["status"]) == {"ok"}
    assert "strong penalty" in capsys.readouterr().out
    # The numbers of the class are those of scikit-learn's.
    series, lags = TimeSeries.from_array(np.random.default_rng(1).normal(size=(50, 2))), 3
    scores = names["Ridge"](penalty=2.0).discover(series, max_lag=lags).scores
    (values,) = series.standardized().segments
    past = np.hstack([values[lags - lag : len(values) - lag] for lag in range(1, lags + 1)])
    fitted = Ridge(alpha=2.0, fit_intercept=False).fit(past, values[lags:])
    np.testing.assert_allclose(
        scores[:, :, 1:], np.abs(fitted.coef_).reshape(2, lags, 2).transpose(2, 0, 1)
    )


def test_read_a_result(ran, tmp_path, capsys):
    names = ran("read_a_result")
    assert len(names["auprc"]) == 6
    shared = names["hit"].sum() + names["missed"].sum()
    assert shared == names["truth"].adjacency.sum()
    assert (tmp_path / "truth.png").is_file()
