"""Background knowledge: how it is written, what it forbids, and what is refused."""

import numpy as np
import pytest

from methods import VAR, DeclinedError, InputError, TimeSeries, registry
from methods.types.knowledge import TAKERS, Knowledge, Link

NAMES = ("rain", "soil", "river")


def places(array):
    return {tuple(at) for at in np.argwhere(array).tolist()}


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("rain->soil", ("rain", "soil", None)),
        (" rain -> soil @ 2 ", ("rain", "soil", 2)),
        ("rain (mm) -> a@b", ("rain (mm)", "a@b", None)),
        ("rain -> a@b@10", ("rain", "a@b", 10)),
    ],
)
def test_a_link_is_read_and_written(text, link):
    assert Link.parse(text) == link
    assert Link.parse(str(Link.parse(text))) == link


def test_knowledge_forbids_and_requires_where_it_says():
    known = Knowledge.of(
        {"forbidden": ["river->rain", "soil->soil@2"], "required": ["rain->soil@1"]}
    )
    forbidden, required = known.over(NAMES, 2)
    assert places(forbidden) == {(2, 0, 0), (2, 0, 1), (2, 0, 2), (1, 1, 2)}
    assert places(required) == {(0, 1, 1)}


def test_tiers_forbid_every_lag_back_and_leave_others_free():
    forbidden, _ = Knowledge.of({"tiers": [["rain"], ["river"]]}).over(NAMES, 1)
    assert places(forbidden) == {(2, 0, 0), (2, 0, 1)}


def test_a_file_is_read(tmp_path):
    path = tmp_path / "known.yaml"
    path.write_text("forbidden:\n  - river -> rain\ntiers: [[rain], [soil, river]]\n")
    assert Knowledge.from_file(path) == Knowledge(
        forbidden=(Link("river", "rain"),), tiers=(("rain",), ("soil", "river"))
    )
    path.write_text("")
    assert Knowledge.from_file(path) == Knowledge()
    path.write_text("forbidden: [")
    with pytest.raises(InputError, match=r"^knowledge: .*known\.yaml is no YAML"):
        Knowledge.from_file(path)
    with pytest.raises(InputError, match="expected a YAML file, found none at"):
        Knowledge.from_file(tmp_path / "other.yaml")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"forbiden": []}, "found 'forbiden'; did you mean 'forbidden'"),
        ({"forbidden": "a->b"}, "forbidden: expected a list, found 'a->b'"),
        ({"tiers": ["rain"]}, "tiers: expected a list, found 'rain'"),
        ({"forbidden": ["rain"]}, "link: expected CAUSE->EFFECT"),
        ({"forbidden": [3]}, "link: expected CAUSE->EFFECT .* found 3"),
        ({"required": ["rain->soil"]}, "required: expected a lag, as rain->soil@1"),
        ({"required": ["rain->soil@9"]}, "rain->soil@9: expected a lag of at most max_lag 2"),
        ({"forbidden": ["rian->soil"]}, "found 'rian'; did you mean 'rain'"),
        (
            {"forbidden": ["rain->soil"], "required": ["rain->soil@1"]},
            "rain->soil@1 is both required and forbidden",
        ),
        (
            {"required": ["rain->soil@0", "soil->river@0", "river->rain@0"]},
            "required links at lag 0 make a cycle through rain",
        ),
        (["rain->soil"], "knowledge: expected a mapping"),
    ],
)
def test_wrong_knowledge_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        Knowledge.of(given).over(NAMES, 2)


def test_link_assumptions_of_tigramite_are_read():
    assumptions = {
        0: {(0, -1): "-?>", (1, 0): "<?-"},
        1: {(0, 0): "-?>", (2, 0): "o?o", (1, -2): "-->"},
        2: {(1, 0): "o?o", (2, -1): "-?>"},
    }
    forbidden, required = Knowledge.from_link_assumptions(assumptions, NAMES, 2).over(NAMES, 2)
    allowed = {(0, 0, 1), (0, 1, 0), (1, 2, 0), (2, 1, 0), (2, 2, 1), (1, 1, 2)}
    assert places(~forbidden) == allowed | {(k, k, 0) for k in range(3)}
    assert places(required) == {(1, 1, 2)}
    with pytest.raises(InputError, match=r"found 'o-o' at \[1\]\[\(0, 0\)\]"):
        Knowledge.from_link_assumptions({1: {(0, 0): "o-o"}}, NAMES, 2)


def test_the_list_of_those_that_take_knowledge_is_right():
    takers = [name for name in registry.available() if registry.load(name)().handles.knowledge]
    assert tuple(takers) == TAKERS


def test_a_method_without_lag_0_takes_no_required_link_there():
    series = TimeSeries.from_array(np.random.default_rng(0).normal(size=(60, 2)), ["a", "b"])
    with pytest.raises(DeclinedError, match="VAR does not look at lag 0"):
        VAR().discover(series, max_lag=1, knowledge={"required": ["a->b@0"]})
    graph = VAR().discover(series, max_lag=1, knowledge={"forbidden": ["a->b@0"]})
    assert np.isfinite(graph.scores[:, :, 1]).all()
