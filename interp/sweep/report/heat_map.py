"""A heat map as an HTML table: one figure's mean over two axes, readable without colours too."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from interp.reports.intervals import Interval, mean_interval
from interp.sweep.progress import value_in_words
from interp.sweep.report.summary import Setting, axis_values, by_unit, having

# The axes of the map where they were varied; else the first two that were.
PREFERRED = ("guidance.gamma", "tau")
# Viridis at seven places (van der Walt & Smith 2015), dark to light.
COLOURS = ("#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725")
DARK = 3


def map_axes(settings: Sequence[Setting]) -> tuple[str, str] | None:
    """Axes down and across; None where fewer than two were varied."""
    varied = list(axis_values(settings))
    first = [key for key in PREFERRED if key in varied]
    chosen = (first + [key for key in varied if key not in first])[:2]
    return (chosen[0], chosen[1]) if len(chosen) == 2 else None


def heat_map(settings: Sequence[Setting], figure: str) -> str:
    """HTML of a figure's map, empty where there is nothing to map.

    A cell is the mean over units and all other axes; its interval stands in the tooltip.
    """
    axes = map_axes(settings)
    if axes is None:
        return ""
    down, across = axes
    values = axis_values(settings)
    cells = [[_mean(settings, figure, {down: y, across: x}) for x in values[across]] for y in values[down]]
    means = [cell.mean for line in cells for cell in line if cell]
    if not means:
        return ""
    low, high = min(means), max(means)
    head = "".join(f"<th scope=col>{escape(value_in_words(x))}</th>" for x in values[across])
    body = "".join(
        f"<tr><th scope=row>{escape(value_in_words(y))}</th>"
        + "".join(_cell(cell, low, high) for cell in line)
        + "</tr>"
        for y, line in zip(values[down], cells, strict=True)
    )
    names = f"{escape(_short(down))} ↓ &nbsp; {escape(_short(across))} →"
    return f"<table class=map><thead><tr><th>{names}</th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _mean(settings: Sequence[Setting], figure: str, chosen: dict[str, Any]) -> Interval | None:
    return mean_interval(list(by_unit(having(settings, chosen), figure).values()))


def _cell(cell: Interval | None, low: float, high: float) -> str:
    if cell is None:
        return "<td>–</td>"
    place = 0.0 if high == low else (cell.mean - low) / (high - low)
    index = round(place * (len(COLOURS) - 1))
    ink = "#fff" if index <= DARK else "#000"
    tip = f"{number(cell.mean)} [{number(cell.low)}, {number(cell.high)}], {cell.n} units"
    style = f"background:{COLOURS[index]};color:{ink}"
    return f'<td style="{style}" title="{tip}">{number(cell.mean)}</td>'


def number(value: float | None) -> str:
    """Three digits; a dash for none."""
    return "–" if value is None else f"{value:.3g}"


def _short(key: str) -> str:
    return key.rsplit(".", 1)[-1]
