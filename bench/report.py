"""Draws what the benchmarks measured: one page that needs nothing else, no script and no
network, in light and in dark. Each operation that was measured at several sizes is a chart,
log by log, with one line a system."""
import html
import math
import re
import statistics

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 168, 14, 44

STYLE = """
:root { color-scheme: light dark; --page: #fcfcfb; --text: #1d1d1b; --soft: #62625d; --grid: #e4e4df;
  --bad: #b3261e; --good: #20703c; --c0: #1f5fd0; --c1: #d9730d; --c2: #0f8a6d; --c3: #a23bb5; --c4: #8a6d1a; --c5: #6b6b66; }
@media (prefers-color-scheme: dark) {
  :root { --page: #191918; --text: #ecece6; --soft: #a3a39b; --grid: #353532;
    --bad: #ff8a80; --good: #7ed49a; --c0: #7aa7ff; --c1: #ffab5c; --c2: #56cfae; --c3: #dc8cec; --c4: #d9bd5f; --c5: #b5b5ae; } }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  max-width: 1340px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, figcaption span { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
.yes { color: var(--good); } .NO, .missing { color: var(--bad); font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 560px), 1fr)); gap: 1.6rem; }
figure { margin: 0; } figcaption { font-weight: 600; } figcaption span { font-weight: 400; }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
summary { color: var(--soft); font-size: 13px; cursor: pointer; }
"""


def charts_of(rounds, operations):
    """[(title, axis, better, figure, {who: [(size, value)]})] of what was measured at two sizes or more."""
    found = {}
    for name, figures in rounds.items():
        operation, who, *axes = name.split("/")
        # Threads, where they are counted, are what is looked at.
        axes.sort(key=lambda axis: axis.startswith("threads:"))
        if not axes:
            continue
        axis, _, size = axes[-1].partition(":")
        key = "/".join([operation, *axes[:-1]])
        found.setdefault((operation, key, axis), {}).setdefault(who, []).append((int(size), figures))
    order = list(operations)
    for (operation, key, axis), lines in sorted(found.items(), key=lambda item: (
            order.index(item[0][0]) if item[0][0] in order else len(order), item[0])):
        said = operations.get(operation, {})
        figure = said.get("figure", "cpu_time")
        points = {who: sorted((size, statistics.median(figures[figure]))
                              for size, figures in sizes if figure in figures)
                  for who, sizes in lines.items()}
        if any(len(line) > 1 for line in points.values()):
            extra = key[len(operation):].replace("/", ", ").replace(":", " ")
            yield said.get("title", operation) + extra, axis, said.get("unit", "ns"), points


# --- A chart

def ticks_of(low, high):
    """The powers of ten around the values."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return [10.0 ** power for power in range(first, max(last, first + 1) + 1)]


def plain(text):
    """10.0 µs -> 10 µs"""
    return re.sub(r"\.0+(?= )", "", text)


def short(number):
    for scale, name in ((1e6, "M"), (1e3, "k")):
        if number >= scale:
            return f"{number / scale:g}{name}"
    return f"{number:g}"


def spread_labels(places, gap=14):
    """Moves labels down until none covers another: [(y, ...)] -> the same, apart."""
    apart = []
    for y, *rest in sorted(places):
        apart.append((max(y, apart[-1][0] + gap) if apart else y, *rest))
    return apart


def svg_of(axis, unit, lines, quantity):
    sizes = sorted({size for line in lines.values() for size, _ in line})
    values = [value for line in lines.values() for _, value in line if value > 0]
    ticks = ticks_of(min(values), max(values))
    x_low, x_high = math.log10(sizes[0] or 1), math.log10(sizes[-1])
    y_low, y_high = math.log10(ticks[0]), math.log10(ticks[-1])

    def x_of(size):
        return LEFT + (math.log10(size) - x_low) / ((x_high - x_low) or 1) * (WIDTH - LEFT - RIGHT)

    def y_of(value):
        return TOP + (y_high - math.log10(value)) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">']
    for tick in ticks:
        y = y_of(tick)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--grid)"/>'
                     f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{plain(quantity(tick, unit))}</text>')
    for size in sizes:
        parts.append(f'<text x="{x_of(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{short(size)}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{axis}</text>')
    labels = []
    for number, (who, line) in enumerate(ordered(lines)):
        colour = f"var(--c{number % 6})"
        points = [(x_of(size), y_of(value), size, value) for size, value in line if value > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, size, value in points:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{html.escape(who)}, '
                         f'{short(size)} {axis}: {quantity(value, unit)}</title></circle>')
        labels.append((points[-1][1], points[-1][0], who, colour))
    for y, x, who, colour in spread_labels(labels):
        parts.append(f'<text x="{x + 9:.1f}" y="{y + 4:.1f}" style="fill:{colour}">'
                     f'{html.escape(who.replace("_", " "))}</text>')
    return "".join([*parts, "</svg>"])


def ordered(lines):
    """Ours first, so that it has the same colour everywhere."""
    return sorted(((who, line) for who, line in lines.items() if line), key=lambda item: (item[0] != "annals", item[0]))


def figure_of(title, axis, unit, lines, quantity):
    sizes = sorted({size for line in lines.values() for size, _ in line})
    rows = [[who, *(quantity(dict(line)[size], unit) if size in dict(line) else "" for size in sizes)]
            for who, line in ordered(lines)]
    direction = "higher is better" if unit == "/s" else "lower is better"
    return (f"<figure><figcaption>{html.escape(title)} <span>{direction}</span></figcaption>"
            f"{svg_of(axis, unit, lines, quantity)}<details><summary>figures</summary>"
            f"{table_of([axis, *map(short, sizes)], rows)}</details></figure>")


def table_of(headings, rows):
    def line(cells, tag):
        return "<tr>" + "".join(f'<{tag} class="{cell if cell in ("yes", "NO", "missing") else ""}">'
                                f"{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
    return ('<div class="wide"><table>' + line(headings, "th") +
            "".join(line(row, "td") for row in rows) + "</table></div>")


def page(summary, machine, tables, charts, quantity):
    body = "".join(f"<h2>{html.escape(title)}</h2>{table_of(headings, rows)}" for title, headings, rows in tables)
    figures = "".join(figure_of(*chart, quantity) for chart in charts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Annals: benchmarks</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Annals: benchmarks</h1>
<p>{html.escape(summary)}. {html.escape(machine)}. Medians over the rounds; ours and what it is measured against
took turns in one process. A machine is noisy: read the ratios, not the times.</p>
{body}
<h2>How it grows</h2>
<div class="charts">{figures}</div>
</body>
</html>
"""
