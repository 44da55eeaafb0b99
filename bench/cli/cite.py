"""`lagbench cite METHOD ...`: the BibTeX of what methods are and of the libraries that run them.

`references.bib` holds the entries and, in the field `keywords` of each, the methods that it is
the source of. Libraries follow from `Method.libraries`, those of other people's methods as well.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

import methods.registry
from methods.types.errors import InputError

_ENTRY = re.compile(r"^@\w+\{(\w+),\n(?:  \w+ = \{.+\},\n)+\}$", re.MULTILINE)
_KEYWORDS = re.compile(r"^  keywords = \{(.+)\},$", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """One entry of `references.bib`.

    Parameters
    ----------
    key
        Its BibTeX key; for a library the name of the package.
    text
        The entry as it stands there.
    methods
        The methods that it is the source of.
    """

    key: str
    text: str
    methods: tuple[str, ...]


def cite(args: argparse.Namespace) -> int:
    """Print the entries of `args.methods`, each once; return 0.

    A method that no entry names has a comment instead, since only its author knows its source.

    Raises
    ------
    ValueError
        If no method is given, or nothing has that name.
    """
    if not args.methods:
        raise InputError(
            "method: expected at least one, found none; `lagbench list methods` lists them"
        )
    classes = {name: methods.registry.load(name) for name in args.methods}
    libraries = {root for cls in classes.values() for root in packages(cls.libraries)}
    references = load_references()
    for name in classes:
        if not any(name in reference.methods for reference in references):
            print(f"% {name}: lagbench knows no source of it; see its documentation\n")
    for reference in references:
        if reference.key in libraries or classes.keys() & set(reference.methods):
            print(f"{reference.text}\n")
    return 0


def packages(modules: Iterable[str]) -> set[str]:
    """Return the packages of some modules, `tigramite` for `tigramite.pcmci`."""
    return {module.partition(".")[0] for module in modules}


def load_references() -> list[Reference]:
    """Return the entries of `references.bib` in its order: papers first, then libraries."""
    text = (resources.files("bench.cli") / "references.bib").read_text(encoding="utf-8")
    references = []
    for entry in _ENTRY.finditer(text):
        keywords = _KEYWORDS.search(entry[0])
        named = tuple(keywords[1].split(", ")) if keywords else ()
        references.append(Reference(entry[1], entry[0], named))
    return references
