"""Listing what can be chosen, one line each, from the first comment of each YAML file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import methods.registry
from bench.config.compose import first_comment, options, written


def show(args: argparse.Namespace) -> int:
    """Print the name and one line of each option of `args.what`."""
    group = args.what if args.what == "limits" else args.what.removesuffix("s")
    names = options(group)
    width = max(map(len, names))
    for name in names:
        print(f"{name:{width}}  {describe(group, name)}")
    return 0


def describe(group: str, name: str, overrides: Sequence[str] = ()) -> str:
    """Return the one-line description of an option: its first comment that is no directive."""
    file = written(group, overrides).get(name)
    if file is None:
        package = methods.registry.available()[name].dist
        return f"(from {package.name})" if package else "(from another package)"
    return first_comment(file)
