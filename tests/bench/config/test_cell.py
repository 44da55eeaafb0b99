"""A grid expands to every combination once, and a key depends on content alone."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.config.cell import canonical, choice_of, content_key
from bench.config.grid import expand
from methods.linear import VAR
from methods.pcmci.finder import RPCMCIRegimes

FINDERS = [
    {"name": "ruptures", "params": {}, "version": 1},
    {"name": "rpcmci", "params": {}, "version": 1},
    {"name": "rpcmci", "params": {"n_regimes": 3}, "version": 1},
    {"name": "rpcmci", "params": {}, "version": 2},
]


def test_the_grid_is_the_product_of_all_axes(settings):
    grid = {"regimes": {"level": [0.0, 0.5], "n_regimes": [2, 3]}}
    cells = expand(settings("Works", "Raises", grid=grid, n_samples=(50, 60, 70), seeds=(0, 1)))
    assert len(cells) == 2 * 2 * 3 * 2 * 2
    assert len({cell.key for cell in cells}) == len(cells)
    point = cells[-1]
    assert point.axes == {"regimes.level": 0.5, "regimes.n_regimes": 3}
    assert point.simulator_params["regimes"]["level"] == 0.5
    assert point.build_simulator().regimes.n_regimes == 3


def test_the_key_ignores_labels_and_number_types(settings):
    one = expand(settings("Works", grid={"regimes": {"level": [1]}}))[0]
    other = expand(settings("Works", grid={"regimes": {"level": [1.0]}}))[0]
    assert one.key == other.key
    assert dataclasses.replace(one, simulator="another label").key == one.key
    # A method of another package need not annotate its parameters.
    untyped = [dataclasses.replace(one, method_params={"a": a}) for a in ((1, 2.0), [1.0, 2])]
    assert untyped[0].key == untyped[1].key


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_a_canonical_value_is_equal_to_its_origin_and_survives_json(value):
    assert canonical(value) == value
    assert content_key(canonical(json.loads(json.dumps(canonical(value))))) == content_key(
        canonical(value)
    )


def test_whole_floats_are_integers_but_true_is_not_one():
    assert json.dumps(canonical([1.0, -0.0, 1e3, True, 0.5])) == "[1, 0, 1000, true, 0.5]"


def test_the_key_depends_on_everything_that_decides_the_result(settings):
    cell = expand(settings("Works"))[0]
    changed = [
        dataclasses.replace(cell, seed=1),
        dataclasses.replace(cell, n_samples=61),
        dataclasses.replace(cell, method="faulty:Raises"),
        dataclasses.replace(cell, method_params={"a": 1}),
        *(dataclasses.replace(cell, regimes=choice) for choice in ("pool", "segments", "told")),
        *(dataclasses.replace(cell, regimes="found", finder=finder) for finder in FINDERS),
        dataclasses.replace(cell, kind="var"),
        dataclasses.replace(cell, simulator_params={}),
    ]
    assert len({cell.key, *(other.key for other in changed)}) == len(changed) + 1


def test_keys_of_before_the_choice_are_those_of_own_and_of_labels_that_are_used(settings):
    """A method that pools whatever it is told has another result now, and so another key."""
    (cell,) = expand(settings(methods={"var": {}}))
    (dot,) = expand(settings(methods={"dot": {}}, regimes="told"))
    assert cell.describe()["protocol"] == {"regimes_known": False}
    assert dot.describe()["protocol"] == {"regimes_known": True}
    (var,) = expand(settings(methods={"var": {}}, regimes="told"))
    assert var.describe()["protocol"] == {"regimes_known": True, "regimes": "told"}
    for one in (cell, dot, var):
        assert choice_of(one.describe()["protocol"]) == (one.regimes, {})


def test_a_choice_is_an_axis_and_found_has_every_finder(settings):
    cells = expand(
        settings(
            methods={"var": {}},
            regimes=["pool", "found"],
            finders={"evidence": {}, "rpcmci": {"n_regimes": 3}},
        )
    )
    assert [cell.choice for cell in cells] == [
        "pool",
        "found:evidence",
        "found:rpcmci,n_regimes=3",
    ]
    wrapped = cells[2].build_method()
    assert wrapped.method == VAR()
    assert wrapped.finder == RPCMCIRegimes(n_regimes=3)
    assert choice_of(cells[2].describe()["protocol"]) == ("found", cells[2].finder)
    with pytest.raises(ValueError, match="finder: expected a finder with regimes=found"):
        expand(settings(methods={"var": {}}, regimes="found"))
    with pytest.raises(ValueError, match="finder: expected one of evidence, rpcmci, ruptures"):
        expand(settings(methods={"var": {}}, regimes="found", finders={"nobody": {}}))


def test_a_config_names_the_key_that_is_wrong(settings):
    with pytest.raises(ValueError, match=r"grid\.regimes\.level: expected a list"):
        expand(settings("Works", grid={"regimes": {"level": 0.5}}))
    with pytest.raises(ValueError, match=r"simulators\.small\.regimes\.level: expected .*>= 0"):
        expand(settings("Works", grid={"regimes": {"level": [-1]}}))
    with pytest.raises(ValueError, match="kind"):
        expand(settings("Works", simulators={"odd": {"kind": "nothing"}}))
    with pytest.raises(ValueError, match="module:Class"):
        expand(settings("Nothing"))
