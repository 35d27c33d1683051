"""What a file list asks for: its lines as jobs, all checked before the first is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interp.audio.write import sound_format
from interp.cli.jobs import Job
from interp.modes.registry import MODES
from interp.settings.synth import LARGEST_SEED
from interp.system.lists import Columns, Row, read_list
from interp.system.paths import existing_file, is_readable, path_from_text
from interp.system.streams import is_stdin, name_of
from masks.errors import InterpError

LINE_FORM = "text|ref1|ref2 or text|ref1|ref2|mode"
HINT = (
    f"a line is {LINE_FORM}, with | or tabs or commas between, or JSON with the keys text, ref1, ref2, mode, "
    r"out, seed; | within a text is \|; paths are relative to the list"
)
COLUMNS = Columns(("text", "ref1", "ref2"), ("mode", "out", "seed"), bare=("text", "ref1", "ref2", "mode"))
MOST_TOLD = 20


def jobs_of_list(path: Path, out_dir: Path) -> tuple[tuple[Job, ...], tuple[str, ...]]:
    """Jobs of a file list, a sound each, and notes on what was skipped.

    A sound is named by its line, else after the list and the line's number. References are relative to the
    list, sounds to ``out_dir``.

    Raises
    ------
    InterpError
        Naming every line that will not do.
    """
    listed = read_list(path, COLUMNS, f"a text file of lines {LINE_FORM}")
    folder = path.parent
    problems = [f"line {row.number}: {problem}" for row in listed.rows for problem in _problems(row, folder)]
    if problems or not listed.rows:
        more = [f"{len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
        found = "; ".join([*problems[:MOST_TOLD], *more]) or "holds no line to speak"
        raise InterpError(f"{name_of(path)}: {found}; {HINT}")
    n = listed.n_comments
    notes = (f"{name_of(path)}: {n} line{'s' * (n > 1)} with # skipped",) if n else ()
    return tuple(_job(path, out_dir, row) for row in listed.rows), notes


def _job(path: Path, out_dir: Path, row: Row) -> Job:
    fields = row.fields
    stem = "list" if is_stdin(path) else path.stem
    seed = fields.get("seed")
    return Job(
        str(fields["text"]),
        existing_file(str(fields["ref1"]), path.parent),
        existing_file(str(fields["ref2"]), path.parent),
        out_dir / path_from_text(str(fields.get("out", f"{stem}_{row.number:03d}.wav"))),
        mode=next((known for known in MODES if known == fields.get("mode")), None),
        seed=None if seed is None else int(seed),
        where=f"{name_of(path)} line {row.number}: ",
    )


def _problems(row: Row, folder: Path) -> list[str]:
    if row.problem:
        return [row.problem]
    fields = row.fields
    silent = [] if str(fields.get("text", "")).strip() else ["the text is empty"]
    missing = [_missing(fields, key) for key in ("ref1", "ref2") if not _is_there(fields, key, folder)]
    mode = fields.get("mode")
    odd = [] if mode in (None, *MODES) else [f"mode {mode!r} is not one of {', '.join(MODES)}"]
    return [*silent, *missing, *odd, *_out_problems(fields), *_seed_problems(fields)]


def _is_there(fields: Mapping[str, Any], key: str, folder: Path) -> bool:
    return key in fields and is_readable(existing_file(str(fields[key]), folder))


def _missing(fields: Mapping[str, Any], key: str) -> str:
    name = str(fields.get(key, ""))
    if not name:
        return f"{key}: a reference is missing"
    if "://" in name:
        return f"{name} is a web address; download it, and give the file"
    backslashes = "; it is looked for with / too" if "\\" in name else ""
    return f"{name} is missing{backslashes}"


def _out_problems(fields: Mapping[str, Any]) -> list[str]:
    try:
        if "out" in fields:
            sound_format(str(fields["out"]), "out")
    except InterpError as error:
        return [str(error)]
    return []


def _seed_problems(fields: Mapping[str, Any]) -> list[str]:
    seed = fields.get("seed", 0)
    try:
        fits = 0 <= int(seed) <= LARGEST_SEED and float(seed).is_integer()
    except (ValueError, OverflowError):
        fits = False
    return [] if fits else [f"seed {seed!r} is no whole number from 0 to 2^63 - 1"]
