"""`CITATION.cff` is what readers of the format expect, and says what the project says."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from bench.cli.cite import load_references

ROOT = Path(__file__).parents[1]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HYDRA = "hydra - a framework for elegantly configuring complex applications"


def test_it_has_what_the_format_requires():
    assert CITATION["cff-version"] == "1.2.0"
    assert set(CITATION) >= {"message", "title", "authors", "type"}
    assert CITATION["authors"] == [{"name": "The lagbench developers"}]


def test_version_and_licence_are_those_of_the_project():
    assert str(CITATION["version"]) == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]


@pytest.mark.parametrize("reference", CITATION["references"], ids=lambda entry: entry["title"])
def test_a_reference_has_what_the_format_requires(reference):
    assert reference["type"] in ("article", "software")
    assert reference["authors"]
    for author in reference["authors"]:
        assert set(author) in ({"name"}, {"family-names", "given-names"})
    assert re.fullmatch(r"10\.\d{4,}/\S+", reference.get("doi", "10.1000/none"))


def test_the_paper_and_the_libraries_are_there_as_in_the_bibliography():
    def plain(title):
        return re.sub("[{}]", "", title).lower()

    titles = {plain(reference["title"]) for reference in CITATION["references"]}
    texts = {reference.key: reference.text for reference in load_references()}
    for key in ("wang2026transformer", "tigramite", "causallearn", "lingam"):
        (title,) = re.findall(r"^  title = \{(.+)\},$", texts[key], re.MULTILINE)
        assert plain(title) in titles, key
    assert {"pytorch", HYDRA} < titles
