"""The files of an ablation are checked against records written by hand."""

import re

import pandas as pd
import pytest

from bench.report import write_ablation
from bench.run.cell import base_record
from bench.store.store import Store


@pytest.fixture
def folder(written, tmp_path):
    """The files of `dot` at two rules on two systems, and of `var` on one."""
    store = Store(tmp_path)
    f1 = [
        (written.cell("dot", 0, attribution="gradient"), 0.5),
        (written.cell("dot", 1, attribution="gradient"), 0.7),
        (written.cell("dot", 0, attribution="lrp"), 0.3),
        (written.cell("dot", 0, axes={"lag": 5}, attribution="lrp"), 0.2),
        (written.cell("var", 0), 0.4),
        (written.cell("correlation", 0), 0.35),
        (written.cell("persistence", 0), 0.1),
    ]
    for cell, value in f1:
        store.write(base_record(cell, **written.record(value)))
    write_ablation(
        "dot", [cell for cell, _ in f1], store.scan(), store, {"dot": {"attribution": "gradient"}}
    )
    return tmp_path


def test_a_setting_is_named_by_what_differs_from_the_profile(folder):
    table = pd.read_csv(folder / "ablation.csv").set_index(["setting", "system", "metric"])["mean"]
    assert table["dot", "linear, 100 steps", "auprc"] == pytest.approx(0.6)
    assert table["dot attribution=lrp", "linear lag=5, 100 steps", "f1@top3"] == pytest.approx(0.2)


def test_the_table_has_a_row_per_setting_and_a_column_per_system(folder):
    lines = (folder / "ablation.md").read_text().splitlines()
    assert "| setting | linear, 100 steps | linear lag=5, 100 steps | CPU s |" in lines
    assert "| dot attribution=lrp | 0.30 | 0.20 | 2 |" in lines
    assert "| var | 0.40 | - | 2 |" in lines
    assert lines[-1] == "| *best trivial* | 0.35 (correlation) | - |  |"


def test_the_figure_has_the_settings_of_each_system(folder):
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "ablation.svg").read_text())
    assert {"DOT", "DOT, attribution lrp", "VAR", "AUPRC", "linear lag=5, 100 steps"} <= set(shown)
    assert (folder / "ablation.png").exists()


def test_without_records_only_the_empty_table_is_written(written, tmp_path):
    store = Store(tmp_path)
    write_ablation("dot", [written.cell("dot", 0)], store.scan(), store, {})
    assert {path.name for path in tmp_path.iterdir()} == {"ablation.csv"}
