"""What MkDocs adds to the pages of `docs/`: examples, results, changelog, and the gallery.

`mkdocs.yml` names this file as a hook. The pages it makes are not written anywhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from bench.dev.docs import gallery

ROOT = Path(__file__).parents[3]


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made from other files."""
    for path, content in made():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, config: Any, **_: Any) -> str:
    """Have links that leave `docs/` lead to the repository."""
    return re.sub(r"\]\(\.\./([^)]+)\)", rf"]({config['repo_url']}/blob/main/\1)", markdown)


@functools.cache  # `mkdocs serve` asks again and again
def made() -> list[tuple[str, str | bytes]]:
    """Return each page or picture by its path in `docs/`."""
    return [*_copies(), *_examples(), *_gallery()]


def _copies() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("results/*.md"), *ROOT.glob("results/*/notes.md")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for name in ("CHANGELOG", "CONTRIBUTING"):
        yield f"{name.lower()}.md", (ROOT / f"{name}.md").read_text(encoding="utf-8")


def _examples() -> Iterator[tuple[str, str]]:
    for path in ROOT.glob("examples/*.py"):
        yield f"examples/{path.stem}.md", as_page(path.read_text(encoding="utf-8"))


def _gallery() -> Iterator[tuple[str, str | bytes]]:
    pictures = dict(gallery.pictures())
    yield "gallery.md", gallery.page([*pictures])
    for name, picture in pictures.items():
        yield f"gallery/{name}.png", picture


def as_page(script: str) -> str:
    """Return a script in cells (`# %%`) as Markdown: text as it is, code in fences."""
    parts = []
    for cell in re.split(r"^# %%", script, flags=re.MULTILINE)[1:]:
        kind, _, body = cell.partition("\n")
        if "[markdown]" in kind:
            parts.append(re.sub(r"^# ?", "", body.strip(), flags=re.MULTILINE))
        else:
            parts.append(f"```python\n{body.strip()}\n```")
    return "\n\n".join(parts) + "\n"
