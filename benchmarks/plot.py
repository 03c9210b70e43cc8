"""Two drawings: how often apus's cost the others take, and where one start spends its time. SVG, written as text."""
import math
from html import escape

import table

COLOURS = {"apus": "#1f6feb", "crun": "#d9730d", "runc": "#8250df", "floor": "#6e7781"}
INK, GRID, PAPER = "#1f2328", "#d0d7de", "#ffffff"
WIDTH, LABELS, RIGHT, LINE = 860, 330, 60, 22


def svg(height, parts, title):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="12" fill="{INK}" role="img">\n<title>{escape(title)}</title>\n'
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(parts) + "\n</svg>\n")


def text(x, y, words, anchor="start", **style):
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{attributes}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour, width=1):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def ratios(rows, versions):
    """A line for each scenario, a dot for each runtime, at what it takes where apus takes 1. The scale is logarithmic."""
    drawn = [(row, dots) for row in rows if len(dots := dots_of(row)) > 1]
    values = [value for _, dots in drawn for value in dots.values()]
    low, high = min(0.5, *values) / 1.15, max(2, *values) * 1.15
    across = lambda value: LABELS + (WIDTH - LABELS - RIGHT) * math.log(value / low) / math.log(high / low)
    top, height = 64, 64 + LINE * len(drawn) + 24
    parts = [text(12, 20, "What it costs where apus costs 1 (to the right: slower or bigger than apus)", font_weight="bold")]
    for number, name in enumerate(name for name in COLOURS if name in versions):
        x = 12 + 150 * number
        parts += [f'<circle cx="{x + 5}" cy="38" r="5" fill="{COLOURS[name]}"/>', text(x + 16, 42, f"{name} {versions[name]}")]
    for tick in (tick for power in range(-3, 4) for tick in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low < tick < high):
        parts += [line(across(tick), top - 6, across(tick), height - 24, INK if tick == 1 else GRID),
                  text(across(tick), height - 8, f"{tick:g}", "middle")]
    for number, (row, dots) in enumerate(drawn):
        y = top + LINE * number + LINE / 2
        parts.append(text(LABELS - 16, y + 4, row["title"], "end"))
        parts.append(line(across(min(dots.values())), y, across(max(dots.values())), y, GRID))
        parts += [f'<circle cx="{across(value):.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[name]}"/>' for name, value in dots.items()]
    return svg(height, parts, "apus beside " + ", ".join(name for name in COLOURS if name in versions and name != "apus"))


def dots_of(row):
    able = [name for name, figure in row["figures"].items() if figure.samples and name in COLOURS]
    if "apus" not in able:
        return {}
    return {name: 1 / table.cost_ratio(row, row["figures"], name) for name in COLOURS if name in able}


def waterfall(trace):
    """A line for each step of a start that took 10 µs, from `--trace`: when it began, how long it took, in which process."""
    names = {event["pid"]: event["args"]["name"] for event in trace["traceEvents"] if event["ph"] == "M"}
    steps = [step for step in outermost(trace["traceEvents"]) if step["dur"] >= 10]
    end = max(step["ts"] + step["dur"] for step in steps)
    line_height, top = 16, 52
    height = top + line_height * len(steps) + 28
    across = lambda time: LABELS + (WIDTH - LABELS - RIGHT) * time / end
    parts = [text(12, 20, f"One start of {end / 1000:.1f} ms (the traced one of the middle), by its steps of 0.01 ms and more", font_weight="bold")]
    for number, name in enumerate(dict.fromkeys(names[step["pid"]] for step in steps)):
        x = 12 + 150 * number
        parts += [f'<rect x="{x}" y="32" width="10" height="10" fill="{colour(name)}"/>', text(x + 16, 42, name)]
    for tick in ticks(end / 1000):
        parts += [line(across(tick * 1000), top - 4, across(tick * 1000), height - 24, GRID),
                  text(across(tick * 1000), height - 8, f"{tick:g} ms", "middle")]
    for number, step in enumerate(steps):
        y, width = top + line_height * number, max(1.0, across(step["dur"]) - LABELS)
        parts.append(text(LABELS - 12, y + 11, step["name"], "end", font_size=11))
        parts.append(f'<rect x="{across(step["ts"]):.1f}" y="{y + 2}" width="{width:.1f}" height="{line_height - 4}" '
                     f'fill="{colour(names[step["pid"]], step["name"])}"/>')
        parts.append(text(across(step["ts"]) + width + 4, y + 11, f"{step['dur'] / 1000:.2f}", font_size=10))
    return svg(height, parts, "where a start spends its time")


def outermost(events):
    """The steps that lie in no other one of their process, by their beginning."""
    found = []
    for event in sorted((event for event in events if event["ph"] == "X"), key=lambda event: (event["ts"], -event["dur"])):
        ends = [step["ts"] + step["dur"] for step in found if step["pid"] == event["pid"]]
        if not ends or event["ts"] >= max(ends) - 0.001:
            found.append(event)
    return found


def ticks(span):
    step = next(step for power in range(-3, 5) for step in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if span / step <= 8)
    return [round(step * number, 6) for number in range(int(span / step) + 1)]


def colour(process, step=""):
    """Waiting is pale: another process works meanwhile."""
    return GRID if step.startswith("waiting") else COLOURS["apus"] if process.startswith("apus") else "#2da44e"
