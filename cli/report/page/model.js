"use strict";

// --- The history, as the program wrote it (cli/report/report_data.cc): look-ups only.

const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];

// A version: what its record says.
const versions = data.versions.map((row) => ({
  number: row[0],
  ms: row[1],
  counter: row[2],
  activationMs: row[3],
  activationCounter: row[4],
  author: text(row[5]),
  message: text(row[6]),
  statement: text(row[7]),
  hash: row[8],
  previous: row[9],
  commit: row[10],
  isSnapshot: row[11] === 1,
  relaxed: row[12] === 1,
  bytes: row[13],
  entryCount: row[14],
  entries: row[15],
  counts: row[16],
}));
const versionByNumber = new Map(versions.map((version) => [version.number, version]));

// An object: its states, oldest first, each told as what changed. `from` is the version that
// began the state; `since` the one that made the object itself what it is, which is an older
// one if only the name of something else is another.
const objects = data.objects.map((row) => ({
  id: row[0],
  kind: data.kinds[row[1]],
  parent: row[2],
  table: row[3],
  wasThere: row[4] === 1,
  dropped: row[5] === 0 ? Infinity : row[5],
  states: row[6].map((state) => ({
    from: state[0],
    since: state[1],
    name: text(state[2]),
    path: text(state[3]),
    short: text(state[4]),
    isKeyIndex: state[5] === 1,
    other: state[6],
    gone: state[7],
  })),
}));
const objectById = new Map(objects.map((object) => [object.id, object]));

// The versions whose catalogs are known: all of them up to the first damage.
const catalogVersions = versions.filter((version) => version.counts !== null);
const firstCatalog = catalogVersions.length ? catalogVersions[0].number : 0;
const lastCatalog = catalogVersions.length ? catalogVersions[catalogVersions.length - 1].number : 0;

// How many elements of `list`, which is sorted, `isBefore` holds of.
function countBefore(list, isBefore) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(list[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The place of the state of `object` at a version; -1 if it was not there.
function stateAt(object, number) {
  if (number >= object.dropped) return -1;
  return countBefore(object.states, (state) => state.from <= number) - 1;
}

// The version that created `object`; 0 if that is not known.
const createdIn = (object) => (object.wasThere ? 0 : object.states[0].from);

// Columns by number, the others as they came.
function inOrder(pieces) {
  const columnNumber = (key) => (key.startsWith("column ") ? Number(key.slice(7)) : Infinity);
  return [...pieces].sort((a, b) => {
    const [x, y] = [columnNumber(a[0]), columnNumber(b[0])];
    return x === y ? 0 : x - y;
  });
}

// Adds what `state` changed to `pieces`, a map from key to {label, text}.
function step(pieces, state) {
  for (const key of state.gone) pieces.delete(text(key));
  for (let i = 0; i < state.other.length; i += 3) {
    const [key, label, value] = state.other.slice(i, i + 3);
    pieces.set(text(key), {label: text(label), text: text(value)});
  }
}

// What can be said of `object` in its state at `place`.
function piecesAt(object, place) {
  const pieces = new Map();
  for (let i = 0; i <= place; ++i) step(pieces, object.states[i]);
  return pieces;
}

// The pieces that differ: {change, label, was, is}.
function pieceChanges(before, after) {
  const changes = [];
  for (const [key, was] of inOrder(before)) {
    const is = after.get(key);
    if (is === undefined) {
      changes.push({key, change: "removed", label: was.label, was: was.text, is: ""});
      continue;
    }
    if (was.label !== is.label) {
      changes.push({key, change: "renamed", label: `${was.label} is ${is.label}`, was: was.label, is: is.label});
    }
    if (was.text !== is.text) {
      changes.push({key, change: "changed", label: is.label, was: was.text, is: is.text});
    }
  }
  for (const [key, is] of inOrder(after)) {
    if (!before.has(key)) changes.push({key, change: "added", label: is.label, was: "", is: is.text});
  }
  return changes;
}

// Whether a piece is one of many that come and go: a column, an option.
const isPart = (key) => key.startsWith("column ") || key.startsWith("option:");
const partsOnly = (pieces) => new Map([...pieces].filter(([key]) => isPart(key)));

// What became of `object` from its state at place `a` to the one at `b`; null for nothing.
function objectChange(object, a, b) {
  const change = {object, before: object.states[a], after: object.states[b]};
  if (a < 0 || b < 0) {
    if (a === b) return null;
    const before = a < 0 ? new Map() : partsOnly(piecesAt(object, a));
    const after = b < 0 ? new Map() : partsOnly(piecesAt(object, b));
    return {...change, kind: a < 0 ? "created" : "dropped", pieces: pieceChanges(before, after)};
  }
  // Whether a zone is the default one is no matter of its own.
  if (change.before.since === change.after.since && object.kind !== "zone") return null;
  const pieces = pieceChanges(piecesAt(object, a), piecesAt(object, b));
  if (change.before.name !== change.after.name) {
    const [was, is] = [change.before.name, change.after.name];
    pieces.unshift({key: "name", change: "changed", label: "name", was, is});
  }
  if (pieces.length === 0) return null;
  const kind = pieces.length === 1 && pieces[0].key === "name" ? "renamed" : "altered";
  return {...change, kind, pieces};
}

const compareTexts = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const kindOrder = (kind) => data.kinds.indexOf(kind);

// All that differs between two versions. A key index comes and goes with its table, which
// says enough.
function diff(from, to) {
  const changes = [];
  for (const object of objects) {
    const change = objectChange(object, stateAt(object, from), stateAt(object, to));
    if (change !== null) changes.push(change);
  }
  const changed = new Set(changes.map((change) => change.object.id));
  const follows = (change) =>
    changed.has(change.object.table) && ((change.before && change.before.isKeyIndex) || (change.after && change.after.isKeyIndex));
  const pathOf = (change) => (change.after || change.before).path;
  return changes
    .filter((change) => !follows(change))
    .sort((a, b) => kindOrder(a.object.kind) - kindOrder(b.object.kind) || compareTexts(pathOf(a), pathOf(b)));
}

// The objects of a version: {object, state, place}, by name.
function catalogAt(number) {
  const found = [];
  for (const object of objects) {
    const place = stateAt(object, number);
    if (place >= 0) found.push({object, state: object.states[place], place});
  }
  return found.sort((a, b) => kindOrder(a.object.kind) - kindOrder(b.object.kind) || compareTexts(a.state.name, b.state.name));
}

// What a version is about, on one line.
function titleOf(version) {
  if (version.message) return version.message;
  if (version.statement) return version.statement;
  const words = version.entries.slice(0, 3).map(text);
  if (version.entryCount > words.length) words.push("…");
  return words.join(", ") || "no changes";
}
