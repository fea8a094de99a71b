"""Draw how search scales: the dearest and the median class of each engine over archives of several sizes.

    .venv/bin/python benchmarks/scaling.py --sizes 1000 3000 10000 --picture docs/pictures/scaling.svg [bench options]

What it does not know goes to `manage.py bench` (--postgres URL, --queries N, --runs N, --alone). Measurements made
before are taken with --measured FILE ...; then nothing is run for their sizes. Prints the figures as a table.
"""

import argparse
import json
import subprocess
import sys
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 60, 170, 24, 44
# Told apart without colours as well: by their dashes, and each line bears its name.
LINES = (
    ("ours", "#9c2f25", ""),
    ("scan", "#777777", "2 3"),
    ("sqlite trigrams", "#4a6fa5", "6 3"),
    ("sqlite bigrams", "#2f7d5b", "9 3"),
    ("postgresql pg_trgm", "#8a6d1d", "4 3 1 3"),
    ("tantivy", "#5b4a8a", "1 3"),
)

# Of each engine, by size of the archive: the dearest class, milliseconds of CPU or of the clock.
Series = dict[str, dict[int, float]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--measured", type=Path, nargs="*", default=[])
    parser.add_argument("--picture", type=Path, required=True)
    options, further = parser.parse_known_args()
    measured = [json.loads(path.read_text()) for path in options.measured]
    known = {one["documents"] for one in measured}
    for size in options.sizes:
        if size not in known:
            measured.append(bench(size, further))
    series = series_of(measured)
    options.picture.write_text(draw(series), encoding="utf-8")
    print(table(series))


def bench(size: int, further: list[str]) -> dict[str, Any]:
    """One measurement."""
    command = [sys.executable, "manage.py", "bench", "--documents", str(size), *further]
    run = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(run.stdout)
    return measured


def series_of(measured: list[dict[str, Any]]) -> Series:
    """The dearest class of each engine: by its CPU, but for a server, whose work is done elsewhere, by the clock."""
    series: Series = {}
    for one in sorted(measured, key=lambda one: one["documents"]):
        for name, figures in {"ours": one["ours"], **one["peers"]}.items():
            by = "dearest_p95_ms" if name.startswith("postgresql") else "dearest_cpu_p95_ms"
            series.setdefault(name, {})[one["documents"]] = figures[by]
    return series


def table(series: Series) -> str:
    """The figures as a table in Markdown."""
    sizes = sorted({size for points in series.values() for size in points})
    rows = ["| p95 of the dearest class, ms | " + " | ".join(f"{size:,}" for size in sizes) + " |"]
    rows.append("|---" * (len(sizes) + 1) + "|")
    for name, points in series.items():
        cells = [f"{points[size]:.1f}" if size in points else "" for size in sizes]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def draw(series: Series) -> str:
    """The picture, an SVG with logarithmic axes."""
    drawn = [(name, colour, dashes, series[name]) for name, colour, dashes in LINES if name in series]
    sizes = sorted({size for *_, points in drawn for size in points})
    values = [value for *_, points in drawn for value in points.values()]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    first, last = log10(sizes[0]), log10(sizes[-1])

    def x(size: float) -> float:
        share = (log10(size) - first) / (last - first) if last > first else 0.5
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(value) - low) / max(1, high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>p95 of the dearest class of queries, in milliseconds, by documents in the archive</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffdf8"/>',
        f'<text x="{LEFT}" y="14" fill="#333">p95 of the dearest class, ms</text>',
    ]
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd8cc"/>')
        parts.append(
            f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#555">{10**power:g}</text>'
        )
    for size in sizes:
        label = f"{size:,}"
        parts.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - 22}" text-anchor="middle" fill="#555">{label}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle" fill="#333">documents</text>')
    taken: list[float] = []
    for name, colour, dashes, points in sorted(drawn, key=lambda line: line[3][max(line[3])], reverse=True):
        places = [(x(size), y(value)) for size, value in sorted(points.items())]
        path = "M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
        width = 3 if name == "ours" else 1.6
        parts.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}"/>'
        )
        parts += [
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in places
        ]
        down = max(places[-1][1] + 4, (taken[-1] + 15) if taken else 0)
        taken.append(down)
        across = places[-1][0] + 10
        parts.append(f'<text x="{across:.1f}" y="{down:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
