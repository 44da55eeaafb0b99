"""Tables are checked against records written by hand."""

import dataclasses
import re

import pandas as pd
import pytest

from bench.analysis.rows import collect, protocols
from bench.analysis.summary import summarise
from bench.config.cell import Cell
from bench.config.protocol import shipped
from bench.report.run_report import write_report
from bench.report.tables import headline, write_tables
from bench.run.cell import base_record
from bench.store.store import Store


def cell(method, seed, simulator="linear", axes=None):
    return Cell(
        simulator=simulator,
        method=method,
        kind="structural",
        simulator_params={"name": simulator, **(axes or {})},
        method_params={},
        n_samples=100,
        seed=seed,
        regimes="own",
        axes=axes or {},
    )


def record(f1, **changes):
    names = ["auroc", "auprc", "f1@top3", "f1@global_k", "shd@global_k"]
    metrics = {
        f"window/union/{name}": {"value": f1 + k / 100, "floor": 0.1, "ceiling": 0.9}
        for k, name in enumerate(names)
    }
    return {"status": "ok", "metrics": metrics, "cost": {"cpu_seconds": 2.0}} | changes


@pytest.fixture
def cells_and_scan(tmp_path):
    """Two methods on two systems each: `dot` works on both, `pc` fails on one."""
    store = Store(tmp_path)
    cells = [cell(method, seed) for method in ("dot", "pc") for seed in (0, 1)]
    store.write(base_record(cells[0], **record(0.4)))
    store.write(base_record(cells[1], **record(0.6)))
    own = {"window/union/f1@own": {"value": 0.8, "floor": 0.1, "ceiling": 1.0}}
    kept = record(0.5)
    store.write(base_record(cells[2], **kept | {"metrics": kept["metrics"] | own}))
    lost = {"status": "timeout", "reason": "killed after 8 s", "metrics": {}, "cost": {}}
    store.write(base_record(cells[3], **lost))
    return cells, store.scan()


def mean_of(table, method, metric):
    found = table[(table["method"] == method) & (table["metric"] == metric)]
    assert len(found) == 1
    return found.iloc[0]


def test_each_protocol_reads_its_own_rule(cells_and_scan):
    table = summarise(collect(*cells_and_scan))
    assert mean_of(table, "dot", "f1 paper")["mean"] == pytest.approx((0.42 + 0.62) / 2)
    assert mean_of(table, "dot", "f1 fair")["mean"] == pytest.approx((0.43 + 0.63) / 2)


def test_a_failed_run_is_zero_in_the_paper_protocol_and_a_count_in_the_fair_one(cells_and_scan):
    table = summarise(collect(*cells_and_scan))
    paper, fair = mean_of(table, "pc", "f1 paper"), mean_of(table, "pc", "f1 fair")
    assert paper["mean"] == pytest.approx((0.8 + 0.0) / 2)
    assert fair["mean"] == pytest.approx(0.53)
    assert (fair["n_ok"], fair["n_planned"]) == (1, 2)


def test_a_cell_without_a_record_is_counted_as_missing(cells_and_scan):
    cells, scan = cells_and_scan
    table = summarise(collect([*cells, cell("dot", 2)], scan))
    assert mean_of(table, "dot", "auprc")["n_planned"] == 3
    assert mean_of(table, "dot", "f1 paper")["mean"] == pytest.approx((0.42 + 0.62) / 2)


def test_a_cell_planned_twice_is_one_system(cells_and_scan):
    cells, scan = cells_and_scan
    once, twice = (summarise(collect(planned, scan)) for planned in (cells, cells + cells))
    pd.testing.assert_frame_equal(once, twice)


def test_files_show_every_method_floor_ceiling_counts_and_failures(cells_and_scan, tmp_path):
    rows = collect(*cells_and_scan)
    write_tables(rows, tmp_path / "out")
    text = (tmp_path / "out" / "table.md").read_text()
    assert "1 of pc: timeout: killed after 8 s" in text
    assert "| 1 / 2 " in text
    assert "| pc* " in text
    assert "| dot " in text
    for word in ("dot", "pc", "*floor*", "*ceiling*", "F1 (paper)", "F1 (fair)"):
        assert word in text
    table = pd.read_csv(tmp_path / "out" / "table.csv")
    assert {"mean", "low", "high", "floor", "ceiling", "n_ok", "cpu_seconds"} <= set(table.columns)
    assert headline(rows) in text


def test_a_declined_run_is_zero_in_the_paper_protocol_too(tmp_path):
    store, cells = Store(tmp_path), [cell("dot", seed) for seed in (0, 1)]
    store.write(base_record(cells[0], **record(0.4)))
    lost = {"status": "declined", "reason": "needs 200 rows", "metrics": {}, "cost": {}}
    store.write(base_record(cells[1], **lost))
    table = summarise(collect(cells, store.scan()))
    assert mean_of(table, "dot", "f1 paper")["mean"] == pytest.approx((0.42 + 0.0) / 2)
    assert mean_of(table, "dot", "f1 fair")["mean"] == pytest.approx(0.43)


def test_per_regime_scores_stand_for_a_system_with_regimes(tmp_path):
    store, only = Store(tmp_path), cell("dot", 0)
    both = record(0.9)
    regimes = {
        name.replace("union", "per_regime"): entry | {"value": 0.3}
        for name, entry in both["metrics"].items()
    }
    store.write(base_record(only, **both | {"metrics": both["metrics"] | regimes}))
    (line,) = (x for x in headline(collect([only], store.scan())).splitlines() if "| dot" in x)
    assert [part.strip() for part in line.split("|")][1:4] == ["dot", "0.30", "0.30"]


def test_protocols_leave_no_method_out(cells_and_scan):
    found = protocols(collect(*cells_and_scan))
    assert set(found["method"]) == {"dot", "pc"}
    assert set(found["metric"]) == {"f1 paper", "f1 fair"}


def test_two_settings_of_one_method_or_system_are_two_rows(tmp_path):
    store, planned = Store(tmp_path), []
    for seed in (0, 1):
        for penalty, choice in ((1, "own"), (2, "own"), (1, "told")):
            one = dataclasses.replace(
                cell("ridge", seed),
                method_params={"penalty": penalty, "deep": {"k": 1}},
                regimes=choice,
            )
            planned.append(one)
            store.write(base_record(one, **record(penalty / 10)))
    rows = collect(planned, store.scan())
    assert set(rows["method"]) == {"ridge penalty=1", "ridge penalty=2"}
    assert set(rows["axes"]) == {"regimes=own", "regimes=told"}
    table = summarise(rows)
    assert set(table["n_planned"]) == {2}
    two = table[(table["method"] == "ridge penalty=2") & (table["metric"] == "auroc")]
    assert two["mean"].item() == pytest.approx(0.2)


def test_what_has_not_been_run_is_no_failure_and_is_said(cells_and_scan):
    cells, scan = cells_and_scan
    rows = collect([*cells, cell("dot", 2)], scan)
    table = summarise(rows)
    assert mean_of(table, "dot", "f1 paper")["mean"] == pytest.approx((0.42 + 0.62) / 2)
    assert "1 of 5 cells are missing: this table is partial" in headline(rows)


def test_a_table_of_nothing_run_says_so(tmp_path):
    rows = collect([cell("dot", 0)], Store(tmp_path).scan())
    write_tables(rows, tmp_path)
    assert "No run has a score." in (tmp_path / "table.md").read_text()
    assert pd.read_csv(tmp_path / "table.csv").empty


def test_protocols_are_read_from_their_files():
    paper, fair = shipped()["paper"], shipped()["fair"]
    known = {"f1@own", "f1@top3", "f1@global_k"}
    assert [paper.metric(name, known) for name in ("dot", "dot_paper", "pc")] == [
        "f1@top3",
        "f1@own",
        "f1@own",
    ]
    assert paper.metric("pc", known - {"f1@own"}) == "f1@top3"
    assert {fair.metric(name, known) for name in ("dot", "pc")} == {"f1@global_k"}
    assert (paper.failed, fair.failed) == (0.0, None)


@pytest.mark.slow
def test_a_report_is_written_again_when_a_protocol_or_a_score_has_changed(
    cells_and_scan, tmp_path, monkeypatch
):
    cells, _ = cells_and_scan
    store = Store(tmp_path)
    headlines = []
    for changed in ("nothing", "protocol", "score"):
        if changed == "protocol":
            fair = dataclasses.replace(shipped()["fair"], otherwise="top3")
            monkeypatch.setitem(shipped(), "fair", fair)
        if changed == "score":
            store.write(base_record(cells[0], **record(0.1)))
        write_report(cells, store.scan(), store)
        headlines.append((tmp_path / "table.md").read_text())
    fair = [re.search(r"^\| dot \| [^|]+ \| (\S+) ", text, re.M)[1] for text in headlines]
    # At k edges the scores are 0.43 and 0.63, of the three strongest 0.42 and 0.62.
    assert fair == ["0.53", "0.52", "0.37"]


def test_sortability_is_the_mean_over_systems_and_a_dash_where_no_record_has_it(tmp_path):
    store, cells = Store(tmp_path), []
    known = [
        {"var_sortability": 0.2, "var_sortability_lagged": 0.5, "r2_sortability": 1.0},
        {"var_sortability": 0.8, "var_sortability_lagged": None, "r2_sortability": 0.5},
    ]
    # `pc` has run on the first system alone, which counts no more for that.
    for method, seed in (("dot", 0), ("dot", 1), ("pc", 0)):
        cells.append(cell(method, seed))
        store.write(base_record(cells[-1], **record(0.5, properties=known[seed])))
    cells.append(cell("dot", 0, "older"))
    store.write(base_record(cells[-1], **record(0.5)))
    write_tables(collect(cells, store.scan()), tmp_path / "out")
    text = (tmp_path / "out" / "table.md").read_text()
    linear, older = text.split("## linear")[1].split("## older")
    assert "Var-sortability 0.50 (lagged 0.50), R2-sortability 0.75 (lagged -)\n" in linear
    assert "Var-sortability - (lagged -), R2-sortability - (lagged -)\n" in older


def test_a_system_that_correlation_solves_is_marked(tmp_path):
    store, cells = Store(tmp_path), []
    for simulator, f1 in (("easy", 0.87), ("hard", 0.2)):
        for method, score in (("dot", 0.9), ("correlation", f1)):
            cells.append(cell(method, 0, simulator))
            store.write(base_record(cells[-1], **record(score)))
    write_tables(collect(cells, store.scan()), tmp_path / "out")
    text = (tmp_path / "out" / "table.md").read_text()
    easy, hard = text.split("## easy")[1].split("## hard")
    said = "without knowing of causes (correlation), best 0.91"  # AUPRC is F1 + 0.01
    assert f"AUPRC 0.88 {said}: trivially solvable" in easy
    assert f"AUPRC 0.21 {said}" in hard
    assert "trivially" not in hard
