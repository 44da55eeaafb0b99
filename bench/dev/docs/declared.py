"""What the documents say of methods and packages, read where it is declared."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import get_type_hints

import methods.registry
from bench.cli.list import about_method
from bench.config.cell import value_text
from bench.config.keyed import defaults_of
from bench.dev.imports import mermaid
from bench.report.markdown import markdown_table
from methods import Method
from methods.types.parameters import describe

# What is asked of a problem, and the entry of `Handles` that answers it.
SCOPE: Mapping[str, str] = {
    "nonlinear effects": "nonlinear",
    "edges at lag 0": "instantaneous",
    "distribution that changes": "changes",
    "regimes it is told": "regimes",
    "hidden causes": "latent",
    "several segments": "segments",
    "missing values": "missing",
    "background knowledge": "knowledge",
    "depends on chance": "stochastic",
}


def built_in() -> dict[str, type[Method]]:
    """Return the methods of this package by name, sorted."""
    entries = methods.registry.available()
    own = [name for name, entry in entries.items() if entry.dist and entry.dist.name == "lagbench"]
    return {name: methods.registry.load(name) for name in own}


def assumptions() -> str:
    """Return the table of what each method takes, from its declarations at its defaults."""
    rows = []
    for name, cls in built_in().items():
        handles = cls().handles
        label = f"{name} (floor method)" if handles.trivial else name
        rows.append([label, *("yes" if getattr(handles, key) else "-" for key in SCOPE.values())])
    return markdown_table(["method", *SCOPE], rows)


def defaults() -> str:
    """Return the table of every method's parameters and its source."""
    rows = []
    for name, cls in built_in().items():
        settings = ", ".join(f"`{key}={value}`" for key, (value, _) in settings_of(name).items())
        rows.append([f"[{name}](methods.md#{name})", settings or "none", source(cls)])
    return markdown_table(["method", "parameters and defaults", "source"], rows)


def parameters() -> str:
    """Return a section per method: its parameters with default, range and meaning."""
    parts = []
    for name, cls in built_in().items():
        text = f"## {name}\n\n{about_method(name)}\n\nSource: {source(cls)}"
        hints = get_type_hints(cls, include_extras=True)
        rows = [
            [f"`{key}`", f"`{value}`", describe(hints[key]), meaning]
            for key, (value, meaning) in settings_of(name).items()
        ]
        heads = ["parameter", "default", "allowed", "meaning"]
        parts.append(f"{text}\n\n{markdown_table(heads, rows)}" if rows else text)
    return "\n\n".join(parts)


def settings_of(name: str) -> dict[str, tuple[str, str]]:
    """Return default and meaning of every parameter of a method."""
    cls = methods.registry.load(name)
    meanings: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        meanings |= described(inspect.cleandoc(base.__doc__ or ""))
    defaults = defaults_of(cls)
    return {key: (value_text(value), meanings[key]) for key, value in defaults.items()}


def described(docstring: str) -> dict[str, str]:
    """Return what the section `Parameters` of a docstring says of each of them."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?:\n\n\S|\Z)", docstring, re.S | re.M)
    if section is None:
        return {}
    entries = re.findall(r"^(\w[\w, ]*)\n((?:[ ]+.*\n?|\n)+)", section[1] + "\n", re.M)
    return {
        name.strip(): " ".join(text.split())
        for names, text in entries
        for name in names.split(",")
    }


def source(cls: type[Method]) -> str:
    """Return the references of a class, or what it or its module names as its source."""
    for text in (inspect.getdoc(cls), inspect.getdoc(inspect.getmodule(cls))):
        found = re.search(r"(?:References\n-+\n|[Ss]ource: )(.*?)(?:\n\n|\Z)", text or "", re.S)
        if found:
            return " ".join(found[1].split())
    return "this project"


PARTS: Mapping[str, Callable[[], str]] = {
    "assumptions": assumptions,
    "defaults": defaults,
    "parameters": parameters,
    "packages": mermaid,
}
"""The parts of the documents that follow from the code."""
