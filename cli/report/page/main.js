
// --- Health, addresses, and the start.

const isDamaged = data.damage.length > 0;

function alertOf(kind, title, items) {
  return el("div", {class: `alert ${kind}`}, el("strong", {}, title),
    items.length === 1 ? el("div", {}, items[0]) : el("ul", {}, items.map((item) => el("li", {}, item))));
}

function showFindings() {
  const box = byId("findings");
  if (isDamaged) {
    const list = el("ul");
    someOf(data.damage, 50, (damage) => {
      const where = damage.first === null ? "" : `Version${damage.first === damage.last ? "" : "s"} ${rangeText(damage.first, damage.last)}: `;
      return el("li", {}, where, damage.message);
    }, list, "the damage");
    box.append(el("div", {class: "alert damage"}, el("strong", {}, `Damage in ${count(data.damage.length, "place")}`), list, readableText()));
  }
  if (data.warnings.length) box.append(alertOf("warning", count(data.warnings.length, "warning"), data.warnings));
  if (data.left_out.length) box.append(alertOf("", "Not in this report", data.left_out));
}

// What is left to look at where something is damaged.
function readableText() {
  const records = `${count(data.records, "record")} could be read and ${data.records === 1 ? "is" : "are"} shown.`;
  if (data.last_catalog === data.last) return el("div", {}, records);
  return el("div", {}, records, data.last_catalog === 0
    ? " No catalog can be made of them."
    : ` Catalogs can be made up to version ${whole.format(data.last_catalog)}; what came after is known from its records alone.`);
}

function showFacts() {
  const range = data.last === 0 ? "none" : rangeText(data.first, data.last);
  const facts = [
    ["Head", data.last === 0 ? "no version yet" : [versionByNumber.has(data.last) ? versionLink(data.last) : `version ${numberText(data.last)}`,
      versionByNumber.has(data.last) ? `, made ${timeText(versionByNumber.get(data.last).ms)} UTC` : ""]],
    ["Head hash", data.head_hash ? el("span", {class: "mono", id: "head-hash"}, data.head_hash) : el("span", {class: "damaged-text"}, "cannot be told")],
    ["Versions", range],
    ["Snapshot", data.snapshot
      ? `at version ${whole.format(data.snapshot.version)}: ${count(data.snapshot.chunks, "chunk")}, ${bytesText(data.snapshot.bytes)}; what was before it is truncated`
      : data.first > 1 ? el("span", {class: "damaged-text"}, "cannot be read") : "none: nothing was truncated"],
    ["Records", `${whole.format(data.records)}, ${bytesText(data.bytes)}`],
    ["Store", el("span", {class: "mono"}, data.store)],
    ["Checked", "every record: its checksum, the SHA-256 of what it carries, its store and place, the hash of the version before; "
      + "rising times; that every entry fits the catalog before it. "
      + "A history that was rewritten as a whole would pass: keep the head hash elsewhere and compare."],
  ];
  byId("facts").append(...facts.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, ...[value].flat())]));
}

function showHead() {
  document.title = `${data.name} – Annals report`;
  byId("name").replaceChildren(name(data.name));
  const verdict = byId("verdict");
  const [kind, words] = isDamaged ? ["damaged", "damaged"] : data.warnings.length ? ["warned", "sound, with warnings"] : ["sound", "sound"];
  verdict.classList.add(kind);
  verdict.textContent = words;
  byId("about").textContent = `${count(versions.length, "version")} of a catalog, as of ${timeText(data.written, "minute")} UTC`;
  byId("colophon").textContent = `Written by ${data.program}. All times are UTC. This page loads nothing and sends nothing.`;
}

// #version=12, #at=12, #diff=3..9, #object=7: what is looked at can be linked to.
const routes = [
  [/^#version=(\d+)$/, (number) => {
    if (!versionByNumber.has(number)) return byId("versions");
    return openVersion(number) || byId("versions");
  }],
  [/^#at=(\d+)$/, (number) => {
    showCatalog(number);
    return byId("catalog");
  }],
  [/^#diff=(\d+)\.\.(\d+)$/, (from, to) => {
    showDiff(from, to);
    return byId("compare");
  }],
  [/^#object=(\d+)$/, (id) => {
    showLife(id);
    return byId("life");
  }],
];

function follow() {
  for (const [pattern, show] of routes) {
    const found = pattern.exec(location.hash);
    if (!found) continue;
    const target = show(...found.slice(1).map(Number));
    const isSection = target.tagName === "SECTION";
    target.scrollIntoView({block: isSection ? "start" : "center"});
    if (isSection) {
      const heading = target.querySelector("h3[tabindex], h2");
      heading.setAttribute("tabindex", "-1");
      heading.focus({preventScroll: true});
    }
    return;
  }
}

if (!versions.some((version) => version.author)) document.body.classList.add("no-authors");
showHead();
showFindings();
showFacts();
startVersions();
startCatalog();
startCompare();
startLife();
drawCharts();
for (const choice of document.querySelectorAll('input[name="axis"]')) choice.addEventListener("change", drawCharts);
let width = document.body.clientWidth;
new ResizeObserver(onFrame(() => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  drawCharts();
})).observe(document.body);
window.addEventListener("hashchange", follow);
follow();
