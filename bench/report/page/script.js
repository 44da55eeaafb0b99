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

// Filtering: a row must have a pressed value in every column that has pressed values.
const filter = (table) => {
  const wanted = [...document.querySelectorAll(`.chips[data-table="${table.id}"]`)].map((chips) => ({
    place: Number(chips.dataset.column),
    values: [...chips.querySelectorAll('[aria-pressed="true"]')].map((b) => b.textContent),
  }));
  for (const row of table.tBodies[0].rows) {
    const fits = ({ place, values }) =>
      !values.length || values.includes(row.cells[place].textContent);
    row.hidden = !wanted.every(fits);
  }
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

// The legend of an experiment shows and hides methods in its figures.
for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => {
    const shown = press(button);
    const name = CSS.escape(button.dataset.show);
    const drawn = button.closest("section").querySelectorAll(`[data-method="${name}"]`);
    for (const part of drawn) part.style.display = shown ? "" : "none";
  });
}

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme || (dark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});
