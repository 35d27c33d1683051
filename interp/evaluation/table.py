"""Figures as lines of text: one output's with their meanings, many outputs' as medians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from interp.evaluation.measures import MEASURES, Measured

ABSENT = "-"


def lines_of(measured: Measured) -> tuple[str, ...]:
    """One line a figure: key, value, meaning with its unit."""
    meanings = _meanings()
    width = max(map(len, measured.figures), default=0)
    return tuple(f"{key:<{width}}  {_number(v):>10}  {meanings[key]}" for key, v in measured.figures.items())


def lines_of_many(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """One line a figure over all rows: median, 5th and 95th percentile, and how many rows have it."""
    meanings = _meanings()
    keys = [key for key in rows[0] if key in meanings]
    width = max(map(len, keys), default=0)
    head = f"{'':<{width}}  {'median':>10}  {'5 %':>10}  {'95 %':>10}  {'rows':>6}"
    return (head, *(_summary(key, [row[key] for row in rows], width) for key in keys))


def _summary(key: str, values: Sequence[float | None], width: int) -> str:
    there = np.array([v for v in values if v is not None])
    spread = np.percentile(there, (50, 5, 95)) if len(there) else [None] * 3
    return f"{key:<{width}}  {'  '.join(f'{_number(v):>10}' for v in spread)}  {len(there):>6}"


def _number(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.4g}"


def _meanings() -> dict[str, str]:
    return {key: words for m in MEASURES.values() for key, words in m.keys.items()}
