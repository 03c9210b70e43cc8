"""Puts what was measured into the documents: tables between two marks, and the plots beside."""
import json
import os
import platform
import re
import tempfile

import bundles
import lab
import plot
import table

PAGE = f"{lab.ROOT}/docs/performance.md"
README = f"{lab.ROOT}/README.md"
PLOTS = f"{lab.ROOT}/docs/performance"
# What README shows: what people wait for.
CHOSEN = ["run", "processor", "docker-warm", "rootless", "create", "start", "exec", "state-1000", "parallel-8", "memory-run"]
TRACED = 21


def write(rows, versions, rounds, traces, load):
    os.makedirs(PLOTS, exist_ok=True)
    chosen = [row for row in rows if row["name"] in CHOSEN]
    replace(PAGE, "figures", f"{conditions(rounds, load)}\n\n{table.markdown(rows, versions)}{reasons(rows)}")
    replace(README, "figures", "\n\n".join(filter(None, [busy(load).strip(), table.markdown(chosen, versions)])))
    save("plot", plot.ratios(rows, versions))
    save("chosen", plot.ratios(chosen, versions))
    save("waterfall", plot.waterfall(middle(traces)))


def conditions(rounds, load):
    with open("/proc/cpuinfo") as file:
        processor = re.search(r"model name\s*: (.*)", file.read())[1]
    return (f"Medians ± half of the range of the middle half, of {rounds} rounds or fewer; {os.cpu_count()} processors ({processor}), "
            f"Linux {platform.release().split('-')[0]}. *apus : it* is what apus costs where the other costs 1."
            + busy(load))


def busy(load):
    return f" **The machine had other work**: load average {load:.0f} before the first round." if load > 1 else ""


def reasons(rows):
    problems = table.problems(rows)
    return "\nWithout a figure:\n\n" + "".join(f"- {problem}\n" for problem in problems) if problems else ""


def replace(path, mark, body):
    """Between `<!-- mark: ... -->` and `<!-- end of mark -->`."""
    with open(path) as file:
        text = file.read()
    pattern = rf"(<!-- {mark}:[^>]*-->\n).*?(<!-- end of {mark} -->)"
    text, count = re.subn(pattern, lambda found: f"{found[1]}\n{body}\n{found[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{path} has no place for {mark}")
    with open(path, "w") as file:
        file.write(text)


def save(name, drawing):
    with open(f"{PLOTS}/{name}.svg", "w") as file:
        file.write(drawing)


def trace(place, runtime):
    """Traces of starts of the default bundle."""
    bundle, traces = place.bundle(bundles.default), []
    for _ in range(TRACED):
        with tempfile.TemporaryDirectory(dir=place.folder) as folder:
            command = runtime.command("run", "--trace", f"{folder}/trace", "--bundle", bundle.path, place.new_id(runtime))
            lab.execute(command, runtime)
            with open(f"{folder}/trace") as file:
                traces.append(json.load(file))
    return traces


def middle(traces):
    def length(trace):
        return max(event["ts"] + event.get("dur", 0) for event in trace["traceEvents"] if event["ph"] != "M")
    return sorted(traces, key=length)[len(traces) // 2]
