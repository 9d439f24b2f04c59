
// --- Two versions side by side, and the statements that lead from one to the other.

const kDiffRows = 400;  // That are made at once; a table of many more is slow to lay out.
const kPieceRows = 60;
const kDdlVersions = 50;
const compared = {from: 0, to: 0};

const kSigns = {added: "+", removed: "−", changed: "~", renamed: "~"};

// Roles are said because a narrow page lays rows out as blocks, which would lose them.
function pieceRow(piece, from, to) {
  const side = (value, kind, at) =>
    el("td", {role: "cell", class: value === "" ? "none" : kind, "data-at": `version ${at}`}, name(value));
  return el("tr", {role: "row"},
    el("th", {role: "rowheader", scope: "row"}, el("span", {class: "sign", "aria-hidden": "true"}, kSigns[piece.change]),
      el("span", {class: "hidden"}, `${piece.change} `), name(piece.change === "renamed" ? piece.is : piece.label)),
    side(piece.was, "was", from), side(piece.is, "is", to));
}

function changeRows(change, from, to) {
  const state = change.after || change.before;
  const head = el("tr", {role: "row"}, el("th", {role: "rowheader", class: "object", colspan: 3, scope: "rowgroup"},
    el("div", {class: "line"}, tag(change.kind), el("span", {class: "muted"}, change.object.kind),
      objectLink(change.object, state.path),
      change.kind === "created" || change.kind === "dropped" ? el("span", {class: "muted"}, name(state.short)) : null)));
  const body = el("tbody", {role: "rowgroup"}, head);
  const rows = (start, end) => change.pieces.slice(start, end).map((piece) => pieceRow(piece, from, to));
  body.append(...rows(0, kPieceRows));
  const left = change.pieces.length - kPieceRows;
  if (left > 0) {
    const more = el("tr", {role: "row"}, el("td", {role: "cell", colspan: 3}, el("button", {type: "button", class: "link", onclick: () => {
      more.remove();
      body.append(...rows(kPieceRows));
    }}, `Show ${whole.format(left)} more`)));
    body.append(more);
  }
  return body;
}

function diffTable(changes, from, to) {
  const column = (label) => el("th", {role: "columnheader", scope: "col"}, label);
  const table = el("table", {class: "diff", role: "table", "aria-label": `Version ${from} and version ${to}`},
    el("colgroup", {}, el("col", {class: "piece"}), el("col"), el("col")),
    el("thead", {role: "rowgroup"}, el("tr", {role: "row"}, column("What"), column(`Version ${whole.format(from)}`), column(`Version ${whole.format(to)}`))));
  const box = el("div", {}, table);
  const add = (start) => {
    let end = start;
    for (let room = kDiffRows; end < changes.length && room > 0; ++end) {
      room -= 1 + Math.min(changes[end].pieces.length, kPieceRows);
    }
    table.append(...changes.slice(start, end).map((change) => changeRows(change, from, to)));
    if (end === changes.length) return;
    const more = el("button", {type: "button", onclick: () => {
      more.remove();
      add(end);
    }}, `Show more of the objects: ${whole.format(changes.length - end)} are left`);
    box.append(more);
  };
  add(0);
  return box;
}

function diffSummary(changes) {
  if (changes.length === 0) return "The two are the same.";
  const kinds = ["created", "altered", "renamed", "dropped"];
  const parts = kinds.map((kind) => [changes.filter((change) => change.kind === kind).length, kind]).filter(([number]) => number > 0);
  return `${count(changes.length, "object")} ${changes.length === 1 ? "differs" : "differ"}: ${parts.map(([number, kind]) => `${whole.format(number)} ${kind}`).join(", ")}.`;
}

// With the semicolon that a statement in a script needs, and where no comment swallows it.
function ended(statement) {
  if (statement.endsWith(";")) return statement;
  return statement.slice(statement.lastIndexOf("\n") + 1).includes("--") ? `${statement}\n;` : `${statement};`;
}

// A version as SQL: its statement, or, if it has none, its entries as comments.
function ddlOf(version) {
  const comment = (line) => `-- ${line}`;
  const about = [`version ${version.number}`, `${timeText(version.ms)} UTC`, version.author].filter(Boolean).join(", ");
  const lines = [comment(about), ...version.message.split("\n").filter(Boolean).map(comment)];
  if (version.statement) {
    lines.push(ended(version.statement.trim()));
  } else {
    lines.push(comment("made by the interface of the library, in words:"), ...version.entries.map((entry) => comment(text(entry))));
  }
  return `${lines.join("\n")}\n`;
}

function showDdl(from, to) {
  const box = byId("ddl");
  if (from > to) {
    box.replaceChildren(el("p", {class: "muted"},
      "Statements lead forward only. For the way back, ", el("code", {}, `annals diff STORE ${from}..${to} -o ddl`), " writes DDL."));
    return;
  }
  const steps = versions.filter((version) => version.number > from && version.number <= to);
  if (steps.length === 0) {
    box.replaceChildren(el("p", {class: "muted"}, "None: it is the same version."));
    return;
  }
  const note = el("p", {class: "muted"}, steps.length === 1
    ? "The statement that made the one of the other, as it was given."
    : `The statements of ${versionsText(steps)}, as they were given: run in this order they make the one of the other. `,
  steps.length === 1 ? null : "What is dropped again on the way is among them; ",
  steps.length === 1 ? null : el("code", {}, `annals diff STORE ${from}..${to} -o ddl`), steps.length === 1 ? null : " writes the shortest way.");
  const list = el("div");
  someOf(steps, kDdlVersions, (version) => el("pre", {}, name(ddlOf(version))), list, "the statements");
  box.replaceChildren(note, list);
}

// Compares the two versions in the fields, or the nearest that there are.
function showDiff(from, to) {
  if (catalogVersions.length === 0) return;
  const nearest = (number) => {
    const place = countBefore(catalogVersions, (version) => version.number < number);
    return catalogVersions[clamp(place, 0, catalogVersions.length - 1)].number;
  };
  [compared.from, compared.to] = [nearest(from), nearest(to)];
  byId("diff-from").value = compared.from;
  byId("diff-to").value = compared.to;
  const changes = diff(compared.from, compared.to);
  byId("diff-count").textContent = diffSummary(changes);
  byId("diff").replaceChildren(changes.length ? diffTable(changes, compared.from, compared.to) : "");
  showDdl(compared.from, compared.to);
}

function startCompare() {
  if (catalogVersions.length === 0) {
    byId("compare").querySelectorAll("input, button").forEach((control) => { control.disabled = true; });
    byId("diff-count").textContent = "No catalog can be made of what is left.";
    return;
  }
  const field = (id) => Number(byId(id).value);
  const again = (from, to) => {
    showDiff(from, to);
    noteAddress(`#diff=${compared.from}..${compared.to}`);
  };
  for (const id of ["diff-from", "diff-to"]) {
    byId(id).min = firstCatalog;
    byId(id).max = lastCatalog;
    byId(id).addEventListener("change", () => again(field("diff-from"), field("diff-to")));
  }
  byId("diff-swap").addEventListener("click", () => again(compared.to, compared.from));
  showDiff(lastCatalog - 1, lastCatalog);
}
