"""Measure cases, one after another, and write what was found as CSV or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from interp.evaluation.case import Case
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.measures import Measured
from interp.evaluation.scene import Scene
from interp.reports.tables import write_csv
from interp.system.files import write_json
from masks.errors import InterpError

CASE_COLUMNS = ("output", "ref1", "ref2", "text", "mode", "split_s")
REFERENCES_KEPT = 16


def load_scene(case: Case) -> Scene:
    """Sounds of a case; the last references are kept, since rows often share them.

    Raises
    ------
    InterpError
        When a file will not do, or the switch lies beyond the output.
    """
    output = load_clip(case.output)
    if case.split_s is not None and case.split_s >= output.seconds:
        end = f"the end of {case.output}, {output.seconds:.2f} s"
        raise InterpError(f"split_s: {case.split_s:g} lies beyond {end}; give less")
    refs = (_reference(case.ref1), _reference(case.ref2))
    return Scene(output, refs, case.text, (case.ref1_text, case.ref2_text), case.split_s)


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
    write_csv(path, rows)


@lru_cache(maxsize=REFERENCES_KEPT)
def _reference(path: Path) -> Clip:
    return load_clip(path)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
