import numpy as np
import pytest

from bench.dev.null_rates import KINDS, TARGETS, false_at, rates
from methods import LaggedGraph
from simulators import stream


def test_shares_are_of_what_the_step_up_procedure_finds():
    p = np.full((2, 2, 2), np.nan)
    p[:, :, 1] = [[1e-9, 0.04], [0.9, 1e-9]]
    graph = LaggedGraph(np.nan_to_num(p), ("a", "b"), p_values=p)
    own = np.zeros(p.shape, dtype=bool)
    own[[0, 1], [0, 1]] = True
    # Of four tests the third smallest is rejected up to 3/4 of the target: 0.0375 < 0.04 < 0.075.
    assert [false_at(graph, own, target) for target in TARGETS] == pytest.approx([0, 1 / 3, 1 / 3])
    per_regime = {0: graph, 1: LaggedGraph(np.nan_to_num(p), ("a", "b"), p_values=np.sqrt(p))}
    both = LaggedGraph(np.nan_to_num(p), ("a", "b"), per_regime=per_regime)
    assert false_at(both, own, 0.1) == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_has_a_lagged_link_that_its_own_past_does_not_explain(kind):
    """Common courses aside, a regression on own and other past says nothing of the other."""
    values = KINDS[kind](stream(0, "test"), 4000, 2)
    assert values.shape == (4000, 2)
    if kind not in ("common trend", "common season"):
        design = np.column_stack([np.ones(3999), values[:-1]])
        weights = np.linalg.lstsq(design, values[1:, 1], rcond=None)[0]
        left = values[1:, 1] - design @ weights
        # Robust to a variance that follows the cause (White, 1980).
        bread = np.linalg.inv(design.T @ design)
        spread = bread @ (design.T * left**2) @ design @ bread
        assert abs(weights[1]) < 4 * np.sqrt(spread[1, 1])


@pytest.mark.slow
def test_white_noise_is_mostly_left_alone():
    found = rates("white noise", 4, 400, 3, 2)
    assert found.shape == (4, len(TARGETS))
    assert found[:, 0].sum() <= 1
