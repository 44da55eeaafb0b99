"""The tests from one factor against those of tigramite, which compute each from the data."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.independence_tests.parcorr_mult import ParCorrMult
from tigramite.lpcmci import LPCMCI
from tigramite.pcmci import PCMCI

from methods.pcmci.library import parcorr
from methods.pcmci.library.parcorr import CovParCorr, CovParCorrMult

DOCS = Path(__file__).parents[4] / "docs"
# Of statistics; the p-value of N rows moves by about sqrt(N) as much.
TOLERANCE = 1e-12
SEARCHES = {
    "pcmci": lambda frame, test, lag: PCMCI(frame, test).run_pcmci(tau_min=0, tau_max=lag),
    "pcmciplus": lambda frame, test, lag: PCMCI(frame, test).run_pcmciplus(tau_max=lag),
    "lpcmci": lambda frame, test, lag: LPCMCI(frame, test).run_lpcmci(tau_max=lag),
}


def autoregressive(rng, n_samples, n_vars):
    """Every variable has its past, a lagged cause, and often one at lag 0; any unit and mean.

    Coefficients are small enough that no variable grows without end.
    """
    values = rng.normal(size=(n_samples, n_vars))
    causes = rng.integers(n_vars, size=(2, n_vars))
    for t in range(2, n_samples):
        values[t] += 0.3 * values[t - 1] + 0.2 * values[t - 2, causes[0]]
        for effect in range(1, n_vars):
            if causes[1, effect] < effect:
                values[t, effect] += 0.4 * values[t, causes[1, effect]]
    return values * 10.0 ** rng.uniform(-3, 3, n_vars) + rng.normal(size=n_vars)


def system(seed):
    """Return data sets and a largest lag: 1 to 8 variables, 1 to 4 data sets, 14 rows or more."""
    rng = np.random.default_rng(seed)
    n_vars = 1 + seed % 4 + (4 if seed >= 48 else 0)
    lag = int(rng.integers(1, 4 if n_vars < 3 else 3 if n_vars < 5 else 2))
    lengths = rng.integers(14, 200 if n_vars < 5 else 60, size=1 + seed // 4 % 4)
    # The last one of several may be too short to use.
    if len(lengths) == 4:
        lengths[-1] = 2 * lag
    return [autoregressive(rng, length, n_vars) for length in lengths], lag


def frame_of(parts):
    if len(parts) == 1:
        return DataFrame(parts[0])
    return DataFrame(dict(enumerate(parts)), analysis_mode="multiple")


def spied(test, monkeypatch):
    """Count how often the library has to answer."""
    asked = []
    base = type(test).__mro__[2]
    real = base.run_test

    def spy(self, *given, **named):
        if self is test:
            asked.append(given)
        return real(self, *given, **named)

    monkeypatch.setattr(base, "run_test", spy)
    return asked


def drawn_tests(rng, n_vars, lag, count, most=6):
    """Draw X, Y and Z among all lagged variables."""
    nodes = [(i, -k) for i in range(n_vars) for k in range(2 * lag + 1)]
    for _ in range(count):
        chosen = rng.permutation(len(nodes))[: 2 + rng.integers(most + 1)]
        x, y, *z = [nodes[k] for k in chosen]
        yield [x], [y], z


# Of each number of data sets and variables; with LPCMCI, which takes five times as long, once.
SEEDS = {name: range(56) for name in SEARCHES} | {"lpcmci": (*range(16), 48, 51)}


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
def test_p_values_and_graphs_of_many_systems_are_the_librarys(search):
    seen = 0
    for seed in SEEDS[search]:
        parts, lag = system(seed)
        try:
            expected = SEARCHES[search](frame_of(parts), ParCorr(), lag)
        except ValueError as error:  # no rows left
            with pytest.raises(ValueError, match=re.escape(str(error))):
                SEARCHES[search](frame_of(parts), CovParCorr(), lag)
            continue
        found = SEARCHES[search](frame_of(parts), CovParCorr(), lag)
        assert np.array_equal(found["graph"], expected["graph"])
        for key, tolerance in (("val_matrix", TOLERANCE), ("p_matrix", 20 * TOLERANCE)):
            np.testing.assert_allclose(found[key], expected[key], rtol=0, atol=tolerance)
        seen += 1
    assert seen >= 0.85 * len(SEEDS[search])


def test_the_library_is_not_asked_and_the_order_of_nodes_does_not_matter(monkeypatch):
    rng = np.random.default_rng(0)
    test = CovParCorr()
    test.set_dataframe(frame_of([autoregressive(rng, 200, 3), autoregressive(rng, 60, 3)]))
    asked = spied(test, monkeypatch)
    for x, y, z in drawn_tests(rng, 3, 2, 30):
        first = test.run_test(x, y, z, tau_max=2, alpha_or_thres=0.05)
        assert test.run_test(y, x, z[::-1] + x, tau_max=2, alpha_or_thres=0.05) == first
        assert first[2] == (first[1] <= 0.05)
        assert test.run_test(x, y, z, tau_max=2) == first[:2]
    assert not asked


@pytest.mark.parametrize("closeness", [1e-2, 1e-4, 1e-6])
def test_nearly_collinear_columns_lose_no_digits(closeness, monkeypatch):
    """Against QR of the data, which is backward stable; moments square the condition number."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(500, 3)).cumsum(axis=0)
    values[:, 2] = values[:, 0] + closeness * rng.normal(size=500)
    tests = list(drawn_tests(rng, 3, 2, 60))

    def errors():
        test = CovParCorr()
        test.set_dataframe(DataFrame(values))
        return max(
            abs(test.run_test(x, y, z, tau_max=2)[0] - by_qr(values, x + y, z, 4))
            for x, y, z in tests
        )

    # What rounding of the data itself does to a residual of this size.
    bound = 1e-14 / closeness + 1e-13
    assert errors() < bound
    if closeness < 1e-2:
        monkeypatch.setattr(parcorr, "_CONDITION", np.inf)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parcorr, "_cholesky", lambda m: np.linalg.cholesky(m).T)
            assert errors() > 10 * bound


def by_qr(values, pair, conditions, cut):
    """Partial correlation by Householder QR of the centred columns."""
    nodes = [*conditions, *pair]
    columns = np.column_stack([values[cut + lag : len(values) + lag, k] for k, lag in nodes])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    k = len(conditions)
    (_, xy), (_, yy) = np.linalg.qr(columns, mode="r")[k : k + 2, k:]
    return np.sign(np.linalg.qr(columns, mode="r")[k, k]) * xy / np.hypot(xy, yy)


def test_dependent_conditions_are_dropped_as_the_library_drops_them(monkeypatch):
    rng = np.random.default_rng(2)
    values = autoregressive(rng, 200, 3)
    values = np.column_stack([values, values[:, 0] - 2 * values[:, 1]])
    fast, library = CovParCorr(), ParCorr()
    for test in (fast, library):
        test.set_dataframe(DataFrame(values))
    given = [(2, -1), (2, 0), [(0, -1), (1, -1), (3, -1), (2, -2)]]
    x, y, z = [given[0]], [given[1]], given[2]
    expected = library.run_test(x, y, z, tau_max=2)
    asked = spied(fast, monkeypatch)
    np.testing.assert_allclose(fast.run_test(x, y, z, tau_max=2), expected, atol=1e-12)
    assert not asked
    # What is left of a variable that the conditions determine is rounding: not for us to say.
    values = DataFrame(values)
    for test in (fast, library):
        test.set_dataframe(values)
    x = [(3, -1)]
    assert fast.run_test(x, y, z[:2], tau_max=2) == library.run_test(x, y, z[:2], tau_max=2)
    assert len(asked) == 1


def test_a_column_that_stands_still_is_left_to_the_library():
    values = autoregressive(np.random.default_rng(3), 100, 3)
    values[1:, 1] = 0.5
    fast, library = CovParCorr(), ParCorr()
    for x, y, z in [([(0, -1)], [(2, 0)], [(1, 0)]), ([(1, -1)], [(2, 0)], [(0, -1)])]:
        for test in (fast, library):
            test.set_dataframe(DataFrame(values))
        assert fast.run_test(x, y, z, tau_max=1) == library.run_test(x, y, z, tau_max=1)


NODES = ([(0, -1)], [(1, 0)], [(1, -1), (2, -2)])
SHUFFLED = {"significance": "shuffle_test", "sig_samples": 20, "sig_blocklength": 5}
ELSEWHERE = {
    "another cut": ({}, {}, {"cut_off": "max_lag"}),
    "shuffled": ({}, SHUFFLED, {}),
    "a mask": ({"mask": True}, {"mask_type": "y"}, {}),
    "missing values": ({"missing_flag": 999.0}, {}, {}),
    "a lag past the cut": ({}, {}, {"tau_max": 1, "cut_off": "2xtau_max"}),
    "much to print": ({}, {"verbosity": 2}, {}),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_the_factor_does_not_hold_is_the_librarys(case, monkeypatch, capsys):
    of_frame, of_test, of_run = (dict(given) for given in ELSEWHERE[case])
    rng = np.random.default_rng(4)
    values = autoregressive(rng, 120, 3)
    values[40, 0] = 999.0
    if "mask" in of_frame:
        of_frame["mask"] = rng.random(values.shape) < 0.2
    nodes = ([(0, -3)], *NODES[1:]) if "past" in case else NODES
    results = []
    for kind in (CovParCorr, ParCorr):
        test = kind(**of_test)
        test.set_dataframe(DataFrame(values, **of_frame))
        if kind is CovParCorr:
            asked = spied(test, monkeypatch)
        results.append(test.run_test(*nodes, **({"tau_max": 2} | of_run)))
    assert results[0] == results[1]
    assert len(asked) == 1
    assert bool(capsys.readouterr().out) == (case == "much to print")


def test_chosen_points_and_offsets_choose_the_rows(monkeypatch):
    rng = np.random.default_rng(9)
    parts = {0: autoregressive(rng, 90, 3), 1: autoregressive(rng, 60, 3)}
    frame = DataFrame(
        parts,
        analysis_mode="multiple",
        time_offsets={0: 0, 1: 20},
        reference_points=[*range(3, 60, 2), *range(70, 75)],
    )
    fast, library = CovParCorr(), ParCorr()
    for test in (fast, library):
        test.set_dataframe(frame)
    asked = spied(fast, monkeypatch)
    for case in drawn_tests(rng, 3, 2, 10):
        found, expected = (test.run_test(*case, tau_max=2) for test in (fast, library))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)
    assert not asked


def test_another_data_frame_and_sliding_windows_are_seen():
    rng = np.random.default_rng(5)
    first, second = (DataFrame(autoregressive(rng, 150, 3)) for _ in range(2))
    test, library = CovParCorr(), ParCorr()
    for frame in (first, second):
        for each in (test, library):
            each.set_dataframe(frame)
        np.testing.assert_allclose(
            test.run_test(*NODES, tau_max=2), library.run_test(*NODES, tau_max=2), atol=1e-12
        )
    windows = [
        PCMCI(first, each).run_sliding_window_of(
            "run_pcmci", {"tau_max": 1}, window_step=60, window_length=60
        )["window_results"]["val_matrix"]
        for each in (test, library)
    ]
    np.testing.assert_allclose(*windows, atol=1e-12)
    np.testing.assert_allclose(
        test.run_test(*NODES, tau_max=2), library.run_test(*NODES, tau_max=2), atol=1e-12
    )


def test_infinite_values_and_bad_nodes_get_the_librarys_error():
    values = autoregressive(np.random.default_rng(6), 60, 3)
    test = CovParCorr()
    with pytest.raises(ValueError, match="set_dataframe"):
        test.run_test(*NODES)
    test.set_dataframe(DataFrame(values))
    with pytest.raises(ValueError, match="non-positive"):
        test.run_test([(0, 1)], [(1, 0)], tau_max=2)
    with pytest.raises(ValueError, match="univariate"):
        test.run_test([(0, -1), (2, -1)], [(1, 0)], tau_max=2)


def test_several_columns_are_tested_together_as_the_library_does(monkeypatch):
    rng = np.random.default_rng(7)
    values = autoregressive(rng, 150, 4)
    # A code of three values, whose columns add up to one.
    code = np.eye(3)[np.repeat([0, 1, 2], 50)]
    vectors = {0: [(0, 0)], 1: [(1, 0), (2, -1)], 2: [(3, 0)], 3: [(4, 0), (5, 0), (6, 0)]}
    frame = DataFrame(np.hstack([values, code]), vector_vars=vectors)
    fast, library = CovParCorrMult(), ParCorrMult()
    for test in (fast, library):
        test.set_dataframe(frame)
    asked = spied(fast, monkeypatch)
    cases = [([(1, -1)], [(0, 0)], [(3, 0), (2, -1)]), ([(3, 0)], [(1, 0)], [(0, -1)])]
    found = [fast.run_test(*case, tau_max=2) for case in cases]
    assert not asked
    np.testing.assert_allclose(found, [library.run_test(*c, tau_max=2) for c in cases], atol=1e-12)


def test_memory_stays_far_below_that_of_the_lagged_values():
    import tracemalloc

    values = np.random.default_rng(8).normal(size=(100_000, 10))
    test = CovParCorr()
    test.set_dataframe(DataFrame(values))
    tracemalloc.start()
    test.run_test([(0, -1)], [(1, 0)], [(2, -10)], tau_max=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * values.nbytes  # lagged values are 11 times as large


def test_the_examples_of_the_class_and_of_the_page_run():
    assert not doctest.testmod(parcorr).failed
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "parcorr.md").read_text(), re.DOTALL)
    said = []
    exec(code, {"print": said.append})
    assert len(said) == 1
    assert said[0] < TOLERANCE
