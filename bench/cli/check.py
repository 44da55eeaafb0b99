"""`lagbench check METHOD`: the contract of every adapter, for the author of one."""

from __future__ import annotations

import argparse

import methods.registry
from bench.contract import run_checks
from methods.types.errors import InputError


def check(args: argparse.Namespace) -> int:
    """Print pass, skip or fail for each check of `args.method`; return 1 if one failed, else 0.

    Raises
    ------
    ValueError
        If nothing has that name or the class cannot be built without arguments.
    """
    name = args.method
    cls = methods.registry.load(name)
    try:
        method = cls()
    except TypeError as error:
        raise InputError(
            f"{name}: expected a class that needs no argument, found {error}"
        ) from None
    results = run_checks(method)
    for result in results:
        print(f"{result.status:4}  {result.name}: {result.description}")
        if result.message:
            print(f"      {result.message}")
    failed, skipped = (sum(r.status == status for r in results) for status in ("fail", "skip"))
    if failed:
        print(f"{name}: {failed} of {len(results)} checks failed")
    else:
        rest = f"none failed, {skipped} of {len(results)} skipped" if skipped else "all passed"
        print(f"{name}: {rest}")
    return 1 if failed else 0
