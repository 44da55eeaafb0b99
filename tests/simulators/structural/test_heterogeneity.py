"""What the heterogeneity level does to structure and to functions, measured and documented."""

import re
from pathlib import Path

import numpy as np
import pytest

from simulators.components.graphs import Graph, draw_pools
from simulators.components.regimes import Regimes, draw_regimes
from simulators.engine.units import compile_program
from simulators.structural.equations import Functions

PAGE = Path(__file__).parents[3] / "docs" / "add_a_simulator.md"
ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) % \| ([\d.]+) % \|$", re.MULTILINE)


def functions(program, regime):
    """Return, by edge, what its effect takes from it: units with all that enters them."""
    found = {}
    for effect in range(10):
        equation, together = regime * 10 + effect, []
        for u in range(int(program.first[equation]), int(program.first[equation + 1])):
            inputs = [
                (int(program.cause[k]), int(program.lag[k]), float(program.coefficient[k]))
                for k in range(int(program.begin[u]), int(program.begin[u + 1]))
            ]
            together.append((inputs, (program.code[u], program.weight[u], program.bias[u])))
            if program.role[u] == 0:
                _file(found, effect, together)
                together = []
    return found


def _file(found, effect, together):
    """Add one summand, with what acts through it, to every edge in it."""
    linear = len(together) == 1 and together[0][1][0] == 0
    for cause, lag in {(i, lag) for inputs, _ in together for i, lag, _ in inputs}:
        # A sum of linear terms is a function of each parent by itself.
        own = [x for x in together[0][0] if x[:2] == (cause, lag)] if linear else together
        found.setdefault((cause, effect, lag), []).append(own)


def changed(mechanism, level, seed):
    """Return the numbers of edges, of those that differ, and of kept ones with other functions."""
    config = Regimes(n_regimes=2, level=level)
    first, second = draw_regimes(draw_pools(Graph(), 0, seed), config, seed)
    drawn = Functions(
        mechanisms=(mechanism,),
        variance_share=0.0,
        difficulty="medium",
        coupling=1.0,
        sds=np.ones(10),
        own=None,
        n_vars=10,
        latent_strength=1.0,
        rho=0.9,
        max_lag=5,
        acyclic=False,
        seed=seed,
    )
    program = compile_program(drawn.equations([first, second], {}))
    before, after = (functions(program, regime) for regime in (0, 1))
    assert set(before) == {edge[:3] for edge in first}
    kept = set(before) & set(after)
    return np.array([len(first), len(first) - len(kept), sum(before[e] != after[e] for e in kept)])


@pytest.mark.parametrize(
    ("mechanism", "level", "structure", "function"),
    [(m, float(level), float(s), float(f)) for m, level, s, f in ROW.findall(PAGE.read_text())],
)
def test_the_table_of_the_page_is_what_is_measured(mechanism, level, structure, function):
    edges, differ, other = np.sum([changed(mechanism, level, seed) for seed in range(8)], axis=0)
    assert 100 * differ / edges == pytest.approx(structure, abs=0.51)
    assert 100 * other / max(edges - differ, 1) == pytest.approx(function, abs=0.51)


def test_the_page_has_the_table():
    assert len(ROW.findall(PAGE.read_text())) == 12
