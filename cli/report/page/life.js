
// --- The life of an object: from its creation through all its names to its end.

const kFoundObjects = 24;
const kLanes = 40;

const nameOf = (object) => object.states[object.states.length - 1].path;

// All names that an object ever had; made when it is first asked for.
function namesOf(object) {
  if (object.search === undefined) {
    object.search = [...new Set(object.states.map((state) => state.path))].join("\n").toLowerCase();
  }
  return object.search;
}

function findObjects() {
  const wanted = byId("life-filter").value.trim().toLowerCase();
  const list = byId("life-found");
  if (wanted === "") {
    byId("life-count").textContent = `${count(objects.length, "object")} in all, those that are gone among them`;
    list.replaceChildren();
    return;
  }
  const found = objects.filter((object) => String(object.id) === wanted || namesOf(object).includes(wanted));
  byId("life-count").textContent = found.length > kFoundObjects
    ? `${count(found.length, "object")}; the first ${kFoundObjects} are shown` : count(found.length, "object");
  list.replaceChildren(...found.slice(0, kFoundObjects).map((object) =>
    el("li", {}, el("span", {class: "muted"}, `${object.kind} `), objectLink(object, nameOf(object)))));
}

// The events of a life: {number, kind, pieces, state}. States that only follow others are none.
function eventsOf(object) {
  const events = [];
  const pieces = new Map();
  object.states.forEach((state, place) => {
    const before = new Map(pieces);
    step(pieces, state);
    if (place === 0) {
      events.push({number: state.from, kind: object.wasThere ? "there" : "created", state, pieces: []});
      return;
    }
    const last = object.states[place - 1];
    if (last.since === state.since && object.kind !== "zone") return;
    const changes = pieceChanges(before, pieces);
    if (last.name !== state.name) changes.unshift({key: "name", change: "changed", label: "name", was: last.name, is: state.name});
    const kind = changes.length === 1 && changes[0].key === "name" ? "renamed" : "altered";
    if (changes.length) events.push({number: state.from, kind, state, pieces: changes});
  });
  if (object.dropped !== Infinity) events.push({number: object.dropped, kind: "dropped", state: object.states[object.states.length - 1], pieces: []});
  return events;
}

// Where an object, or a piece of it, was: {label, spans: [[from, to], ...], ticks}. `to` is
// Infinity for what is still there.
function lanesOf(object, events) {
  const lanes = new Map();
  const start = object.states[0].from;
  const wholeLane = {label: `the ${object.kind}`, isWhole: true, spans: [[start, object.dropped]], ticks: events.map((event) => event.number)};
  object.states.forEach((state) => {
    for (const key of state.gone.map(text)) {
      const lane = lanes.get(key);
      if (lane) lane.spans[lane.spans.length - 1][1] = state.from;
    }
    for (let i = 0; i < state.other.length; i += 3) {
      const key = text(state.other[i]);
      if (!isPart(key)) continue;
      if (!lanes.has(key)) lanes.set(key, {spans: [], ticks: []});
      const lane = lanes.get(key);
      lane.label = text(state.other[i + 1]).replace(/^column /, "");
      const last = lane.spans[lane.spans.length - 1];
      if (last && last[1] === Infinity) lane.ticks.push(state.from);
      else lane.spans.push([state.from, Infinity]);
    }
  });
  for (const lane of lanes.values()) {
    for (const span of lane.spans) span[1] = Math.min(span[1], object.dropped);
  }
  return [wholeLane, ...inOrder([...lanes]).map(([, lane]) => lane)];
}

// Until when what is still there is known to be.
const lastText = () => (lastCatalog === data.last ? "now" : `${whole.format(lastCatalog)} or later`);

function laneRow(lane) {
  const width = 600;
  const [first, last] = [data.kept, Math.max(lastShown(), data.kept + 1)];
  const x = (number) => (width * (clamp(number, first, last + 1) - first)) / (last + 1 - first);
  const chart = svg("svg", {viewBox: `0 0 ${width} 14`, preserveAspectRatio: "none", "aria-hidden": "true"},
    svg("rect", {class: "lane-back", x: 0, y: 4, width, height: 6}));
  for (const [from, to] of lane.spans) {
    // What became of it after the last catalog nobody knows.
    const end = x(Math.min(to, lastCatalog + 1));
    chart.append(svg("rect", {class: "lane", x: x(from), y: 4, width: Math.max(end - x(from), 2), height: 6}));
  }
  for (const tick of lane.ticks.slice(0, 2000)) {
    chart.append(svg("rect", {class: "lane-tick", x: Math.min(x(tick), width - 2), y: 2, width: 2, height: 10}));
  }
  const spans = lane.spans.map(([from, to]) => `${whole.format(from)} – ${to === Infinity ? lastText() : whole.format(to)}`).join(", ");
  return el("tr", {class: lane.isWhole ? "whole" : ""}, el("th", {scope: "row"}, name(lane.label)), el("td", {}, chart),
    el("td", {class: "span"}, el("span", {class: "hidden"}, "versions "), spans));
}

function eventText(event) {
  const {kind, state, pieces} = event;
  if (kind === "there") return ["there already, as ", name(state.path), state.short ? [": ", name(state.short)] : null];
  if (kind === "created") return ["as ", name(state.path), state.short ? [": ", name(state.short)] : null];
  if (kind === "dropped") return ["last called ", name(state.path)];
  return [el("ul", {class: "plain-list"}, pieces.slice(0, 30).map((piece) => {
    if (piece.change === "added") return el("li", {}, "add ", name(`${piece.label} ${piece.is}`));
    if (piece.change === "removed") return el("li", {}, "drop ", name(piece.label));
    if (piece.change === "renamed") return el("li", {}, "rename ", name(piece.was), " to ", name(piece.is.replace(/^column /, "")));
    return el("li", {}, name(piece.label), ": ", name(piece.was || "nothing"), " → ", name(piece.is || "nothing"));
  }), pieces.length > 30 ? el("li", {class: "muted"}, `and ${whole.format(pieces.length - 30)} more`) : null)];
}

function eventRow(event) {
  const version = versionByNumber.get(event.number);
  return el("tr", {}, el("th", {scope: "row", class: "number"}, version ? el("a", {href: `#version=${event.number}`}, whole.format(event.number)) : whole.format(event.number)),
    el("td", {class: "time"}, version ? timeText(version.ms) : "–"),
    el("td", {class: "author minor"}, name(version ? version.author : "")),
    el("td", {}, event.kind === "there" ? null : tag(event.kind)),
    el("td", {"data-time": version ? timeText(version.ms) : null}, eventText(event).flat()));
}

function showLife(id) {
  const object = objectById.get(id);
  const box = byId("life-of");
  if (object === undefined) {
    box.replaceChildren(el("p", {class: "alert"}, `There is no object with the id ${id} in this report.`));
    return;
  }
  const events = eventsOf(object);
  const born = createdIn(object);
  const span = [born ? ["created in ", versionLink(born)] : [`there before version ${whole.format(data.kept)}, as it is since version ${whole.format(object.states[0].since)}`],
    object.dropped === Infinity ? [lastCatalog === data.last ? ", still there" : `, there in version ${whole.format(lastCatalog)}`] : [", dropped in ", versionLink(object.dropped)]].flat();
  const lanes = lanesOf(object, events);
  const laneBody = el("tbody", {}, lanes.slice(0, kLanes).map(laneRow));
  const heads = [["Version", "number"], ["Time (UTC)", "time-head"], ["Author", "author minor"], ["Event", ""], ["What", ""]];
  const eventBody = el("tbody");
  const more = el("div");
  const add = (start) => {
    const end = Math.min(events.length, start + 100);
    eventBody.append(...events.slice(start, end).map(eventRow));
    more.replaceChildren(end === events.length ? "" : el("button", {type: "button", onclick: () => add(end)}, `Show more events: ${whole.format(events.length - end)} are left`));
  };
  add(0);
  box.replaceChildren(
    el("div", {class: "life-head"}, el("h3", {id: "life-name", tabindex: -1}, `${object.kind} `, name(nameOf(object))),
      el("span", {class: "muted"}, `id ${object.id}, `, span)),
    el("table", {class: "lanes"}, el("caption", {class: "hidden"}, "In which versions it, and each of its columns, was there"), laneBody),
    lanes.length > kLanes ? el("p", {class: "muted"}, `and ${count(lanes.length - kLanes, "column")} more`) : "",
    el("table", {class: "rows"}, el("caption", {class: "hidden"}, "Its events"),
      el("thead", {}, el("tr", {}, heads.map(([label, kind]) => el("th", {scope: "col", class: kind}, label)))), eventBody), more);
}

function startLife() {
  byId("life-filter").addEventListener("input", findObjects);
  findObjects();
  if (objects.length === 0) return;
  // One with something to tell.
  const tables = objects.filter((object) => object.kind === "table");
  const longer = (a, b) => (b.states.length > a.states.length ? b : a);
  showLife((tables.length ? tables : objects).reduce(longer).id);
}
