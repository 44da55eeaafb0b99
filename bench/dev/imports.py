"""Circles of imports, and rooms per folder: `make imports`.

Every import counts, also one inside a function or under TYPE_CHECKING.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grimp
import networkx as nx

PACKAGES = ("bench", "methods", "simulators")


def graph() -> nx.DiGraph:
    """Return the modules of this project and what imports what."""
    built = grimp.build_graph(*PACKAGES, cache_dir=None)
    arrows = nx.DiGraph()
    arrows.add_nodes_from(built.modules)
    for module in built.modules:
        for imported in built.find_modules_directly_imported_by(module):
            arrows.add_edge(module, imported)
    return arrows


def circles(arrows: nx.DiGraph) -> list[list[str]]:
    """Return the sets of modules that import one another."""
    return [sorted(found) for found in nx.strongly_connected_components(arrows) if len(found) > 1]


def rooms(root: Path) -> Iterator[tuple[str, int]]:
    """Yield each folder of code and how many modules and packages it holds."""
    for package in PACKAGES:
        for folder in [root / package, *sorted((root / package).rglob("*/"))]:
            inside = [
                p for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
            ]
            if inside:
                yield str(folder.relative_to(root)), sum(p.name != "__init__.py" for p in inside)


def mermaid() -> str:
    """Return a Mermaid diagram of the packages: what imports what, without what follows."""
    folders = nx.DiGraph()
    for module, imported in graph().edges:
        one, other = _package(module), _package(imported)
        if one != other and "bench.dev" not in (one, other):
            folders.add_edge(one, other)
    shown = nx.transitive_reduction(folders) if nx.is_directed_acyclic_graph(folders) else folders
    lines = [f"    {_node(one)} --> {_node(other)}" for one, other in sorted(shown.edges)]
    return "\n".join(["```mermaid", "graph TD", *lines, "```"])


def _package(module: str) -> str:
    """Return the package of a module; `methods` itself is the face of `methods.types`."""
    top, _, rest = module.partition(".")
    if top == "simulators" or module == "bench":
        return top
    return f"{top}.{rest.partition('.')[0] or 'types'}"


def _node(package: str) -> str:
    return f'{package.replace(".", "_")}["{package}"]'


def main() -> None:
    """Print the circles, and the folders with the most rooms."""
    arrows = graph()
    found = circles(arrows)
    print(f"{len(arrows)} modules, {arrows.number_of_edges()} imports, {len(found)} circles")
    for circle in found:
        print("  " + ", ".join(circle))
    for folder, n in sorted(rooms(Path(__file__).parents[2]), key=lambda pair: -pair[1])[:10]:
        print(f"{n:4d} rooms in {folder}")


if __name__ == "__main__":
    main()
