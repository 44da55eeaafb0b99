"""The site builds without a warning: every page is in its navigation, and every link leads on."""

import warnings

import pytest

from bench.dev.docs import gallery
from bench.dev.docs.engine import ROOT

pytest.importorskip("mkdocs", reason="the site needs the extra docs: pip install -e '.[docs]'")
pytest.importorskip("material", reason="the site needs the extra docs: pip install -e '.[docs]'")
pytest.importorskip("mkdocstrings", reason="the site needs the extra docs")


@pytest.mark.slow
def test_it_builds_strictly(tmp_path, monkeypatch):
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    # One picture is as good as thirty.
    name, picture = next(gallery.pictures())
    monkeypatch.setattr(gallery, "picture", lambda _: picture)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the libraries
        config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True)
        build(config)
    assert (tmp_path / "gallery" / f"{name}.png").read_bytes() == picture
    page = (tmp_path / "reference" / "bench" / "index.html").read_text(encoding="utf-8")
    assert "Find the lagged graph of a frame" in page


def test_a_script_in_cells_becomes_text_and_code():
    from bench.dev.docs.site import as_page

    script = "# %% [markdown]\n# # Title\n#\n# Text.\n\n# %%\nx = 1\n# why\ny = 2\n"
    assert as_page(script) == "# Title\n\nText.\n\n```python\nx = 1\n# why\ny = 2\n```\n"
