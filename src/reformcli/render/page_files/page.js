"use strict";
(() => {
  // Headings become buttons that sort: up, down, as it was. Sums stay below: they are in the foot of the table.
  const collator = new Intl.Collator("vi", { numeric: true, sensitivity: "variant" });
  const states = { number: ["descending", "ascending"], other: ["ascending", "descending"] };

  const keyOf = (cell, kind) => {
    const value = cell.dataset.value ?? "";
    if (kind === "number") return value === "" ? null : Number(value);
    if (kind === "time") return value === "" ? null : value;
    return cell.classList.contains("none") ? null : cell.textContent;
  };

  const compare = (a, b, kind) => {
    if (kind === "text") return collator.compare(a, b);
    return a < b ? -1 : a > b ? 1 : 0;
  };

  const sort = (table, place, kind, state) => {
    const body = table.tBodies[0];
    table.original ??= Array.from(body.rows);
    let rows = table.original;
    if (state !== "none") {
      const direction = state === "ascending" ? 1 : -1;
      const keyed = rows.map((row, at) => ({ row, at, key: keyOf(row.cells[place], kind) }));
      keyed.sort((a, b) => {
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
        return direction * compare(a.key, b.key, kind) || a.at - b.at;
      });
      rows = keyed.map((entry) => entry.row);
    }
    const below = body.nextSibling;
    body.remove(); // moving rows of a table on display takes minutes where they are many
    body.append(...rows);
    table.insertBefore(body, below);
  };

  const addButton = (table, heading, place) => {
    const words = heading.textContent;
    if (words.trim() === "") return;
    const kind = ["number", "time"].find((name) => heading.classList.contains(name)) ?? "text";
    const order = states[kind] ?? states.other;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    heading.replaceChildren(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const now = heading.getAttribute("aria-sort");
      const next = now === order[0] ? order[1] : now === order[1] ? "none" : order[0];
      for (const other of table.tHead.rows[0].cells) {
        if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      }
      heading.setAttribute("aria-sort", next);
      sort(table, place, kind, next);
    });
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tHead.rows[0].cells).forEach((heading, place) => addButton(table, heading, place));
  }

  // A link into a folded annex unfolds it, also where the browser does not do so by itself.
  const unfold = (name) => {
    const target = name && document.getElementById(decodeURIComponent(name.slice(1)));
    const details = target && target.closest("details");
    if (details) details.open = true;
    return target || null;
  };
  window.addEventListener("hashchange", () => unfold(location.hash)?.scrollIntoView());
  document.querySelectorAll('a[href^="#"]').forEach((link) => {
    link.addEventListener("click", () => unfold(link.getAttribute("href")));
  });
  unfold(location.hash)?.scrollIntoView();

  // Paper shows the annexes unfolded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
})();
