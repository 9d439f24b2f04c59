
// --- Making elements. Text becomes text and nothing else, whatever stands in it.

const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Text from the store: whatever direction it is written in, it turns nothing around it.
const name = (value, attributes = {}) => el("bdi", attributes, value);

const whole = new Intl.NumberFormat("en");
const count = (number, noun, nouns = `${noun}s`) => `${whole.format(number)} ${number === 1 ? noun : nouns}`;

// The number of a version. What is beyond 2^53 is no longer exact here, and no true version.
const numberText = (number) => (Number.isSafeInteger(number) ? whole.format(number) : "2^53 and more");
const rangeText = (first, last) => (first === last ? numberText(first) : `${numberText(first)} to ${numberText(last)}`);

function bytesText(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  if (unit === 0) return count(bytes, "byte");
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

// 2026-11-01 10:00:00.000
function timeText(ms, parts = "second") {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `${ms} ms`;
  const iso = date.toISOString().replace("T", " ").replace("Z", "");
  return {minute: iso.slice(0, -7), second: iso.slice(0, -4), all: iso}[parts];
}

// At most `most` of `list`, made into elements by `make`; the rest on demand.
function someOf(list, most, make, into, what) {
  const add = (start) => {
    const end = Math.min(list.length, start + most);
    const added = list.slice(start, end).map(make);
    into.append(...added.flat());
    if (end === list.length) return;
    const item = el(into.tagName === "UL" || into.tagName === "OL" ? "li" : "div", {class: "more"});
    item.append(el("button", {type: "button", class: "link", onclick: () => {
      item.remove();
      add(end);
    }}, `Show more of ${what}: ${whole.format(list.length - end)} are left`));
    into.append(item);
  };
  add(0);
}

// Calls `work` once before the next frame, however often it is asked to.
function onFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

// "tag" of what became of an object, for all who see no colours too.
const tag = (kind) => el("span", {class: `tag ${kind}`}, kind);

const versionLink = (number) => el("a", {href: `#version=${number}`}, `version ${whole.format(number)}`);
const objectLink = (object, label) => el("a", {href: `#object=${object.id}`, class: "object"}, name(label));

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// The address says what is looked at, without a step in the browser's history.
function noteAddress(hash) {
  history.replaceState(null, "", hash);
}
