
// --- Charts: the timeline and growth. Each is said in words and as a table too.

const kSeries = 5; // Colours, in the style sheet.
const kMargin = {left: 56, right: 14, top: 12, bottom: 26};

const axis = () => document.querySelector('input[name="axis"]:checked').value;

// 0, 5, 10, ... up to at least `most`.
function ticksUpTo(most, wanted = 4) {
  const rough = Math.max(most, 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough));
  const ticks = [];
  for (let tick = 0; tick < most + size; tick += size) ticks.push(tick);
  return ticks;
}

// The last version for which there is room. A head that is far beyond the records, which
// damage can make, would leave none to them.
function lastShown() {
  const newest = versions.length ? versions[versions.length - 1].number : data.kept;
  const room = Math.max(10, newest - data.kept);
  return data.last - newest <= room ? data.last : newest + Math.ceil(room / 20);
}

// Where versions, or times, lie between the left and the right.
function horizontal(width) {
  const byTime = axis() === "time" && versions.length > 1;
  const [first, last] = byTime
    ? [versions[0].ms, versions[versions.length - 1].ms]
    : [data.kept, lastShown()];
  const inner = width - kMargin.left - kMargin.right;
  // A version takes a place, a time is a point.
  const room = byTime ? Math.max(last - first, 1) : last - first + 1;
  const place = (value) => kMargin.left + (inner * (value - first)) / room;
  const of = (version) => (byTime ? place(version.ms) : place(version.number + 0.5));
  const start = (version) => (byTime ? place(version.ms) : place(version.number));
  return {byTime, first, last, inner, place, of, start, end: kMargin.left + inner};
}

// As much of a moment as tells it from others within `span`.
function momentText(ms, span) {
  const [day, clock] = timeText(ms, "all").split(" ");
  if (span > 5 * 86400000) return day;
  if (span > 86400000) return `${day.slice(5)} ${clock.slice(0, 5)}`;
  return span > 60000 ? clock.slice(0, 8) : clock;
}

function horizontalLabels(x, height) {
  const labels = [];
  const wanted = clamp(Math.floor(x.inner / (x.byTime ? 130 : 90)), 1, 8);
  const y = height - 6;
  const add = (at, label, anchor) => labels.push(svg("text", {x: at, y, "text-anchor": anchor}, label));
  if (x.byTime) {
    for (let i = 0; i <= wanted; ++i) {
      const ms = x.first + ((x.last - x.first) * i) / wanted;
      add(x.place(ms), momentText(ms, x.last - x.first), i === 0 ? "start" : i === wanted ? "end" : "middle");
    }
    return labels;
  }
  const step = ticksUpTo(x.last - x.first, wanted)[1];
  for (let number = Math.max(Math.ceil(x.first / step) * step, step); number <= x.last; number += step) {
    add(x.place(number + 0.5), whole.format(number), "middle");
  }
  if (labels.length === 0) add(x.place(x.first + 0.5), whole.format(x.first), "start");
  return labels;
}

function grid(ticks, y, width, write) {
  return ticks.flatMap((tick) => [
    svg("line", {class: tick === 0 ? "axis" : "grid", x1: kMargin.left, x2: width - kMargin.right, y1: y(tick), y2: y(tick)}),
    svg("text", {x: kMargin.left - 8, y: y(tick) + 4, "text-anchor": "end"}, write(tick)),
  ]);
}

// The same for those who read it.
function asTable(head, rows) {
  return el("details", {class: "as-text"}, el("summary", {}, "As a table"),
    el("div", {tabindex: 0, role: "region", "aria-label": "The chart as a table"},
      el("table", {},
        el("thead", {}, el("tr", {}, head.map((cell, i) => el("th", {scope: "col", class: i ? "number" : ""}, cell)))),
        el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) =>
          (i ? el("td", {class: "number"}, cell) : el("th", {scope: "row"}, cell)))))))));
}

// --- The timeline.

// Versions side by side that share a bar: {versions, entries, at, from, to}.
function barsOf(x) {
  const places = Math.max(Math.floor(x.inner / 4), 1);
  const width = x.byTime ? x.inner / places : Math.max(x.inner / (x.last - x.first + 1), x.inner / places);
  const bars = new Map();
  for (const version of versions) {
    const place = Math.min(Math.floor((x.of(version) - kMargin.left) / width), places - 1);
    if (!bars.has(place)) bars.set(place, {versions: [], entries: 0, x: kMargin.left + place * width, width});
    const bar = bars.get(place);
    bar.versions.push(version);
    bar.entries += version.entryCount;
  }
  return [...bars.values()];
}

const versionsText = (list) => {
  const [first, last] = [list[0].number, list[list.length - 1].number];
  return first === last ? `version ${whole.format(first)}` : `versions ${whole.format(first)} to ${whole.format(last)}`;
};

function barText(bar) {
  const span = timeText(bar.versions[0].ms, "minute");
  const what = bar.versions.length === 1 ? ` · ${titleOf(bar.versions[0])}` : "";
  return `${versionsText(bar.versions)} · ${span} UTC · ${count(bar.entries, "entry", "entries")}${what}`;
}

function timelineSummary() {
  if (versions.length === 0) return "There is no version that can be read.";
  const entries = versions.reduce((sum, version) => sum + version.entryCount, 0);
  const largest = versions.reduce((a, b) => (b.entryCount > a.entryCount ? b : a));
  const parts = [`${count(versions.length, "version")} with ${count(entries, "entry", "entries")}`,
    `the largest is version ${whole.format(largest.number)} with ${whole.format(largest.entryCount)}`];
  if (data.snapshot) parts.push(`a snapshot stands at version ${whole.format(data.snapshot.version)}`);
  if (data.damage.length) parts.push(`damage in ${count(data.damage.length, "place")}`);
  return `${parts.join("; ")}.`;
}

// Where damage lies: that of no version lies at the end.
function damageBands(x, width) {
  return data.damage.map((damage) => {
    const right = width - kMargin.right;
    if (damage.first === null) return {damage, from: right - 3, to: right};
    const around = (number, step) => {
      const place = countBefore(versions, (version) => version.number < number) + (step < 0 ? -1 : 0);
      return versions[place] ? x.of(versions[place]) : step < 0 ? kMargin.left : right;
    };
    const first = Math.max(damage.first, data.kept);
    const [from, to] = x.byTime
      ? [around(first, -1), around(damage.last, 1)]
      : [x.place(first), Math.min(x.place(damage.last + 1), right)];
    const middle = (from + to) / 2;
    return {damage, from: Math.min(from, middle - 1.5), to: Math.max(to, middle + 1.5)};
  });
}

function drawTimeline() {
  const figure = byId("timeline-chart");
  const width = figure.clientWidth;
  if (width === 0) return;
  const height = 190;
  const x = horizontal(width);
  const bars = barsOf(x);
  const ticks = ticksUpTo(bars.reduce((high, bar) => Math.max(high, bar.entries), 1), 3);
  const top = ticks[ticks.length - 1];
  const bottom = height - kMargin.bottom;
  const y = (value) => bottom - ((bottom - kMargin.top) * value) / top;
  const caption = el("figcaption", {}, timelineSummary());

  const chart = svg("svg", {viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `Entries of each version. ${timelineSummary()}`});
  const bands = damageBands(x, width);
  for (const band of bands) {
    chart.append(svg("rect", {class: "lost-band", x: band.from, y: kMargin.top, width: band.to - band.from, height: bottom - kMargin.top}));
  }
  chart.append(...grid(ticks, y, width, (tick) => whole.format(tick)), ...horizontalLabels(x, height));
  for (const bar of bars) {
    const gap = bar.width > 3 ? Math.min(1, bar.width / 4) : 0;
    const tall = Math.max(bottom - y(bar.entries), 1);
    const most = Math.min(bar.width - gap, 16);
    bar.element = svg("rect", {class: "bar", x: bar.x + (bar.width - most) / 2, y: bottom - tall, width: Math.max(most, 1), height: tall});
    chart.append(bar.element);
  }
  for (const band of bands) {
    chart.append(svg("rect", {class: "lost", x: band.from, y: bottom - 3, width: band.to - band.from, height: 6},
      svg("title", {}, band.damage.message)));
  }
  if (data.snapshot && versionByNumber.has(data.snapshot.version)) {
    const at = x.of(versionByNumber.get(data.snapshot.version));
    chart.append(
      svg("line", {class: "snapshot-line", x1: at, x2: at, y1: kMargin.top, y2: bottom}),
      svg("path", {class: "snapshot", d: `M${at} ${kMargin.top - 5}l5 5l-5 5l-5 -5z`},
        svg("title", {}, `snapshot at version ${data.snapshot.version}`)));
  }

  const barAt = (event) => {
    const box = chart.getBoundingClientRect();
    const at = ((event.clientX - box.left) * width) / box.width;
    const near = (bar) => Math.abs(bar.x + bar.width / 2 - at);
    return bars.reduce((a, b) => (a === null || near(b) < near(a) ? b : a), null);
  };
  let shown = null;
  const show = (bar) => {
    if (shown) shown.element.classList.remove("shown");
    shown = bar;
    if (bar) bar.element.classList.add("shown");
    caption.replaceChildren(bar ? name(barText(bar)) : timelineSummary());
  };
  chart.classList.add("clickable");
  chart.addEventListener("pointermove", (event) => show(barAt(event)));
  chart.addEventListener("pointerleave", () => show(null));
  chart.addEventListener("click", (event) => {
    const bar = barAt(event);
    if (bar) location.hash = `#version=${bar.versions[bar.versions.length - 1].number}`;
  });

  const shared = bars.reduce((high, bar) => Math.max(high, bar.versions.length), 0);
  const unit = shared > 1 ? `Entries; a bar has up to ${count(shared, "version")}` : "Entries of each version";
  const legend = el("div", {class: "legend muted"}, el("span", {}, unit),
    data.snapshot ? el("span", {}, svg("svg", {width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true"},
      svg("path", {class: "snapshot", d: "M6 1l5 5l-5 5l-5 -5z"})), " snapshot") : null,
    data.damage.length ? el("span", {class: "damaged-text"}, svg("svg", {width: 14, height: 10, viewBox: "0 0 14 10", "aria-hidden": "true"},
      svg("rect", {class: "lost", x: 0, y: 2, width: 12, height: 6})), " damage") : null);
  const rows = bucketsForText().map((list) => [
    versionsText(list), timeText(list[0].ms), whole.format(list.length),
    whole.format(list.reduce((sum, version) => sum + version.entryCount, 0))]);
  figure.replaceChildren(legend, chart, caption, asTable(["Versions", "First of them (UTC)", "How many", "Entries"], rows));
}

// At most forty groups of versions, for the tables.
function bucketsForText(list = versions) {
  const size = Math.max(1, Math.ceil(list.length / 40));
  const buckets = [];
  for (let i = 0; i < list.length; i += size) buckets.push(list.slice(i, i + size));
  return buckets;
}

// --- Growth.

// `series`: {label, color, values: [[version, value], ...]}.
function drawCurves(figure, title, series, write) {
  const width = figure.clientWidth;
  if (width === 0) return;
  const height = 200;
  const x = horizontal(width);
  const most = series.reduce((all, one) => one.values.reduce((high, value) => Math.max(high, value[1]), all), 1);
  const ticks = ticksUpTo(most, 4);
  const bottom = height - kMargin.bottom;
  const y = (value) => bottom - ((bottom - kMargin.top) * value) / ticks[ticks.length - 1];
  const last = (one) => (one.values.length ? one.values[one.values.length - 1][1] : 0);
  const label = series.map((one) => `${one.label} ${write(last(one))}`).join(", ");
  const chart = svg("svg", {viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `${title}, at the end: ${label}`},
    grid(ticks, y, width, write), horizontalLabels(x, height));
  for (const one of series) {
    chart.append(svg("path", {class: `curve series-${one.color}`, d: curve(one.values, x, y)}));
  }
  const legend = el("div", {class: "legend muted"}, series.map((one) =>
    el("span", {}, el("i", {class: `series-${one.color}`, "aria-hidden": "true"}), `${one.label} ${write(last(one))}`)));
  const rows = series.length === 0 ? [] : bucketsForText(series[0].values.map((value) => value[0])).map((list) => {
    const at = list[list.length - 1];
    return [`version ${whole.format(at.number)}`, ...series.map((one) => {
      const known = countBefore(one.values, (value) => value[0].number <= at.number);
      return write(one.values[known - 1][1]);
    })];
  });
  figure.replaceChildren(el("h3", {}, title), legend, chart, asTable(["At", ...series.map((one) => one.label)], rows));
}

// Steps, since a version counts until the next one; of many in one place the last. It ends
// where the catalogs end.
function curve(values, x, y) {
  const steps = new Map();
  for (const [version, value] of values) steps.set(Math.round(x.start(version) * 2) / 2, value);
  let path = "";
  for (const [at, value] of steps) path += path === "" ? `M${at} ${y(value)}` : `H${at}V${y(value)}`;
  const last = values.length ? values[values.length - 1][0] : null;
  return last && last.number < data.last && !x.byTime ? `${path}H${x.place(last.number + 1)}` : last ? `${path}H${x.end}` : "";
}

function drawGrowth() {
  const charts = byId("growth-charts");
  if (charts.childElementCount === 0) {
    charts.append(el("figure", {class: "wide"}), el("figure"), el("figure"));
  }
  const [kinds, columns, bytes] = charts.children;
  const known = catalogVersions;
  const ofKinds = data.kinds
    .map((kind, i) => ({label: data.plurals[i], color: i % kSeries + 1, values: known.map((version) => [version, version.counts[i + 1] || 0])}))
    .filter((one) => one.values.some(([, value]) => value > 0));
  drawCurves(kinds, "Objects by kind", ofKinds, (value) => whole.format(value));
  drawCurves(columns, "Columns of tables and views",
    [{label: "columns", color: 1, values: known.map((version) => [version, version.counts[0]])}], (value) => whole.format(value));
  let sum = data.bytes - versions.reduce((all, version) => all + version.bytes, 0) + (data.snapshot ? data.snapshot.bytes : 0);
  drawCurves(bytes, "Bytes of the log",
    [{label: data.snapshot ? "snapshot and records" : "records", color: 1, values: versions.map((version) => [version, (sum += version.bytes)])}], bytesText);
}

function drawCharts() {
  drawTimeline();
  drawGrowth();
}
