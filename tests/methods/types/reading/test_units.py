"""Panels: a segment for each unit, its own level and scale taken out where units differ."""

import numpy as np
import pandas as pd
import pytest

from methods import TimeSeries
from methods.linear import VAR, GrangerMultivariate, VARLiNGAM
from methods.types.reading.units import differing


def panel(spread, seed=0, units=30, years=60):
    """Three variables in which `a` acts on `b` a year later; units differ in level by `spread`."""
    rng = np.random.default_rng(seed)
    frames = []
    for unit in range(units):
        values = rng.laplace(size=(years + 20, 3))
        for t in range(1, len(values)):
            values[t] += [0.4, 0.3, 0.5] * values[t - 1]
            values[t, 1] += 0.4 * values[t - 1, 0]
        values = values[20:] + spread * rng.standard_normal(3)
        frame = pd.DataFrame(values, columns=["a", "b", "c"])
        frames.append(frame.assign(country=unit, year=1960 + np.arange(years)))
    return pd.concat(frames, ignore_index=True)


def quietly(frame, **options):
    with pytest.warns(UserWarning, match="units differ in level: a .* are taken out"):
        return TimeSeries.from_frame(frame, **options)


@pytest.mark.parametrize("method", [VAR(), GrangerMultivariate(alpha=0.01), VARLiNGAM()])
def test_levels_of_units_give_no_false_link_by_default(edges, method):
    series = quietly(panel(spread=3), unit="country", time="year")
    assert len(series.segments) == 30
    assert series.n_samples == 1800
    assert edges(series, 1, method) == {("a", "b", 1)}


def test_kept_levels_are_warned_of_and_give_false_links(edges):
    with pytest.warns(UserWarning, match="units differ in level in a, b, c, which looks like"):
        series = TimeSeries.from_frame(panel(3), unit="country", standardise_units=False)
    assert len(edges(series, 1, VAR())) > 1


def test_units_of_one_level_are_left_as_they_are():
    frame = panel(spread=0)
    series = TimeSeries.from_frame(frame, unit="country")
    assert "units: no difference in level was found, values stay as they are" in series.notes
    np.testing.assert_array_equal(
        np.concatenate(series.segments), frame[["a", "b", "c"]].to_numpy()
    )


def test_the_level_test_holds_its_level_on_autocorrelated_units():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = rng.standard_normal((50, 80))
        for t in range(1, 80):
            values[:, t] += 0.8 * values[:, t - 1]
        found += bool(differing([unit[40:, None] for unit in values], ["x"]))
    assert found <= 3


def test_rows_of_units_may_be_mixed_and_each_is_sorted():
    frame = panel(spread=3)
    mixed = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    with pytest.warns(UserWarning, match="'year' in 30 units and have been sorted"):
        series = quietly(mixed, unit="country")
    whole = quietly(frame, unit="country")
    given = {segment.tobytes() for segment in whole.segments}
    assert {segment.tobytes() for segment in series.segments} == given


def test_a_unit_may_be_text_and_the_index_may_hold_unit_and_time():
    frame = panel(spread=3).replace({"country": {k: f"land {k}" for k in range(30)}})
    series = quietly(frame.set_index(["country", "year"]), unit="country")
    assert len(series.segments) == 30
    assert series.names == ("a", "b", "c")


def test_every_segment_has_mean_0_and_spread_1_on_request():
    series = TimeSeries.from_frame(panel(0), unit="country", standardise_units=True)
    for segment in series.segments:
        np.testing.assert_allclose(segment.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(segment.std(axis=0), 1)


def test_a_time_twice_in_one_unit_is_named():
    frame = panel(0)
    frame.loc[65, "year"] = 1960
    with pytest.raises(ValueError, match=r"found 1960 of unit '1' in rows 60 and 65"):
        TimeSeries.from_frame(frame, unit="country")


def test_units_without_their_column_are_refused_by_the_times_or_the_number():
    frame = panel(0)
    with pytest.raises(ValueError, match=r"every time once, .* unit_column \(--unit-column\)"):
        TimeSeries.from_frame(frame)
    with pytest.raises(ValueError, match=r"column 'country': .* found 30 whole numbers, .* block"):
        TimeSeries.from_frame(frame.drop(columns="year"))


def test_two_numbers_in_blocks_and_a_cycle_are_warned_of():
    frame = panel(0)[["a", "b"]]
    with pytest.warns(UserWarning, match="column 'era' has two values, each in one block"):
        TimeSeries.from_frame(frame.assign(era=np.arange(1800) // 900))
    with pytest.raises(ValueError, match="column 'site_id': expected a measured variable"):
        TimeSeries.from_frame(frame.assign(site_id=np.arange(1800) // 900))
    with pytest.warns(UserWarning, match="column 'm' repeats the same whole numbers"):
        TimeSeries.from_frame(frame.assign(m=np.arange(1800) % 12))


def test_counts_and_switches_are_variables():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"n": rng.poisson(3, 200), "on": rng.integers(0, 2, 200)})
    assert TimeSeries.from_frame(frame).names == ("n", "on")


def test_a_unit_column_has_to_be_there_and_full():
    frame = panel(0)
    with pytest.raises(ValueError, match=r"unit_column: expected one of .*, found 'land'"):
        TimeSeries.from_frame(frame, unit="land")
    frame["country"] = frame["country"].astype(float)
    frame.loc[3, "country"] = np.nan
    with pytest.raises(ValueError, match=r"unit_column 'country', row 3: expected the name"):
        TimeSeries.from_frame(frame, unit="country")
