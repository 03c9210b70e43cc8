"""The table: for people at a terminal, and for documents."""
ORDER = ["apus", "unprotected", "crun", "runc", "floor"]


def number(value):
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cost_ratio(scenario, figures, name):
    """What apus costs where the other costs 1; below 1 apus is ahead."""
    mine, other = figures["apus"].median, figures[name].median
    return other / mine if scenario["more_is_better"] else mine / other


def cells(row):
    """apus's figure, if it took part, then for each of the others its figure and the ratio."""
    figures = row["figures"]
    is_compared = "apus" in figures and figures["apus"].samples
    for name in columns([row]):
        figure = figures[name]
        if figure.problem or not figure.samples:
            yield name, "—", ""
        else:
            ratio = f"{cost_ratio(row, figures, name):.2f}" if name != "apus" and is_compared else ""
            spread = "" if len(figure.samples) < 3 or figure.spread == 0 else f" ± {number(figure.spread)}"
            yield name, number(figure.median) + spread, ratio


def columns(rows):
    names = {name for row in rows for name in row["figures"]}
    return [name for name in ORDER if name in names] + sorted(names - set(ORDER))


def head(rows, versions):
    for name in columns(rows):
        yield f"{name} {versions[name]}".strip()
        if name != "apus":
            yield "ratio"


def lines(rows, names):
    for row in rows:
        by_name = {name: (text, ratio) for name, text, ratio in cells(row)}
        line = [f"{row['title']}, {row['unit']}"]
        for name in names:
            text, ratio = by_name.get(name, ("", ""))
            line += [text] if name == "apus" else [text, ratio]
        yield line


def markdown(rows, versions):
    result = [["", *head(rows, versions)]]
    result.append(["---"] + ["---:"] * (len(result[0]) - 1))
    result += lines(rows, columns(rows))
    return "".join("| " + " | ".join(cell.replace("ratio", "apus : it") if cell == "ratio" else cell for cell in line) + " |\n"
                   for line in result)


def plain(rows, versions):
    table = [["", *head(rows, versions)], *lines(rows, columns(rows))]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    return "".join(line[0].ljust(widths[0]) + "".join(f"  {cell.rjust(width)}" for cell, width in zip(line[1:], widths[1:])) + "\n"
                   for line in table)


def problems(rows):
    """Why a cell is empty; each reason once, with the rows."""
    reasons = {}
    for row in rows:
        for name, figure in row["figures"].items():
            if figure.problem:
                reasons.setdefault((name, figure.problem), []).append(row["name"])
    return [f"{name} ({', '.join(names)}): {reason}" for (name, reason), names in reasons.items()]
