"""`lagbench discover` on data that nobody here wrote, with the graphs their authors published.

The data are not shipped: they are looked for in the folder named by LAGBENCH_DATA, or in
`../shared/data` beside the checkout.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from bench.__main__ import main
from methods import LaggedGraph

DATA = Path(os.environ.get("LAGBENCH_DATA", Path(__file__).parents[2] / "shared" / "data"))


def folder(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"no {name} in {DATA}; set LAGBENCH_DATA to the folder of third-party data")
    return DATA / name


def discovered(path, max_lag, tmp_path, *options):
    out = tmp_path / "graph.csv"
    words = ["discover", str(path), "--max-lag", str(max_lag), "--method", "var"]
    assert main([*words, "--out", str(out), "--plot", str(tmp_path / "graph.png"), *options]) == 0
    return LaggedGraph.from_csv(out)


def test_window_graphs_of_cdml(tmp_path):
    """Columns are in alphabetical order and rows of the target are causes: matched by name."""
    aurocs = []
    for path in sorted(folder("cdml_lcm").glob("*cplx=0*_data.csv"))[:5]:
        target = pd.read_csv(str(path).replace("_data", "_target"), index_col=0)
        graph = discovered(path, int(path.name.split("maxlag=")[1][0]), tmp_path)
        lags = range(1, graph.max_lag + 1)
        truth = [
            [[target.loc[f"{i}_t-{lag}", f"{j}_t"] for lag in lags] for j in graph.names]
            for i in graph.names
        ]
        right = roc_auc_score(np.ravel(truth), graph.scores[:, :, 1:].ravel())
        turned = roc_auc_score(np.ravel(np.swapaxes(truth, 0, 1)), graph.scores[:, :, 1:].ravel())
        aurocs.append((right, turned))
    right, turned = np.mean(aurocs, axis=0)
    assert right > 0.85
    assert turned < 0.75


def test_summary_graph_of_lorenz_96(tmp_path):
    """Rows of the published graph are effects."""
    with np.load(folder("sru_lorenz96") / "F_10_T_1000_dataset_1.npz") as stored:
        values, truth = stored["X_np"].T, stored["Gref"].T
    path = tmp_path / "lorenz.csv"
    names = [f"x{i}" for i in range(10)]
    pd.DataFrame(values, columns=names).to_csv(path, index=False)
    scores = discovered(path, 2, tmp_path).summary().scores
    assert roc_auc_score(truth.ravel(), scores.ravel()) > 0.85


def test_river_flow_of_the_danube(tmp_path):
    """31 gauges, whose edges are numbered from 1; the date column has no name."""
    source = folder("danube")
    path = source / "danube_daily_aligned_1959_2010.csv"
    edges = pd.read_csv(source / "flow_edges.csv").to_numpy()[:, -2:].astype(int) - 1
    scores = discovered(path, 2, tmp_path, "--time-column", "Unnamed: 0").summary().scores
    truth = np.zeros(scores.shape, dtype=bool)
    truth[edges[:, 0], edges[:, 1]] = True
    off = ~np.eye(len(scores), dtype=bool)
    right, turned = (roc_auc_score(t[off], scores[off]) for t in (truth, truth.T))
    assert right > 0.75
    assert right > turned
