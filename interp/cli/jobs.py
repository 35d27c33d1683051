"""What to speak: one sentence from the options, or the lines of a file list, checked before work starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from interp.audio.write import sound_format
from interp.modes.registry import MODES
from interp.settings.synth import Mode
from interp.system.shipped import data_path
from masks.errors import InterpError

DEMO_TEXT = "The boy was there when the sun rose."
DEMO_REFERENCES = ("resources/demo_ref1.wav", "resources/demo_ref2.wav")
LINE_FORM = "text|ref1|ref2 or text|ref1|ref2|mode"


@dataclass(frozen=True)
class Job:
    """One WAV file to make.

    Parameters
    ----------
    text : what to say
    ref1, ref2 : sound files
    mode : None leaves the settings' own
    out : sound file to write
    where : start of an error message, such as ``list.txt line 3: ``
    notes : one line for each thing that was chosen for the user
    """

    text: str
    ref1: Path
    ref2: Path
    mode: Mode | None
    out: Path
    where: str = ""
    notes: tuple[str, ...] = ()


def single_job(
    text: str | None, ref1: Path | None, ref2: Path | None, out: Path | None, out_dir: Path | None
) -> Job:
    """Job of the options; a demo voice for each reference not given, standard input where no text is.

    Raises
    ------
    InterpError
        When there is no text, or ``--out`` is no kind of sound file that is written.
    """
    target = (out_dir or Path()) / (out or Path("out.wav"))
    sound_format(target, "--out")
    given = (ref1, ref2)
    demo = tuple(data_path(name) for name in DEMO_REFERENCES)
    first, second = (chosen or default for chosen, default in zip(given, demo, strict=True))
    said = text if text is not None else _text_from_stdin(given == (None, None))
    if not said.strip():
        where = "standard input" if text is None else "--text"
        raise InterpError(f'{where}: is empty; give a sentence, such as --text "Good morning."')
    return Job(said, first, second, None, target, notes=_demo_notes(given, demo))


def _demo_notes(given: Sequence[Path | None], demo: Sequence[Path]) -> tuple[str, ...]:
    """One line where a demo voice stands beside a reference of the user's own."""
    missing = [i for i, path in enumerate(given) if path is None]
    if len(missing) != 1:
        return ()
    return tuple(f"--ref{i + 1}: not given, the demo voice {demo[i].name} is used" for i in missing)


def jobs_of_list(path: Path, out_dir: Path) -> tuple[Job, ...]:
    """Jobs of a file list, one WAV a line, named after the list and the line's number.

    Blank lines and lines that start with ``#`` are skipped; paths are relative to the list.

    Raises
    ------
    InterpError
        Naming every line that will not do.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InterpError(
            f"{path}: cannot be read ({reason}); give a text file of lines {LINE_FORM}"
        ) from error
    numbered = [
        (n, line) for n, line in enumerate(lines, start=1) if line.strip() and not line.startswith("#")
    ]
    problems = [
        f"line {n}: {problem}" for n, line in numbered for problem in _line_problems(line, path.parent)
    ]
    if problems or not numbered:
        found = "; ".join(problems) or "holds no line to speak"
        raise InterpError(f"{path}: {found}; a line is {LINE_FORM}, paths relative to the list")
    return tuple(_job_of_line(path, out_dir, n, line) for n, line in numbered)


def _job_of_line(path: Path, out_dir: Path, number: int, line: str) -> Job:
    text, ref1, ref2, *mode = _parts(line)
    return Job(
        text,
        path.parent / ref1,
        path.parent / ref2,
        next((known for known in MODES if [known] == mode), None),
        out_dir / f"{path.stem}_{number:03d}.wav",
        where=f"{path} line {number}: ",
    )


def _line_problems(line: str, folder: Path) -> list[str]:
    parts = _parts(line)
    if len(parts) not in (3, 4):
        return [f"{len(parts)} fields, 3 or 4 are needed"]
    text, ref1, ref2, *mode = parts
    absent = [ref for ref in (ref1, ref2) if not os.path.isfile(folder / ref)]
    missing = [f"{ref or 'a reference'} is missing" for ref in absent]
    silent = [] if text else ["the text is empty"]
    odd = [f"mode {m!r} is not one of {', '.join(MODES)}" for m in mode if m not in MODES]
    return [*silent, *missing, *odd]


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _text_from_stdin(demo: bool) -> str:
    """Piped text; a demo sentence where nothing is piped and the voices are the demo's too."""
    stdin = sys.stdin
    at_terminal = stdin.isatty()
    if demo and at_terminal:
        return DEMO_TEXT
    if at_terminal:
        click.echo("type the text, then end it with Ctrl-D (Ctrl-Z on Windows)", err=True)
    try:
        text = stdin.read()
    except UnicodeDecodeError as error:
        raise InterpError(
            f"standard input: is not {stdin.encoding} text; pipe text, or give --text"
        ) from error
    return DEMO_TEXT if demo and not text else text
