"""`lagbench cite`: every method has a source, and every entry can be used as it is."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.cli.cite import load_references, packages
from bench.dev.docs.declared import built_in

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
TEXT = (resources.files("bench.cli") / "references.bib").read_text(encoding="utf-8")
REFERENCES = load_references()
NEEDED = {
    "article": {"author", "title", "journal", "volume", "pages", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "book": {"author", "title", "publisher", "year"},
    "misc": {"author", "title"},
}


def fields(reference):
    return dict(re.findall(r"^  (\w+) = \{(.+)\},$", reference.text, re.MULTILINE))


def printed_keys(text):
    return re.findall(r"^@\w+\{(\w+),$", text, re.MULTILINE)


@pytest.mark.parametrize("name", built_in())
def test_every_method_has_a_source(name):
    assert any(name in reference.methods for reference in REFERENCES if reference.key != "chronos")


def test_every_library_that_a_method_imports_has_an_entry_and_no_entry_is_idle():
    imported = {root for cls in built_in().values() for root in packages(cls.libraries)}
    imported.discard("methods")
    keys = {reference.key for reference in REFERENCES}
    assert imported <= keys
    for reference in REFERENCES:
        assert reference.methods or reference.key in imported, reference.key
        assert set(reference.methods) <= set(built_in()), reference.key


def test_the_file_holds_nothing_but_entries_and_comments():
    rest = TEXT
    for reference in REFERENCES:
        rest = rest.replace(reference.text, "", 1)
    assert all(line.startswith("%") for line in rest.splitlines() if line)
    assert "@" not in rest
    assert TEXT.isascii(), "old styles of BibTeX take accents as {\\'e} alone"
    keys = [reference.key for reference in REFERENCES]
    assert len(keys) == len(set(keys)) > 20


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.key)
def test_an_entry_is_complete_and_well_formed(reference):
    kind = reference.text.partition("{")[0].removeprefix("@")
    found = fields(reference)
    assert len(found) == reference.text.count("\n") - 1, "a field is given twice"
    assert set(found) >= NEEDED[kind]
    for name, value in found.items():
        depths = [value[:end].count("{") - value[:end].count("}") for end in range(len(value) + 1)]
        assert min(depths) == depths[-1] == 0, name
    authors = found["author"].split(" and ")
    assert all(
        ", " in author or author in ("others", "{The lagbench developers}") for author in authors
    )
    assert re.fullmatch(r"(19|20)\d\d", found.get("year", "2000"))
    assert re.fullmatch(r"10\.\d{4,}/\S+", found.get("doi", "10.1000/none"))
    assert re.fullmatch(r"\d{4}\.\d{4,5}", found.get("eprint", "2000.00000"))
    assert ("eprint" in found) == ("archiveprefix" in found)
    assert re.fullmatch(r"\w+(--\w+)?", found.get("pages", "1"))


def test_what_several_methods_share_is_printed_once(capsys):
    assert main(["cite", "pcmci", "lpcmci", "varlingam"]) == 0
    assert printed_keys(capsys.readouterr().out) == [
        "runge2019detecting",
        "gerhardus2020high",
        "hyvarinen2010estimation",
        "shimizu2011directlingam",
        "tigramite",
        "lingam",
        "sklearn",
    ]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("random", ["lagbench"]),
        ("var", ["lutkepohl2005new"]),
        ("sortability", ["reisach2021beware"]),
        ("chronos", ["wang2026transformer", "chronos", "torch"]),
        ("pc", ["spirtes2000causation", "colombo2014order", "causallearn"]),
    ],
)
def test_libraries_are_cited_where_they_are_used(name, keys, capsys):
    assert main(["cite", name]) == 0
    assert printed_keys(capsys.readouterr().out) == keys


def test_a_method_of_others_has_its_libraries_and_a_sentence(capsys, tmp_path, monkeypatch):
    (tmp_path / "theirs.py").write_text(
        "from methods.linear.var import VAR\n\n\n"
        "class Theirs(VAR):\n    libraries = ('tigramite.pcmci', 'os.path')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["cite", "theirs:Theirs"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("% theirs:Theirs: lagbench knows no source of it")
    assert printed_keys(out) == ["tigramite"]


def test_lagbench_cites_itself_at_its_version(capsys):
    assert main(["cite", "persistence"]) == 0
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    assert f"note = {{Version {version}}}" in capsys.readouterr().out


def test_bad_names_are_one_line(capsys):
    assert main(["cite"]) == 2
    assert "lagbench list methods" in capsys.readouterr().err
    assert main(["cite", "pcmci", "pcmcii"]) == 2
    captured = capsys.readouterr()
    assert "did you mean 'pcmci'?" in captured.err
    assert not captured.out
