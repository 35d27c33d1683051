"""What to speak, and where it goes: one job from the options; lists are in `job_list`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from interp.audio.write import sound_format
from interp.settings.synth import Mode
from interp.system.shipped import data_path
from interp.system.streams import (
    DASH,
    STANDARD_INPUT,
    is_stdin,
    name_of,
    stdin_is_silent,
    stdin_is_terminal,
)
from interp.system.text_files import read_text
from masks.errors import InterpError

DEMO_TEXT = "The boy was there when the sun rose."
DEMO_REFERENCES = ("resources/demo_ref1.wav", "resources/demo_ref2.wav")
STANDARD_OUTPUT = "standard output"
_NAMES_OF_STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@dataclass(frozen=True)
class Job:
    """One sound to make.

    Parameters
    ----------
    text : what to say
    ref1, ref2 : sound files
    out : sound file to write; None for standard output
    mode, seed : None leaves the settings' own
    where : start of an error message, such as ``list.txt line 3: ``
    notes : one line for each thing that was chosen for the user
    """

    text: str
    ref1: Path
    ref2: Path
    out: Path | None
    mode: Mode | None = None
    seed: int | None = None
    where: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What messages call the sound."""
        return STANDARD_OUTPUT if self.out is None else str(self.out)


def single_job(
    text: str | None,
    ref1: Path | None,
    ref2: Path | None,
    out: Path | None,
    out_dir: Path | None,
    text_file: Path | None = None,
) -> Job:
    """Job of the options; a demo voice for each reference not given, standard input where no text is.

    Raises
    ------
    InterpError
        When there is no text, two of them, or ``--out`` is no kind of sound file that is written.
    """
    target = _target(out, out_dir)
    given = (ref1, ref2)
    demo = tuple(data_path(name) for name in DEMO_REFERENCES)
    first, second = (chosen or default for chosen, default in zip(given, demo, strict=True))
    said = read_said(text, text_file, given, DEMO_TEXT if not any(given) else "")
    return Job(said, first, second, target, notes=_demo_notes(given, demo))


def _target(out: Path | None, out_dir: Path | None) -> Path | None:
    """Where the sound goes; None is standard output."""
    if out is not None and str(out) in _NAMES_OF_STDOUT:
        if out_dir is not None:
            raise InterpError(f"--out-dir: {out_dir} has no part in --out {out}; leave one of them out")
        return None
    target = (out_dir or Path()) / (out or Path("out.wav"))
    if os.path.isdir(target):
        raise InterpError(
            f"--out: {target} is a folder; give it with --out-dir, or name it {target / 'out.wav'}"
        )
    sound_format(target, "--out")
    return target


def _demo_notes(given: Sequence[Path | None], demo: Sequence[Path]) -> tuple[str, ...]:
    """One line where a demo voice stands beside a reference of the user's own."""
    missing = [i for i, path in enumerate(given) if path is None]
    if len(missing) != 1:
        return ()
    return tuple(f"--ref{i + 1}: not given, the demo voice {demo[i].name} is used" for i in missing)


def read_said(
    text: str | None,
    text_file: Path | None,
    references: Sequence[Path | None] = (),
    if_silent: str = "",
) -> str:
    """The text that options name: itself, in a file, or piped in.

    Parameters
    ----------
    references : recordings of the same command, one of which may be standard input
    if_silent : said where nothing is piped in, nor asked for at a terminal

    Raises
    ------
    InterpError
        When there is none, it is given twice, or a file or standard input is no text.
    """
    if text is not None and text_file is not None:
        raise InterpError("--text-file: not together with --text; leave one of them out")
    taken = any(ref is not None and is_stdin(ref) for ref in references)
    if taken and text is None and (text_file is None or is_stdin(text_file)):
        raise InterpError(
            f"{STANDARD_INPUT}: is the recording, so it cannot be the text; give --text or --text-file FILE"
        )
    where = "--text" if text is not None else name_of(text_file or DASH)
    if text is None:
        text = _piped_text(if_silent) if text_file is None else _text_of_file(text_file)
    if not text.strip():
        raise InterpError(f'{where}: is empty; give a sentence, such as --text "Good morning."')
    return text


def _text_of_file(path: Path) -> str:
    if is_stdin(path):
        _invite()
    return read_text(path, "a text file")


def _piped_text(if_silent: str) -> str:
    if stdin_is_silent() or (if_silent and stdin_is_terminal()):
        return if_silent
    _invite()
    return read_text(DASH) or if_silent


def _invite() -> None:
    if stdin_is_terminal():
        click.echo("type the text, then end it with Ctrl-D (Ctrl-Z on Windows)", err=True)
