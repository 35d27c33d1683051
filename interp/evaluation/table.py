"""Figures as lines of text: one output's against both references, many outputs' as medians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from interp.evaluation.measures import MEASURES, Measured

ABSENT = "-"
SOURCES = ("ref1", "ref2")


def lines_of(measured: Measured) -> tuple[str, ...]:
    """One line a figure, the references side by side, and a last one for measures that do not apply here.

    A figure that is absent against both references has no line.
    """
    figures, meanings = measured.figures, _meanings()
    rows = [_row(key, figures, meanings) for key in figures if ".ref2." not in key]
    there = [row for row in rows if set(row[1:4]) - {"", ABSENT}]
    width = max((len(row[0]) for row in there), default=0)
    head = f"{'':<{width}}  {'output':>9}  {'ref 1':>9}  {'ref 2':>9}"
    lines = [f"{key:<{width}}  {a:>9}  {b:>9}  {c:>9}  {words}" for key, a, b, c, words in there]
    absent = _absent_measures(measured)
    return (head, *lines, *([f"do not apply here: {', '.join(absent)}"] if absent else []))


def lines_of_many(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """One line a figure over all rows: median, 5th and 95th percentile, and how many rows have it."""
    meanings = _meanings()
    keys = [key for key in rows[0] if key in meanings and any(row[key] is not None for row in rows)]
    width = max(map(len, keys), default=0)
    head = f"{'':<{width}}  {'median':>9}  {'5 %':>9}  {'95 %':>9}  {'rows':>6}"
    return (head, *(_summary(key, [row[key] for row in rows], width) for key in keys))


def _row(
    key: str, figures: dict[str, float | None], meanings: dict[str, str]
) -> tuple[str, str, str, str, str]:
    if ".ref1." not in key:
        return key, _number(figures[key]), "", "", meanings[key]
    cells = [_number(figures[key.replace(".ref1.", f".{ref}.")]) for ref in SOURCES]
    words = meanings[key].replace("reference 1", "the reference")
    return key.replace(".ref1.", ".ref."), "", cells[0], cells[1], words


def _absent_measures(measured: Measured) -> list[str]:
    ran = {key.split(".")[0] for key in measured.figures}
    given = {key.split(".")[0] for key, value in measured.figures.items() if value is not None}
    return [name for name in MEASURES if name in ran - given]


def _summary(key: str, values: Sequence[float | None], width: int) -> str:
    there = np.array([v for v in values if v is not None])
    spread = np.percentile(there, (50, 5, 95))
    return f"{key:<{width}}  {'  '.join(f'{_number(v):>9}' for v in spread)}  {len(there):>6}"


def _number(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.4g}"


def _meanings() -> dict[str, str]:
    return {key: words for m in MEASURES.values() for key, words in m.keys.items()}
