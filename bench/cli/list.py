"""`lagbench list`: what can be chosen, one line each."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Sequence

import methods.registry
from bench.config.compose import first_comment, options, written


def show(args: argparse.Namespace) -> int:
    """Print the name and one line of each option of `args.what`."""
    group = args.what if args.what == "limits" else args.what.removesuffix("s")
    flags = ["--config-dir", args.config_dir] if args.config_dir else []
    names = options(group, flags)
    width = max(map(len, names))
    for name in names:
        print(f"{name:{width}}  {describe(group, name, flags)}")
    return 0


def describe(group: str, name: str, overrides: Sequence[str] = ()) -> str:
    """Return one line on an option: the first comment of its YAML, or of a docstring."""
    file = written(group, overrides).get(name)
    if file is not None:
        return first_comment(file)
    return about_finder(name) if group == "finder" else about_method(name)


def about_finder(name: str) -> str:
    """Return the first line of the docstring of a finder of regimes."""
    return (inspect.getdoc(methods.registry.load_finder(name)) or "").partition("\n")[0]


def about_method(name: str) -> str:
    """Return the first line of a method's docstring, and the package of somebody else's."""
    entry = methods.registry.available()[name]
    package = entry.dist.name if entry.dist else "another package"
    cls = methods.registry.load(name)
    said = (inspect.getdoc(cls) or "").partition("\n")[0]
    if said.startswith(f"{cls.__name__}("):  # which a dataclass without a docstring has
        said = ""
    origin = "" if package == "lagbench" else f"(from {package})"
    return " ".join(filter(None, [said, origin]))
