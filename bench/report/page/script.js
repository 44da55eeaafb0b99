"use strict";

// Sorting: a click on a heading sorts by it, a second click reverses the order.
const compare = (a, b) => {
  if (a === "" || b === "") return (a === "") - (b === ""); // absent values come last
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
};

const sort = (head) => {
  const table = head.closest("table");
  const body = table.tBodies[0];
  const place = head.cellIndex;
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[place].dataset.key;
  const rows = [...body.rows].sort((a, b) => {
    const absent = key(a) === "" || key(b) === "";
    return compare(key(a), key(b)) * (down && !absent ? -1 : 1);
  });
  body.append(...rows);
};

// On a narrow screen a row is a block, in which each entry shows its heading.
const NARROW = window.matchMedia("(max-width: 640px)");
const stack = (table) => {
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  table.setAttribute("role", "table");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const [place, entry] of [...row.cells].entries()) {
      entry.setAttribute("role", entry.tagName === "TH" ? "columnheader" : "cell");
      entry.dataset.head = heads[place];
    }
  }
};
const stackAll = () => {
  if (NARROW.matches) document.querySelectorAll("table").forEach(stack);
};
NARROW.addEventListener("change", stackAll);
stackAll();

// Filtering: a row must have a pressed value in every column that has pressed values, and every
// word that is searched for.
const filter = (table) => {
  const wanted = [...document.querySelectorAll(`.chips[data-table="${table.id}"]`)].map((chips) => ({
    place: Number(chips.dataset.column),
    values: [...chips.querySelectorAll('[aria-pressed="true"]')].map((b) => b.textContent),
  }));
  const asked = document.querySelector(`input[data-table="${table.id}"]`);
  const words = (asked?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const fits = ({ place, values }) =>
      !values.length || values.includes(row.cells[place].textContent);
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every(fits) || !words.every((word) => text.includes(word));
  }
  const told = document.querySelector(`output[data-table="${table.id}"]`);
  const left = rows.filter((row) => !row.hidden).length;
  if (told) told.textContent = left < rows.length ? `${left} of ${rows.length} rows` : "";
};

const press = (button) => {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  return on;
};

for (const head of document.querySelectorAll("th")) {
  head.querySelector("button").addEventListener("click", () => sort(head));
}
for (const button of document.querySelectorAll(".chips button")) {
  button.addEventListener("click", () => {
    press(button);
    filter(document.getElementById(button.parentNode.dataset.table));
  });
}

for (const input of document.querySelectorAll("input[data-table]")) {
  input.addEventListener("input", () => filter(document.getElementById(input.dataset.table)));
}

// Charts are drawn one after the other, and anew in the other theme.
const CHARTS = JSON.parse(document.getElementById("charts").textContent);
const PANEL = 400; // width from which on a panel has another beside it
const system = window.matchMedia("(prefers-color-scheme: dark)");
const theme = () => document.documentElement.dataset.theme || (system.matches ? "dark" : "light");
const pressed = (group, name) =>
  [...group.querySelectorAll('[aria-pressed="true"]')].map((b) => b.dataset[name]);

const fitted = (spec, width) => {
  const copy = structuredClone(spec);
  const { room, panels } = copy.usermeta; // `room` is for what stands beside a panel
  if (!copy.facet) return { ...copy, width: Math.min(copy.width, width - room) };
  copy.columns = Math.max(1, Math.min(3, panels, Math.floor(width / PANEL)));
  copy.spec.width = Math.min(420, Math.floor(width / copy.columns) - room);
  return copy;
};

const decoded = (row) =>
  Object.fromEntries(
    CHARTS.columns.map((name, k) => [
      name,
      CHARTS.coded.includes(name) ? CHARTS.words[row[k]] : row[k],
    ]),
  );

// The lags of links by cause and effect, and an empty row for each variable to make room for it.
const links = (panel, names, edges, kind) => {
  const lags = new Map();
  for (const [cause, effect, lag] of edges) {
    const pair = `${cause},${effect}`;
    lags.set(pair, [...(lags.get(pair) ?? []), lag]);
  }
  return [...lags].map(([pair, found]) => {
    const [cause, effect] = pair.split(",").map((place) => names[place]);
    return { panel, cause, effect, lags: found.join(","), kind };
  });
};

const matrix = (place) => {
  const picked = (name) => place.closest("details").querySelector(`select[data-${name}]`);
  const { names, true: truth, found } = CHARTS.graphs[place.dataset.graphs][picked("system").value];
  const edges = found[picked("method").value] ?? [];
  const without = (some, others) => {
    const known = new Set(others.map(String));
    return some.filter((edge) => !known.has(String(edge)));
  };
  const extra = without(edges, truth);
  const missed = without(truth, edges);
  const [left, right] = ["true graph", "found graph"];
  const rows = [left, right].flatMap((panel) =>
    names.map((name) => ({ panel, cause: name, effect: name, lags: "", kind: "" })),
  );
  rows.push(
    ...links(left, names, truth, "found and true"),
    ...links(right, names, without(truth, missed), "found and true"),
    ...links(right, names, missed, "true, not found"),
    ...links(right, names, extra, "found, not true"),
  );
  const spec = fitted(CHARTS.matrix, place.clientWidth);
  spec.spec.height = Math.max(120, 34 * names.length);
  return { ...spec, datasets: { rows } };
};

const chosen = (place) => {
  if (place.dataset.graphs) return matrix(place);
  if (place.dataset.chart) return fitted(CHARTS.charts[place.dataset.chart], place.clientWidth);
  const { rows, charts } = CHARTS.experiments[place.dataset.experiment];
  const section = place.closest("section");
  const [metric] = pressed(section.querySelector(".choice"), "metric");
  const legend = section.querySelector(".legend");
  const spec = fitted(charts[metric], place.clientWidth);
  spec.datasets = { rows: rows.map(decoded).filter((row) => row.metric === metric) };
  spec.params = [
    { name: "shown", value: pressed(legend, "show").filter(Boolean) },
    { name: "published", value: pressed(legend, "published").includes("") },
  ];
  return spec;
};

const draw = async (place) => {
  place.view?.finalize();
  const { view } = await vegaEmbed(place, chosen(place), {
    mode: "vega-lite",
    renderer: "svg",
    config: CHARTS.config[theme()],
    tooltip: { theme: theme() },
    actions: { export: true, source: false, compiled: false, editor: false },
  });
  place.view = view;
  place.dataset.drawn = "";
};

const places = [...document.querySelectorAll(".chart:not([data-graphs])")];
const drawAll = async () => {
  for (const place of places) {
    await draw(place);
    await new Promise((next) => setTimeout(next)); // the page stays usable meanwhile
  }
};
drawAll();
const graphs = [...document.querySelectorAll(".chart[data-graphs]")];
for (const place of graphs) {
  const details = place.closest("details"); // a closed one has no width to draw in
  details.addEventListener("toggle", () => details.open && draw(place));
  for (const select of details.querySelectorAll("select")) {
    select.addEventListener("change", () => draw(place));
  }
}
const drawAnew = () => [...places, ...graphs].filter((place) => place.view).forEach(draw);

for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => {
    press(button);
    draw(button.closest("section").querySelector(".chart"));
  });
}
for (const button of document.querySelectorAll(".choice button")) {
  button.addEventListener("click", () => {
    for (const other of button.parentNode.children) other.setAttribute("aria-pressed", "false");
    press(button);
    draw(button.closest("section").querySelector(".chart"));
  });
}

document.getElementById("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
  drawAnew();
});
system.addEventListener("change", drawAnew);
let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(drawAnew, 200);
});
