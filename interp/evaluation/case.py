"""Cases to measure: one from the command line, or the rows of a CSV or JSON Lines manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interp.modes.registry import MODES
from interp.system.lists import Columns, read_list, sound_rows
from interp.system.paths import existing_file, is_readable
from masks.errors import InterpError

REQUIRED = ("output", "ref1", "ref2", "text")
SWITCH = "split_s"
OPTIONAL = ("mode", "split_s", "ref1_text", "ref2_text")
COLUMNS = Columns(REQUIRED[:3], (*REQUIRED[3:], *OPTIONAL))
FORM = f"columns {', '.join(REQUIRED)} and, if wanted, {', '.join(OPTIONAL)}; paths relative to the manifest"


@dataclass(frozen=True)
class Case:
    """One output, its references, and what is known about them.

    Parameters
    ----------
    output, ref1, ref2 : sound files
    text : what the output says; None when unknown
    mode : ``freq``, ``temp`` or None when unknown
    split_s : temp: seconds of the switch
    ref1_text, ref2_text : what the references say; None when unknown
    """

    output: Path
    ref1: Path
    ref2: Path
    text: str | None = None
    mode: str | None = None
    split_s: float | None = None
    ref1_text: str | None = None
    ref2_text: str | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without reading sound.

        Raises
        ------
        InterpError
            When the mode is unknown, or a switch is negative, not finite, or given in freq mode.
        """
        if self.mode is not None and self.mode not in MODES:
            raise InterpError(f"mode: {self.mode!r} is not one of {', '.join(MODES)}")
        if self.split_s is not None and not 0 < self.split_s < float("inf"):
            raise InterpError(f"split_s: {self.split_s:g} is no time of a switch; give seconds above 0")
        if self.split_s is not None and self.mode is not None and SWITCH not in MODES[self.mode].own_settings:
            raise InterpError(
                f"split_s: is given in mode {self.mode}, which has no switch; leave one of them out"
            )


def read_manifest(path: Path) -> tuple[Case, ...]:
    """Cases of a manifest, ``.csv`` with a header or ``.jsonl`` with one object a line.

    Raises
    ------
    InterpError
        When it cannot be read or is empty, or naming the first row that will not do.
    """
    rows = sound_rows(read_list(path, COLUMNS, f"a manifest with the {FORM}"), path)
    if not rows:
        raise InterpError(f"{path}: holds no row; give the {FORM}")
    return tuple(_case(path, row.number, row.fields) for row in rows)


def mode_with_a_switch() -> str:
    """The mode that changes references within a sentence."""
    return next(mode.name for mode in MODES.values() if SWITCH in mode.own_settings)


def is_manifest(path: Path) -> bool:
    """Whether a file is a manifest by its name."""
    return path.suffix.lower() in (".csv", ".jsonl")


def _case(path: Path, number: int, row: Mapping[str, Any]) -> Case:
    where = f"{path} line {number}"
    if missing := [key for key in REQUIRED[:3] if key not in row]:
        raise InterpError(f"{where}: {missing[0]} is missing; give {FORM}")
    output, ref1, ref2 = (existing_file(str(row[key]), path.parent) for key in REQUIRED[:3])
    for key, file in zip(REQUIRED, (output, ref1, ref2), strict=False):
        if not is_readable(file):
            raise InterpError(f"{where}: {key}: {file}: no such file")
    said = [str(row[key]) if key in row else None for key in ("text", "ref1_text", "ref2_text")]
    try:
        split_s = _seconds(row.get("split_s"))
        return Case(output, ref1, ref2, said[0], row.get("mode"), split_s, said[1], said[2])
    except InterpError as error:
        raise InterpError(f"{where}: {error}") from error


def _seconds(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError) as error:
        raise InterpError(f"split_s: {value!r} is no number; give seconds") from error
