"""Inspecting a table: what was planted in it is found and named, with the way to mend it."""

import numpy as np
import pandas as pd
import pytest

from methods import registry
from methods.inspection import inspect
from methods.inspection.common import common_causes
from methods.inspection.demands import demands
from methods.types.method import DeclinedError
from methods.types.reading.rules import Rules
from methods.types.series import TimeSeries

STEPS = np.arange(600)


def independent(n=600, k=4, seed=0, own=0.5):
    values = np.random.default_rng(seed).laplace(size=(n, k))
    for t in range(1, n):
        values[t] += own * values[t - 1]
    return pd.DataFrame(values, columns=list("abcdefgh")[:k])


@pytest.mark.parametrize(
    ("spoil", "line", "mend"),
    [
        (lambda f: f.add(0.01 * STEPS, axis=0), r"trend in 4 variables \(a, b, c, d\)", "detrend"),
        (lambda f: f.cumsum(), r"unit root in 4 variables \(a, b, c, d\)", "difference"),
        (
            lambda f: f.add(3 * np.sin(2 * np.pi * STEPS / 12), axis=0),
            r"season of 12 steps in 4 variables",
            "deseason",
        ),
    ],
)
def test_a_common_course_is_named_and_its_option_mends_it(spoil, line, mend):
    frame = spoil(independent())
    (said,) = common_causes(frame, Rules())
    assert said.startswith(line.replace("\\", ""))
    assert f"--{mend}" in said
    option = {"deseason": 12} if mend == "deseason" else {mend: True}
    assert common_causes(frame, Rules(**option)) == []


def test_heavy_tails_are_named_and_normal_scores_mend_them():
    frame = pd.DataFrame(np.random.default_rng(0).standard_t(2, size=(1000, 3)), columns=[*"abc"])
    (said,) = common_causes(frame, Rules())
    assert said.startswith("values far out in 3 variables (a, b, c)")
    assert "--normal-scores" in said
    assert common_causes(frame, Rules(normal_scores=True)) == []


def test_a_variance_that_comes_in_bursts_is_named():
    rng = np.random.default_rng(0)
    level = np.zeros((2000, 3))
    for t in range(1, 2000):
        level[t] = 0.95 * level[t - 1] + 0.25 * rng.normal(size=3)
    frame = pd.DataFrame(np.exp(level / 2) * rng.normal(size=level.shape), columns=[*"abc"])
    (said,) = common_causes(frame, Rules())
    assert said.startswith("variance in bursts in 3 variables")


def test_a_variance_that_follows_another_variable_is_no_burst():
    values = np.random.default_rng(0).normal(size=(2000, 3))
    values[1:, 1:] *= 1 + 0.5 * np.sign(values[:-1, :1])
    assert common_causes(pd.DataFrame(values, columns=[*"abc"]), Rules()) == []


def test_stationary_series_give_no_warning():
    assert [
        common_causes(independent(seed=k, own=own), Rules())
        for k, own in ((1, 0.0), (2, 0.5), (3, 0.8))
    ] == [[], [], []]


def test_one_variable_with_a_trend_is_no_common_cause():
    frame = independent()
    frame["a"] += 0.01 * STEPS
    assert common_causes(frame, Rules()) == []


@pytest.mark.parametrize("period", [7, 24, 52])
def test_the_period_is_found_whatever_its_form(period):
    frame = independent(n=1000)
    frame = frame.add(4.0 * (np.arange(1000) % period < period / 4), axis=0)
    assert (inspect(frame).variables["season"] == period).all()


def test_p_values_are_those_of_statsmodels():
    from statsmodels.tsa.stattools import adfuller

    frame = independent()
    found = inspect(frame).variables
    expected = adfuller(frame["a"], maxlag=8, regression="ct", autolag=None, result_object=False)[
        1
    ]
    assert found.loc["a", "adf"] == pytest.approx(expected, rel=1e-9)


def test_missing_outliers_and_autocorrelation_are_counted():
    frame = independent()
    frame.loc[10:14, "b"] = np.nan
    frame.loc[[100, 200], "c"] = [80.0, -90.0]
    found = inspect(frame)
    assert found.variables["missing"].tolist() == [0, 5, 0, 0]
    assert (
        found.variables.loc["c", "outliers"]
        - inspect(independent()).variables.loc["c", "outliers"]
        == 2
    )
    x = frame["a"] - frame["a"].mean()
    assert found.variables.loc["a", "autocorrelation"] == pytest.approx(
        float((x[1:].to_numpy() * x[:-1].to_numpy()).sum() / (x**2).sum())
    )


def test_constant_and_doubled_columns_are_named():
    frame = independent().assign(flat=2.5)
    frame["twice"] = 7 - 3 * frame["b"]
    found = inspect(frame)
    assert "'flat' has no two different values: remove it" in found.warnings
    assert "'twice' repeats 'b': remove one of them" in found.warnings


@pytest.mark.parametrize("lag", [1, 2, 4])
def test_the_suggested_lag_is_the_longest_planted_one(lag):
    frame = independent(own=0.0)
    frame.loc[lag:, "b"] += 0.6 * frame["a"].to_numpy()[:-lag]
    assert inspect(frame).suggestion.max_lag == lag


def test_the_fewest_steps_are_those_below_which_a_method_declines():
    handled = {name: registry.load(name)().handles for name in ("var", "pcmci", "varlingam")}
    rows = {row.method: row for row in inspect_demands(handled)}
    for name, row in rows.items():
        method = registry.load(name)()
        series = TimeSeries.from_frame(independent(row.fewest, k=3))
        method.discover(series, max_lag=2, rng=np.random.default_rng(0))
        short = TimeSeries.from_frame(independent(row.fewest - 1, k=3))
        with pytest.raises(DeclinedError):
            method.discover(short, max_lag=2, rng=np.random.default_rng(0))


def inspect_demands(handled):
    from methods.inspection.demands import Series

    series = Series(
        n_vars=3,
        max_lag=2,
        longest=99,
        segments=1,
        missing=False,
        few_values=[],
        gaussian=[],
        courses=[],
    )
    return demands(series, handled)


def test_broken_assumptions_are_named():
    frame = independent().cumsum()
    frame["switch"] = np.random.default_rng(1).integers(0, 2, 600)
    frame.loc[5, "a"] = np.nan
    broken = inspect(frame).methods["broken"]
    assert "one distribution (unit root)" in broken["var"]
    assert "distribution" not in broken["rpcmci"]
    assert "no missing values" in broken["var"]
    assert "no missing values" not in broken["pcmci"]
    assert "switch: few values" in broken["var"]
    gaussian = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)), columns=list("abc"))
    assert "not Gaussian (a, b, c)" in inspect(gaussian).methods["broken"]["varlingam"]
    assert "Gaussian" not in inspect(independent()).methods["broken"]["varlingam"]


def test_a_gap_and_many_units_are_inspected_too():
    frame = pd.concat([independent(100, seed=k).assign(u=k) for k in range(5)])
    found = inspect(frame, unit="u")
    assert found.variables.index.tolist() == list("abcd")
    assert "one segment only, not 5" in found.methods["broken"]["rpcmci"]
    dated = independent().set_index(pd.date_range("2020-01-01", periods=600)).drop("2020-03-01")
    assert any("1 of 600 steps are missing" in note for note in inspect(dated).notes)


def test_a_short_table_is_inspected_without_tests():
    found = inspect(independent(8))
    assert found.variables["adf"].isna().all()
    assert "too short" in found.methods["broken"]["var"]
    assert "var" in str(found)
