"""The page in headless Chromium: no network, no errors, sorting and filtering by click.

With the variable `ARTEFACTS` set to a folder, the screenshots are kept there.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.report import labels
from bench.report.page.series import series_page
from methods import discover
from methods.inspection import inspect

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

# Runs behind the page's own script and leaves what it found in the page.
PROBE = """(async () => {
const drawn = async () => {
  while (places.some((place) => !("drawn" in place.dataset)))
    await new Promise((next) => setTimeout(next, 20));
};
const section = document.getElementById("section-volume");
const names = () =>
  [...section.querySelectorAll("[data-experiment] .mark-text.role-mark text")]
    .map((text) => text.textContent);
const dashed = () =>
  section.querySelectorAll('path[stroke-dasharray="4,3"]').length;
const anew = async (selector, text) => {
  delete section.querySelector(".chart").dataset.drawn;
  press(selector, text);
  await drawn();
};
await drawn();
const texts = (id, place) => [...document.getElementById(id).tBodies[0].rows]
  .filter((row) => !row.hidden).map((row) => row.cells[place].textContent);
const press = (selector, text) => [...document.querySelectorAll(selector)]
  .find((button) => button.textContent.trim() === text).click();
const seen = { errors: window.seenErrors };

seen.methods = [...texts("leaderboard", 0), ...texts("incomplete", 0)];
seen.answers = document.querySelectorAll("#answer .card").length;
press("#leaderboard th button", "F1 (fair)");
seen.ascending = texts("leaderboard", 4);
press("#leaderboard th button", "F1 (fair)");
seen.descending = texts("leaderboard", 4);
press("#leaderboard th button", "method");
seen.byName = texts("leaderboard", 0);

press("#coverage th button", "not run");
seen.missing = texts("coverage", 5);

document.querySelector("#section-volume details:not(.graphs)").open = true;
const graphs = document.querySelector("#section-volume .graphs");
graphs.open = true;
while (!("drawn" in graphs.querySelector(".chart").dataset))
  await new Promise((next) => setTimeout(next, 20));
seen.links = [...graphs.querySelectorAll(".mark-text.role-mark text")]
  .map((text) => [text.textContent, text.getAttribute("aria-label")]);
const search = document.querySelector('input[data-table="claims"]');
search.value = "linear ALMOST";
search.dispatchEvent(new Event("input"));
seen.found = texts("claims", 0);
seen.told = document.querySelector('output[data-table="claims"]').textContent;
search.value = "";
search.dispatchEvent(new Event("input"));

document.querySelector("#section-lags details").open = true;
const chips = '.chips[data-table="points-lags"] button';
press(chips, "random");
seen.random = texts("points-lags", 2);
press(chips, "DOT");
seen.both = [...new Set(texts("points-lags", 2))];
press(chips, "DOT");
press(chips, "random");
seen.all = texts("points-lags", 2).length;
seen.claims = [...document.querySelectorAll("#statements .card")].length;
seen.verdicts = texts("claims", 2);

seen.drawn = [names(), dashed()];
await anew("#section-volume .legend button", "DOT");
await anew("#section-volume .legend button", "published, dashed and hollow");
seen.changed = [names(), dashed()];
await anew("#section-volume .choice button", "AUPRC");
seen.axis = section.querySelector(".chart").textContent.includes("AUPRC");
const ink = () => getComputedStyle(document.body).color;
const before = ink();
document.getElementById("theme").click();
seen.themes = [before, ink()];
seen.page = document.documentElement.scrollWidth <= window.innerWidth;
seen.sections = [...document.querySelectorAll("section.experiment h2")].map((h) => h.textContent);
seen.figures = places.map((place) => place.querySelectorAll("svg.marks").length);
seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
const out = document.createElement("pre");
out.id = "probe";
out.textContent = JSON.stringify(seen);
document.body.append(out);
})();"""
# What is wider than the screen with everything open.
WIDE = """(async () => {
for (const part of document.querySelectorAll("details")) part.open = true;
while ([...places, ...graphs].some((place) => !("drawn" in place.dataset)))
  await new Promise((next) => setTimeout(next, 20));
const over = [...document.querySelectorAll("main *:not(svg *)")]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.outerHTML.slice(0, 100));
parent.postMessage(JSON.stringify([innerWidth, over]), "*");
})();"""
CATCH = "window.seenErrors = []; window.onerror = (text) => { seenErrors.push(String(text)); };"


def chromium(page, *words):
    """Open a page without a network and return what the browser wrote."""
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr",
        f"--user-data-dir={page.parent / 'profile'}",
        *words,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)


def probed(text, page, script):
    """Write the page with a script behind its own."""
    text = text.replace("<head>", f"<head><script>{CATCH}</script>", 1)
    before, end, after = text.rpartition("</body>")
    page.write_text(f"{before}<script>{script}</script>{end}{after}")
    return page


@pytest.fixture(scope="module")
def seen(small, tmp_path_factory):
    """What the probe found in the page, and what the console said."""
    page = probed(small.text, tmp_path_factory.mktemp("probe") / "page.html", PROBE)
    done = chromium(page, "--window-size=1280,900", "--virtual-time-budget=20000", "--dump-dom")
    (found,) = re.findall(r'<pre id="probe">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(found.replace("&amp;", "&")) | {"console": console}


def test_it_renders_without_network_and_errors(seen):
    assert seen["errors"] == seen["console"] == []
    assert [name for name in seen["requests"] if not name.startswith("data:")] == []
    assert seen["page"]  # nothing makes the page itself scroll sideways


def test_every_method_and_experiment_is_there(seen, small):
    assert sorted(seen["methods"]) == sorted(map(labels.method, small.methods))
    assert seen["answers"] == 2  # kinds of system
    assert seen["sections"] == [part.name for part in small.parts]
    assert seen["figures"] == [1] * 5  # two of ranks, one of averages, one of each experiment


def test_a_click_on_a_heading_sorts(seen):
    values = [float(text.split()[0]) for text in seen["ascending"]]
    assert values == sorted(values)
    assert len(set(values)) > 2
    assert seen["descending"] == seen["ascending"][::-1]
    assert seen["byName"] == sorted(seen["byName"])
    assert seen["missing"] == ["1", "10"]


def test_a_found_graph_stands_beside_the_true_one(seen):
    said = [(lag, re.search("kind: ([^;]*)", label)[1]) for lag, label in seen["links"]]
    assert sorted(said) == [
        ("1", "found and true"),  # in both graphs
        ("1", "found and true"),
        ("1", "found, not true"),
        ("2", "found and true"),  # of the true graph
        ("2", "true, not found"),
    ]


def test_a_table_is_searched_for_words(seen):
    assert len(seen["found"]) > 0
    assert all("linear" in text.lower() and "almost" in text for text in seen["found"])
    assert seen["told"] == f"{len(seen['found'])} of {len(seen['verdicts'])} rows"


def test_a_click_on_a_value_filters(seen):
    assert seen["random"] == ["random"] * 2
    assert sorted(seen["both"]) == ["DOT", "random"]
    assert seen["all"] == 8
    # A card for each claim that these runs decide.
    decided = [text for text in seen["verdicts"] if "not tested" not in text]
    assert seen["claims"] == len(decided) == 4
    assert len(decided) < len(seen["verdicts"])


def test_the_legend_switches_methods_and_published_scores_and_a_button_turns_the_theme(seen):
    methods = ["DOT", "DOT as published", "PCMCI", "random"]
    assert [sorted(names) for names, _ in (seen["drawn"], seen["changed"])] == [
        methods,
        methods[1:],
    ]
    assert [dashes for _, dashes in (seen["drawn"], seen["changed"])] == [0, 1]
    assert seen["axis"]
    assert len(set(seen["themes"])) == 2


@pytest.fixture
def of_series():
    """The page on one series, in which one of two methods says something of every link."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(200, 3)), columns=["a", "b", "c"])
    graphs = {method: discover(frame, max_lag=2, method=method) for method in ("var", "random")}
    return series_page("data.csv", graphs, ["200 steps"], [], inspect(frame))


@pytest.mark.parametrize("kind", ["report", "series"])
def test_nothing_is_wider_than_a_phone(small, of_series, tmp_path, kind):
    # A window is at least 500 pixels wide, a frame can be narrower.
    text = small.text if kind == "report" else of_series
    page = probed(text, tmp_path / "page.html", WIDE)
    frame = tmp_path / "frame.html"
    hear = "onmessage = (sent) => { document.title = sent.data; }"
    frame.write_text(
        f"<title>-</title><script>{hear}</script>"
        f'<iframe src="{page.name}" width="400" height="900" style="border: 0"></iframe>'
    )
    done = chromium(frame, "--virtual-time-budget=20000", "--dump-dom")
    (found,) = re.findall(r"<title>(.*?)</title>", done.stdout, flags=re.DOTALL)
    assert json.loads(found) == [400, []]
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("kind", ["report", "series"])
def test_a_screenshot_shows_more_than_one_colour(small, of_series, tmp_path, kind, width, theme):
    page = tmp_path / "page.html"
    text = small.text if kind == "report" else of_series
    page.write_text(text.replace("<html", f'<html data-theme="{theme}"', 1))
    folder = Path(os.environ.get("ARTEFACTS") or tmp_path).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    shot = folder / f"{kind}_{width}_{theme}.png"
    size = f"--window-size={width},3600"
    chromium(page, size, "--virtual-time-budget=20000", f"--screenshot={shot}")
    from matplotlib.image import imread

    pixels = imread(shot)
    assert pixels.shape[1] == width
    assert (pixels[..., :3].mean() > 0.5) == (theme == "light")
    assert pixels.std() > 0.05
