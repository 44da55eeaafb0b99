"""Every registered method keeps every clause of the contract; broken adapters fail theirs."""

import importlib
import inspect
from pathlib import Path

import pytest

from bench.contract import hard_input
from bench.contract.checks import CHECKS, Skip, describe, run_checks
from methods import registry

# The one check that fits a trained method in full; the others, which fit it many times, do so in
# short, since what they ask for does not hang on the length of training.
IN_FULL = "planted_edge_comes_first"
SHORTEST = {
    "updates": 60,
    "epochs": 20,
    "iterations": 1000,
    "members": 1,
    "runs": 2,
    "hidden": 20,
}
EVERY_DAY = ("same_seed_same_bytes",)
LONG = (
    IN_FULL,
    "result_is_well_formed",
    "column_order_does_not_matter",
    "hard_input_is_answered_or_refused",
    "units_do_not_matter",
    "segment_border_is_not_crossed",
)
IN_A_PROCESS = "a_truth_in_sight_changes_nothing"
# These need no edge to be found: every step of training is taken, but not often.
BARELY = {"updates": 10, "epochs": 2, "iterations": 50, "members": 2, "runs": 10, "hidden": 20}
UNTRAINED = (*EVERY_DAY, "result_is_well_formed", IN_A_PROCESS)


def shortened(cls):
    """Return a method with a tenth of its training, but no less than tells something."""
    return cls(**{name: min(n, max(n // 10, SHORTEST[name])) for name, n in lengths(cls).items()})


def barely_trained(cls):
    """Return a method with as little training as has every step in it."""
    return cls(**{name: min(n, BARELY[name]) for name, n in lengths(cls).items()})


def lengths(cls):
    """Return the parameters of a method that say how long it trains, and how much."""
    known = inspect.signature(cls).parameters
    return {name: known[name].default for name in SHORTEST if name in known}


def takes_long(cls):
    """Whether a fit takes seconds: where a network is trained, or a search starts many times."""
    handles = cls().handles
    return not handles.trivial and (handles.stochastic or "torch" in cls.libraries)


def cases():
    """Yield every method and check; what fits for long is for `make test-all`.

    Of methods that share one `discover`, one is asked what it answers in a process of its own.
    """
    asked = set()  # what a process that is made for it was asked
    for name in registry.available():
        cls = registry.load(name)
        trained = shortened(cls) != cls()
        for check in CHECKS:
            if check.__name__ == IN_A_PROCESS:
                if cls.discover in asked:
                    continue
                asked.add(cls.discover)
            fits = check.__name__ in (*EVERY_DAY, *LONG, IN_A_PROCESS)
            short = trained and fits and check.__name__ != IN_FULL
            quick = barely_trained(cls) != cls() and check.__name__ in EVERY_DAY
            long = takes_long(cls) and fits and not quick
            long |= check.__name__ == IN_A_PROCESS
            yield pytest.param(
                name,
                check,
                short,
                marks=[pytest.mark.slow] if long else [],
                id=f"{name}-{check.__name__}" + ("-short" if short else ""),
            )


@pytest.fixture(scope="module", autouse=True)
def _libraries():
    """Load what methods need, so that the processes that answer by themselves have it too."""
    for cls in map(registry.load, registry.available()):
        for library in cls.libraries:
            importlib.import_module(library)


@pytest.mark.parametrize(("name", "check", "short"), list(cases()))
def test_registered_method(name, check, short):
    cls = registry.load(name)
    try:
        if short:
            short_of = barely_trained if check.__name__ in UNTRAINED else shortened
            check(short_of(cls))
        else:
            check(cls())
    except Skip as reason:
        pytest.skip(str(reason))


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("broken_adapters")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("adapter", "check", "reason"),
    [
        (
            "Transposed",
            "planted_edge_comes_first",
            "X0(t-2) -> X1(t) was planted; the method ranks X1(t-2) -> X0(t) first: is the "
            "array transposed?",
        ),
        (
            "OldestLagFirst",
            "planted_edge_comes_first",
            "the method ranks X0(t-3) -> X1(t) first: is the lag axis shifted or reversed?",
        ),
        ("WrongShape", "result_is_well_formed", "expected scores of shape (4, 4, 4)"),
        ("Infinite", "result_is_well_formed", "expected finite numbers or NaN, found inf"),
        ("SilentlyInstantaneous", "result_is_well_formed", "handles.instantaneous is False"),
        ("OwnCauseAtOnce", "result_is_well_formed", "a variable as cause of itself"),
        ("MarksNoEdge", "marks_agree_with_the_decision", "is selected and marked ''"),
        ("ForgetsWhatIsKnown", "knowledge_is_kept_or_declined", "is required and not selected"),
        ("DoubtsItsMarks", "marks_agree_with_the_decision", "is not selected and marked '-->'"),
        ("DeclinesEverything", "result_is_well_formed", "declines an ordinary problem"),
        ("Glues", "segment_border_is_not_crossed", "windows cross a border"),
        ("GluesTrivially", "segment_border_is_not_crossed", "with the segments turned round"),
        ("OwnRandomness", "same_seed_same_bytes", "draw only from rng"),
        ("ChangesTheSeries", "same_seed_same_bytes", "changes the values of the series"),
        ("FavoursFirstColumns", "column_order_does_not_matter", "before it was"),
        ("UnstableRanking", "column_order_does_not_matter", "the leading edges are"),
        ("Positional", "constructor_only_stores", "'alpha' can be given by position"),
        ("ConvertsItsParameter", "constructor_only_stores", "attribute 'layers' is not what"),
        ("BuildsInConstructor", "constructor_only_stores", "also sets weights"),
        ("HoldsTheTruth", "truth_is_out_of_reach", "a LaggedGraph is reachable"),
        ("WalksFrames", "a_truth_in_sight_changes_nothing", "with the truth in a caller's frame"),
        (
            "SilentWhereItCannotTell",
            "hard_input_is_answered_or_refused",
            "a doubled column: all scores are 0",
        ),
        (
            "HalfSilent",
            "hard_input_is_answered_or_refused",
            "a doubled column: some scores are NaN",
        ),
        (
            "LosesTheEdge",
            "hard_input_is_answered_or_refused",
            "leads instead of X0(t-2) -> X1(t), X3(t-2) -> X1(t)",
        ),
        (
            "SelectsNothing",
            "hard_input_is_answered_or_refused",
            "is not selected, as it is on an ordinary series",
        ),
        (
            "RaisesWhatALibraryRaises",
            "hard_input_is_answered_or_refused",
            "a doubled column: LinAlgError: Singular matrix; raise a ValueError or a Declined",
        ),
        (
            "HasAThresholdInUnits",
            "units_do_not_matter",
            "a cause of 1e-12: X0(t-2) -> X1(t) is not selected",
        ),
        ("RefusesUnits", "units_do_not_matter", "refused, although only the units differ"),
        ("ScoresInUnits", "units_do_not_matter", "a cause of 1e-12: X1"),
    ],
)
def test_broken_adapter_fails_its_clause_only(broken, adapter, check, reason):
    results = run_checks(getattr(broken, adapter)())
    failed = {result.name: result.message for result in results if result.status == "fail"}
    assert list(failed) == [check]
    assert reason in failed[check]


def test_unchecked_adapters_are_caught_where_the_base_no_longer_helps(broken):
    denies = run_checks(broken.TakesSegmentsItDenies())
    failed = [result for result in denies if result.status == "fail"]
    assert {result.name for result in failed} >= {"segment_border_is_not_crossed"}
    assert "several segments are taken" in failed[-1].message
    forgiving = run_checks(broken.Forgiving())
    failed = [result for result in forgiving if result.status == "fail"]
    names = [result.name for result in failed]
    assert names == ["knowledge_is_kept_or_declined", "bad_input_is_refused"]
    assert "max_lag 0 is taken without an error" in failed[1].message


def test_a_method_that_hangs_is_left_behind(broken, monkeypatch):
    monkeypatch.setattr(hard_input, "_PATIENCE", 0.3)
    with pytest.raises(AssertionError, match=r"^a doubled column: no answer after 0\.3 s$"):
        hard_input.hard_input_is_answered_or_refused(broken.Hangs())


def test_missing_default_is_named(broken):
    [first, *_] = run_checks(broken.NoDefault(size=3))
    assert (first.status, first.message) == ("fail", "parameter 'size' has no default")


@pytest.mark.parametrize(
    ("source", "check", "reason"),
    [
        ("import tigramite", "imports_are_lazy", "also imports tigramite"),
        ("import simulators", "truth_is_out_of_reach", "imports simulators"),
        (
            "def peek():\n    from bench import contract",
            "truth_is_out_of_reach",
            "imports bench",
        ),
    ],
)
def test_import_that_breaks_the_contract(tmp_path, monkeypatch, source, check, reason):
    module = f"adapter_{tmp_path.name}"
    text = f"from methods.linear.var import VAR\n{source}\n\nclass Adapter(VAR):\n    pass\n"
    (tmp_path / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    results = run_checks(registry.load(f"{module}:Adapter")())
    failed = {result.name: result.message for result in results if result.status == "fail"}
    assert list(failed) == [check]
    assert reason in failed[check]


def test_every_file_of_an_adapter_package_is_read(tmp_path, monkeypatch):
    package = tmp_path / "adapter_package"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from methods.linear.var import VAR\nclass Adapter(VAR): pass\n"
    )
    (package / "inner.py").write_text("import simulators\n")
    monkeypatch.syspath_prepend(tmp_path)
    results = run_checks(registry.load("adapter_package:Adapter")())
    failed = {result.name: result.message for result in results if result.status == "fail"}
    assert list(failed) == ["truth_is_out_of_reach"]
    assert failed["truth_is_out_of_reach"].startswith("inner.py imports simulators")


def test_whatever_an_adapter_raises_is_a_failure_and_graph_checks_are_not_repeated(broken):
    results = run_checks(broken.Infinite())
    assert [result.name for result in results] == [check.__name__ for check in CHECKS]
    skipped = [result.name for result in results if result.status == "skip"]
    assert skipped == [
        "marks_agree_with_the_decision",
        "knowledge_is_kept_or_declined",
        "planted_edge_comes_first",
        "a_truth_in_sight_changes_nothing",
        "column_order_does_not_matter",
        "same_seed_same_bytes",
        "hard_input_is_answered_or_refused",
        "units_do_not_matter",
        "missing_values_are_passed_over_or_declined",
        "segment_border_is_not_crossed",
    ]


def test_what_cannot_run_on_this_machine_is_skipped_with_its_reason(broken):
    results = {result.name: result for result in run_checks(broken.LacksItsWeights())}
    assert {result.status for result in results.values()} == {"pass", "skip"}
    formed = results["result_is_well_formed"]
    assert (formed.status, formed.message) == ("skip", "cannot run on this machine: no weights")
    assert results["bad_input_is_refused"].status == "pass"


def test_each_check_says_in_one_line_what_it_asks_for():
    lines = [describe(check) for check in CHECKS]
    assert len(set(lines)) == len(CHECKS)
    assert all(line.endswith(".") and "\n" not in line for line in lines)
