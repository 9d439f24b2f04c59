
// --- The table of versions: filtered, by the page, one opened in place.

const kPageSize = 25;
const table = {newestFirst: true, page: 0, open: null, rows: []};

// A row of the table is a version, or damage where there should be some.
const allRows = [
  ...versions.map((version) => ({number: version.number, version})),
  ...data.damage
    .filter((damage) => damage.first !== null && !versionByNumber.has(damage.first) && damage.last >= data.kept)
    .map((damage) => ({number: damage.first, damage})),
].sort((a, b) => a.number - b.number);

// What the filter looks into; made when it is first asked for.
function searchText(row) {
  if (row.search === undefined) {
    const version = row.version;
    row.search = (version
      ? [version.number, version.author, version.message, version.statement, version.hash, timeText(version.ms), ...version.entries.map(text)].join("\n")
      : `damage ${row.damage.message}`).toLowerCase();
  }
  return row.search;
}

function filterVersions() {
  const wanted = byId("version-filter").value.trim().toLowerCase();
  table.rows = wanted === "" ? [...allRows] : allRows.filter((row) => searchText(row).includes(wanted));
  if (table.newestFirst) table.rows.reverse();
  const all = count(versions.length, "version");
  byId("version-count").textContent = wanted === "" ? all : `${whole.format(table.rows.length)} of ${all}`;
}

function detail(version) {
  const facts = [
    ["Time", `${timeText(version.ms, "all")} UTC, counter ${version.counter}`],
    ["Active from", `${timeText(version.activationMs, "all")} UTC, counter ${version.activationCounter}`],
    ["Author", version.author ? name(version.author) : el("span", {class: "muted"}, "not told")],
    ["Policy", version.relaxed ? "relaxed" : "strict"],
    ["Record", `${bytesText(version.bytes)}${version.isSnapshot ? ", below a snapshot" : ""}`],
    ["Hash", el("span", {class: "hash"}, version.hash)],
    ["Hash before", el("span", {class: "hash"}, version.previous)],
    ["Commit id", el("span", {class: "hash"}, version.commit)],
  ];
  const block = (label, value) => (value ? [el("h3", {}, label), el("pre", {}, name(value))] : []);
  const entries = el("ul", {class: "plain-list"});
  someOf(version.entries, 50, (entry) => el("li", {}, name(text(entry))), entries, "the entries");
  const left = version.entryCount - version.entries.length;
  if (left > 0) entries.append(el("li", {class: "muted"}, `and ${whole.format(left)} more, which annals show STORE ${version.number} tells`));
  const links = [];
  if (version.counts !== null) {
    links.push(el("a", {href: `#at=${version.number}`}, "The catalog at this version"));
    if (version.number > firstCatalog) {
      links.push(el("a", {href: `#diff=${version.number - 1}..${version.number}`}, "Compared with the version before"));
    }
  }
  return [
    el("dl", {class: "facts"}, facts.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])),
    ...block("Message", version.message),
    ...block("Statement", version.statement),
    el("h3", {}, version.entryCount === 1 ? "Entry" : `${whole.format(version.entryCount)} entries`), entries,
    el("div", {class: "actions"}, links),
  ];
}

function versionRow(row) {
  if (row.damage) {
    return [el("tr", {class: "lost"}, el("th", {scope: "row", class: "number"}, rangeText(row.damage.first, row.damage.last)),
      el("td", {colspan: 5}, el("strong", {}, "Damaged: "), row.damage.message))];
  }
  const version = row.version;
  const open = table.open === version.number;
  const title = titleOf(version).replace(/\s+/g, " ");
  const toggle = el("button", {type: "button", class: "plain version-number", "aria-expanded": String(open),
    "aria-controls": open ? "version-detail" : null, id: `version-${version.number}`, "aria-label": `version ${version.number}`}, whole.format(version.number));
  const line = el("tr", {class: open ? "row open" : "row", onclick: () => openVersion(open ? null : version.number)},
    el("th", {scope: "row", class: "number"}, toggle),
    el("td", {class: "time"}, timeText(version.ms)),
    el("td", {class: "author minor"}, name(version.author)),
    el("td", {"data-time": timeText(version.ms)}, name(title.length > 160 ? `${title.slice(0, 160)}…` : title), version.isSnapshot ? el("span", {class: "mark"}, " · snapshot") : null),
    el("td", {class: "number"}, whole.format(version.entryCount)),
    el("td", {class: "number minor"}, whole.format(version.bytes)));
  return open ? [line, el("tr", {class: "detail", id: "version-detail"}, el("td", {colspan: 6}, detail(version)))] : [line];
}

function showVersions() {
  const pages = Math.max(1, Math.ceil(table.rows.length / kPageSize));
  table.page = clamp(table.page, 0, pages - 1);
  const start = table.page * kPageSize;
  byId("version-rows").replaceChildren(...table.rows.slice(start, start + kPageSize).flatMap(versionRow));
  byId("version-page").textContent = `Page ${whole.format(table.page + 1)} of ${whole.format(pages)}`;
  for (const [id, off] of [["first", table.page === 0], ["back", table.page === 0], ["next", table.page === pages - 1], ["last", table.page === pages - 1]]) {
    byId(`version-${id}`).disabled = off;
  }
  const order = table.newestFirst ? "descending" : "ascending";
  byId("version-order").parentElement.setAttribute("aria-sort", order);
  byId("version-order").lastElementChild.textContent = table.newestFirst ? "↓" : "↑";
}

// Opens a version in place, on whichever page that is, or closes the one that is open.
function openVersion(number) {
  const focused = number === null ? table.open : number;
  table.open = number;
  if (number !== null) {
    let place = table.rows.findIndex((row) => row.version && row.version.number === number);
    if (place < 0) {
      byId("version-filter").value = "";
      filterVersions();
      place = table.rows.findIndex((row) => row.version && row.version.number === number);
    }
    if (place >= 0) table.page = Math.floor(place / kPageSize);
  }
  showVersions();
  noteAddress(number === null ? "#versions" : `#version=${number}`);
  const button = byId(`version-${focused}`);
  if (button) button.focus({preventScroll: true});
  return button;
}

function startVersions() {
  const again = () => {
    filterVersions();
    showVersions();
  };
  byId("version-filter").addEventListener("input", () => {
    table.page = 0;
    again();
  });
  byId("version-order").addEventListener("click", () => {
    table.newestFirst = !table.newestFirst;
    table.page = 0;
    again();
  });
  const go = (id, page) => byId(`version-${id}`).addEventListener("click", () => {
    table.page = page();
    showVersions();
  });
  go("first", () => 0);
  go("back", () => table.page - 1);
  go("next", () => table.page + 1);
  go("last", () => Infinity);
  again();
}
