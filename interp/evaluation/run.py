"""Measure cases, one after another, and write what was found as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from interp.evaluation.case import Case
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.measures import Measured, measure
from interp.files import write_json, write_text

CASE_COLUMNS = ("output", "ref1", "ref2", "text", "mode", "split_s")
REFERENCES_KEPT = 16


def measure_case(case: Case, measures: Sequence[str] = ("all",)) -> Measured:
    """Measure one case; the last references are kept, since rows often share them.

    Raises
    ------
    InterpError
        When a file will not do or a measure is unknown.
    """
    return measure(
        case.output,
        _reference(case.ref1),
        _reference(case.ref2),
        text=case.text,
        ref_texts=(case.ref1_text, case.ref2_text),
        split_s=case.split_s,
        measures=measures,
    )


def row_of(case: Case, measured: Measured) -> dict[str, Any]:
    """Case and figures in one flat mapping, a row of the table: `CASE_COLUMNS`, then the figures' keys."""
    return {name: _plain(getattr(case, name)) for name in CASE_COLUMNS} | measured.figures


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of equal keys, ``.json`` as a list of objects, else as CSV with empty fields for None.

    Raises
    ------
    InterpError
        When the file cannot be written.
    """
    if path.suffix.lower() == ".json":
        write_json(path, list(rows))
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


@lru_cache(maxsize=REFERENCES_KEPT)
def _reference(path: Path) -> Clip:
    return load_clip(path)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
