"""A small store for the tests of the report's page, with records written by hand."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest

from bench.config.cell import Cell
from bench.config.compose import Experiment
from bench.config.view import Published, View
from bench.report.page.build import write_page
from bench.run.cell import base_record
from bench.store import provenance
from bench.store.store import Store
from methods import LaggedGraph

REFERENCE = """figure,panel,method,x_name,x_value,metric,value,err_low,err_high,confidence
scaling,Linear,DOT,sample_size,100,F1,0.9,,,high
scaling,Linear,DOT,sample_size,1e3,F1,0.95,,,high
scaling,Linear,Nobody,sample_size,100,F1,0.1,,,high
scaling,Other,DOT,sample_size,100,F1,0.2,,,high
f1_analysis,A Average Performance,DOT,all experiments,all,F1 (mean),0.6,,,high
f1_analysis,A Average Performance,TCDF,all experiments,all,F1 (mean),0.3,,,high
"""
BEST = {"dot": 0.8, "dot_paper": 0.7, "pcmci": 0.6, "random": 0.05}
"""F1 of each method on the first system."""
SLOPES = {"dot": 1.2, "dot_paper": 0.9}
"""How much it grows with the seed, in hundredths; 1 for others. The mean of five is the same."""


def f1_of(method, seed):
    return BEST[method] + 0.02 + SLOPES.get(method, 1.0) * (seed - 2) / 100


def cell(method, seed, simulator="linear", n_samples=100, axes=None, **params):
    return Cell(
        simulator=simulator,
        method=method,
        kind="structural",
        simulator_params={"name": simulator, **(axes or {})},
        method_params=params,
        n_samples=n_samples,
        seed=seed,
        regimes="own",
        axes=axes or {},
    )


def record(f1, **changes):
    names = ["auprc", "f1@top3", "f1@global_k"]
    scores = {"value": f1, "floor": 0.1, "ceiling": 0.9}
    return {
        "status": "ok",
        "metrics": {f"window/union/{name}": scores for name in names},
        "cost": {"cpu_seconds": 2.0},
        "made_by": provenance.everything().model_copy(update={"device": "cpu"}),
        **changes,
    }


def made(f1, **changes):
    """Return a record whose cell does not matter."""
    return base_record(cell("dot", 0), **record(f1, **changes))


TRUE, FOUND = [(0, 1, 1), (1, 2, 2)], [(0, 1, 1), (2, 0, 1)]
"""Edges of a system, and those that every method finds in it."""


def graph_of(edges):
    """Return a graph of three variables and two lags, with the first edge the strongest."""
    scores = np.zeros((3, 3, 3))
    for place, edge in enumerate(edges):
        scores[edge] = 1 - place / 10
    return LaggedGraph(scores=scores, names=("a", "b", "c"), adjacency=scores > 0)


def write_graphs(store, cells):
    for one in cells:
        digest = store.write_truth(graph_of(TRUE), one.key)
        kept = record(f1_of(one.method, one.seed), truth=digest)
        store.write(base_record(one, **kept), graph_of(FOUND))


def write_store(root):
    """Return a store and two experiments: `volume` has run but for one seed, `lags` only in part.

    PCMCI has failed once on `volume`, and nothing of `random` on `lags` has been run.
    """
    store = Store(root)
    volume = [cell(m, s, n_samples=n) for m in BEST for s in range(5) for n in (100, 1000)]
    lags = [
        cell(m, s, "long", axes={"graph.max_lag": k})
        for m in BEST
        for s in range(5)
        for k in (5, 50)
    ]
    for one in volume[:-1]:
        store.write(base_record(one, **record(f1_of(one.method, one.seed))))
    write_graphs(store, [one for one in volume if (one.seed, one.n_samples) == (0, 1000)])
    (root / "reference.csv").write_text(REFERENCE)
    lost = {"status": "timeout", "reason": "killed after 8 s <b>", "metrics": {}, "cost": {}}
    store.write(base_record(cell("pcmci", 0), **record(0.0, **lost)))
    for one in lags:
        if one.method != "random":
            store.write(base_record(one, **record(f1_of(one.method, one.seed) / 2 - 0.01)))
    beside = Published(figure="scaling", panel="Linear", where={"simulator": "linear"})
    return store, [
        Experiment("volume", "Linear systems.", volume, View(published=(beside,))),
        Experiment("lags", "Long lags.", lags, View()),
    ]


@pytest.fixture(scope="session")
def written():
    """Functions that write a cell and its record by hand."""
    return SimpleNamespace(cell=cell, record=record)


class Small:
    """A small store and its parts; its page, once it is asked for; and what it was made with."""

    methods = tuple(BEST)
    cell, record, made = map(staticmethod, (cell, record, made))

    def __init__(self, root):
        self.store, self.parts = write_store(root)
        self.cells = [cell for part in self.parts for cell in part.cells]

    @functools.cached_property
    def page(self):
        return write_page("trial", self.parts, self.store.read, self.store.root)

    @property
    def text(self):
        return self.page.read_text()


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return Small(tmp_path_factory.mktemp("run"))
