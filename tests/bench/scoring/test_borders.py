"""Borders by hand, by the best matching there is, and by chance."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from bench.scoring import score
from bench.scoring.borders import TOLERANCE, border_metrics, borders
from bench.scoring.metrics import bounds, direction
from methods import LaggedGraph


def graph_of(*labels):
    return LaggedGraph(np.ones((1, 1, 2)), ("a",), regimes=tuple(labels))


def steps(*lengths):
    return np.repeat(np.arange(len(lengths)) % 2, lengths)


def test_borders_within_the_tolerance_are_right():
    truth = graph_of(steps(200, 200, 200, 200))
    found = graph_of(steps(200 + TOLERANCE, 200, 376 - TOLERANCE, 24))
    # At 225, 425 and 776: the first two are 25 steps late, the third is nowhere near.
    values = {name: numbers[0] for name, numbers in border_metrics(found, truth).items()}
    assert values == pytest.approx(
        {"border_precision": 2 / 3, "border_recall": 2 / 3, "border_f1": 2 / 3}
    )
    late = graph_of(steps(201 + TOLERANCE, 574 - TOLERANCE, 25))
    assert border_metrics(late, truth)["border_f1"][0] == 0.0


def test_two_found_borders_are_not_one_true_border():
    truth, found = graph_of(steps(200, 200)), graph_of(steps(195, 10, 195))
    values = [numbers[0] for numbers in border_metrics(found, truth).values()]
    assert values == pytest.approx([1 / 2, 1.0, 2 / 3])


def test_nothing_found_is_nothing_right_and_nothing_to_find_is_no_score():
    border, none = graph_of(steps(200, 200)), graph_of(np.zeros(400, dtype=int))
    assert [v[0] for v in border_metrics(none, border).values()] == [0.0, 0.0, 0.0]
    assert border_metrics(border, none) == {}


def test_the_end_of_a_segment_is_no_border_and_reaches_none():
    labels = [np.zeros(100, dtype=int), np.ones(100, dtype=int)]
    assert len(borders(labels)) == 0
    # One border at the end of the first segment, the other at the start of the second.
    truth = graph_of(steps(95, 5), np.zeros(100, dtype=int))
    found = graph_of(np.zeros(100, dtype=int), steps(5, 95))
    assert border_metrics(found, truth)["border_f1"][0] == 0.0


@given(st.lists(st.integers(60, 200), min_size=2, max_size=6), st.data())
def test_no_matching_of_far_borders_finds_more(lengths, data):
    """Where true borders are further apart than two tolerances, the greedy count is the best."""
    truth = graph_of(steps(*lengths))
    total = sum(lengths)
    places = sorted(data.draw(st.sets(st.integers(1, total - 1), max_size=8)))
    found = graph_of(steps(*np.diff([0, *places, total])))
    true = borders(truth.regimes)
    near = np.abs(np.subtract.outer(true, places)) <= TOLERANCE if places else np.zeros((1, 1))
    right = near[linear_sum_assignment(~near.astype(bool))].sum()
    values = [numbers[0] for numbers in border_metrics(found, truth).values()]
    assert values[1] == pytest.approx(right / len(true))
    assert values[2] == pytest.approx(2 * right / (len(true) + len(places)))


def test_the_floor_is_what_random_borders_reach():
    rng, total = np.random.default_rng(0), 10_000
    truth = graph_of(steps(*np.full(10, 1000)))
    drawn = []
    for _ in range(300):
        places = np.sort(rng.choice(np.arange(1, total), 20, replace=False))
        found = graph_of(steps(*np.diff([0, *places, total])))
        drawn.append(border_metrics(found, truth)["border_f1"])
    values, floors, _ = np.transpose(drawn)
    assert values.mean() == pytest.approx(floors[0], abs=0.015)


def test_the_scores_of_a_graph_have_them_with_direction_and_range():
    def part(lag):
        edge = np.zeros((1, 1, 3))
        edge[0, 0, lag] = 1.0
        edge[:, :, 0] = np.nan
        return LaggedGraph(edge, ("a",), edge == 1)

    parts = {0: part(1), 1: part(2)}
    truth = dataclasses.replace(part(1), per_regime=parts, regimes=(steps(100, 100),))
    found = dataclasses.replace(part(1), regimes=(np.repeat([0, 1, 2], [100, 50, 50]),))
    scores = {
        s.metric: s for s in score(found, truth, np.random.default_rng(0)) if s.level == "regimes"
    }
    assert scores["n_error"].value == 1
    assert scores["border_recall"].value == 1
    assert scores["border_precision"].value == 0.5
    assert direction("regimes:n_error") == -1
    assert direction("regimes:border_f1") == 1
    assert bounds("regimes:border_f1") == (0.0, 1.0)
    assert bounds("regimes:n_error") == (0.0, np.inf)
