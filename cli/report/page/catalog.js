
// --- The catalog at a version: a slider and the tree.

const kTreeRows = 200;
const tree = {number: 0, open: new Set()};

// "created" or "altered" if the version did that to an object that it left there.
function changeIn(number, {object, state, place}) {
  if (state.from !== number) return null;
  if (place === 0) return object.wasThere ? null : "created";
  return state.since === number ? "altered" : null;
}

function propertyTable(object, place) {
  const pieces = inOrder(piecesAt(object, place));
  if (pieces.length === 0) return el("p", {class: "muted"}, "There is nothing more to say of it.");
  const body = el("tbody");
  const table = el("table", {}, el("caption", {class: "hidden"}, "What it consists of"), body);
  const row = ([, piece]) => el("tr", {}, el("th", {scope: "row"}, name(piece.label)), el("td", {}, name(piece.text || "–")));
  const rest = el("div");
  body.append(...pieces.slice(0, 100).map(row));
  if (pieces.length > 100) {
    rest.append(el("button", {type: "button", class: "link", onclick: () => {
      body.append(...pieces.slice(100).map(row));
      rest.remove();
    }}, `Show ${whole.format(pieces.length - 100)} more`));
  }
  return [table, rest];
}

// An index lies below its table, and need not say of which it is.
function shortOf(object, state) {
  const table = objectById.get(object.table);
  const place = table ? stateAt(table, tree.number) : -1;
  const prefix = place < 0 ? "" : `on ${table.states[place].path} `;
  return prefix !== "" && state.short.startsWith(prefix) ? state.short.slice(prefix.length) : state.short;
}

// One object: a line that opens, and what is in it.
function treeItem(found, children) {
  const {object, state, place} = found;
  const change = changeIn(tree.number, found);
  const inside = el("div", {class: "inside"});
  const summary = el("summary", {class: "line"},
    el("span", {class: "twist", "aria-hidden": "true"}),
    el("span", {class: "kind"}, object.kind === "system view" ? "view" : object.kind),
    name(state.name, {class: "object"}),
    change ? tag(change) : null,
    el("span", {class: "short"}, name(shortOf(object, state))));
  const details = el("details", {open: tree.open.has(object.id)}, summary, inside);
  const showInside = () => {
    if (inside.childElementCount > 0) return;
    inside.append(...[propertyTable(object, place)].flat(),
      el("div", {class: "actions"}, el("a", {href: `#object=${object.id}`}, "Its whole life")));
  };
  if (details.open) showInside();
  details.addEventListener("toggle", () => {
    if (details.open) {
      tree.open.add(object.id);
      showInside();
    } else if (details.isConnected) {
      tree.open.delete(object.id);
    }
  });
  return el("li", {}, details, children.length ? el("ul", {}, children) : null);
}

// What the filter leaves, with that in which it lies.
function wantedObjects(all) {
  const wanted = byId("tree-filter").value.trim().toLowerCase();
  const kind = byId("tree-kind").value;
  if (wanted === "" && kind === "") return {kept: all, hits: all.length};
  const hits = all.filter(({object, state}) =>
    (kind === "" || object.kind === kind) && state.path.toLowerCase().includes(wanted));
  const ids = new Set();
  for (const {object} of hits) {
    ids.add(object.id).add(object.table).add(object.parent);
  }
  return {kept: all.filter(({object}) => ids.has(object.id)), hits: hits.length};
}

// Indexes lie below their tables, tables and views below their schemas.
function buildTree(kept) {
  const present = new Set(kept.map(({object}) => object.id));
  const below = new Map();
  for (const found of kept) {
    const {table, parent} = found.object;
    const owner = present.has(table) ? table : present.has(parent) ? parent : -1;
    if (!below.has(owner)) below.set(owner, []);
    below.get(owner).push(found);
  }
  let room = kTreeRows;
  const items = (owner) => {
    const made = [];
    for (const found of below.get(owner) || []) {
      if (room-- <= 0) break;
      made.push(treeItem(found, items(found.object.id)));
    }
    return made;
  };
  return items(-1);
}

const drawTree = () => {
  const all = catalogAt(tree.number);
  const {kept, hits} = wantedObjects(all);
  const items = buildTree(kept);
  const dropped = objects.filter((object) => object.dropped === tree.number);
  const gone = dropped.slice(0, 50).map((object) => {
    const last = object.states[object.states.length - 1];
    return el("li", {}, el("div", {class: "line"}, el("span", {class: "twist"}), el("span", {class: "kind"}, object.kind),
      objectLink(object, last.path), tag("dropped")));
  });
  byId("tree").replaceChildren(...items, ...gone);
  const shown = hits === all.length ? count(hits, "object") : `${whole.format(hits)} of ${count(all.length, "object")}`;
  byId("tree-count").textContent = kept.length > kTreeRows
    ? `${shown}; the first ${kTreeRows} lines are shown, and the filter finds the others` : shown;
};
const redrawTree = onFrame(drawTree);

// Shows the catalog of a version, the nearest one that there is.
function showCatalog(number) {
  if (catalogVersions.length === 0) return;
  const place = clamp(countBefore(catalogVersions, (version) => version.number < number), 0, catalogVersions.length - 1);
  const version = catalogVersions[place];
  tree.number = version.number;
  const slider = byId("at-slider");
  slider.value = place;
  slider.setAttribute("aria-valuetext", `version ${version.number}, ${timeText(version.ms)}`);
  byId("at-number").value = version.number;
  byId("at-back").disabled = place === 0;
  byId("at-next").disabled = place === catalogVersions.length - 1;
  byId("at-what").replaceChildren(versionLink(version.number), ` · ${timeText(version.ms)} UTC`,
    ...(version.author ? [" · ", name(version.author)] : []), " · ", name(titleOf(version).replace(/\s+/g, " ").slice(0, 160)));
  redrawTree();
}

function startCatalog() {
  const section = byId("catalog");
  if (catalogVersions.length === 0) {
    section.querySelectorAll("input, select, button").forEach((control) => { control.disabled = true; });
    byId("at-what").replaceChildren(el("span", {class: "damaged-text"}, "No catalog can be made of what is left."));
    return;
  }
  byId("at-slider").max = catalogVersions.length - 1;
  byId("at-number").min = firstCatalog;
  byId("at-number").max = lastCatalog;
  byId("tree-kind").append(el("option", {value: ""}, "All kinds"),
    ...data.kinds.map((kind, i) => el("option", {value: kind}, data.plurals[i])));
  const move = (number) => {
    showCatalog(number);
    noteAddress(`#at=${tree.number}`);
  };
  const place = () => Number(byId("at-slider").value);
  byId("at-slider").addEventListener("input", () => move(catalogVersions[place()].number));
  byId("at-number").addEventListener("change", (event) => move(Number(event.target.value)));
  byId("at-back").addEventListener("click", () => move(catalogVersions[Math.max(place() - 1, 0)].number));
  byId("at-next").addEventListener("click", () => move(tree.number + 1));
  byId("tree-filter").addEventListener("input", redrawTree);
  byId("tree-kind").addEventListener("change", redrawTree);
  showCatalog(lastCatalog);
}
