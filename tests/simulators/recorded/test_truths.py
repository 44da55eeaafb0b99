"""The stored truth of a system with regimes knows which one every step is in."""

from dataclasses import replace

import numpy as np
import pytest

from bench.config.grid import expand
from bench.run.cell import metrics, run
from bench.store.schema import Value
from bench.store.store import Store

TWO = {"n_regimes": 2, "layout": "switching", "mean_dwell": 20.0}


@pytest.fixture
def ran(settings, tmp_path):
    """Return a function that runs one cell: its sample, graph and the digest of its truth."""

    def of(n_samples, regimes):
        small = {"kind": "structural", "graph": {"n_vars": 3, "max_lag": 2}, "regimes": regimes}
        made = settings(simulators={"small": small}, methods={"random": {}})
        (cell,) = expand(replace(made, n_samples=(n_samples,)))
        _, graph, truth = run(cell)
        sample = cell.build_simulator().draw(cell.seed).generate(n_samples)
        return sample, graph, Store(tmp_path).write_truth(truth, cell.key)

    return of


def test_found_regimes_are_scored_against_the_stored_labels(ran, tmp_path):
    sample, graph, name = ran(200, TWO)
    truth = Store(tmp_path).read_truth(name)
    np.testing.assert_array_equal(truth.regimes[0], sample.regimes[0])
    assert len(truth.regimes) == 1
    assert set(truth.regimes[0]) == {0, 1}
    found = replace(graph, regimes=(10 - sample.regimes[0],))
    scored = metrics(0, found, truth)
    assert scored["regimes/union/ari"] == Value(value=1.0, floor=0.0, ceiling=1.0)
    assert scored["regimes/union/n_found"] == Value(value=2.0, ceiling=2.0)


def test_each_length_has_its_labels_and_a_stationary_system_has_none(ran, tmp_path):
    assert ran(200, TWO)[2] != ran(201, TWO)[2]
    one, other = ran(200, {"n_regimes": 1}), ran(201, {"n_regimes": 1})
    assert one[2] == other[2]
    assert Store(tmp_path).read_truth(one[2]).regimes is None
