"""The corpus reader: a folder with `metadata.csv` (path, speaker, utterance, text, split, seconds)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from interp.system.lists import Columns, read_list, sound_rows
from masks.errors import InterpError

COLUMNS = ("path", "speaker", "utterance", "text", "split", "seconds")


@dataclass(frozen=True)
class Utterance:
    """One recording of the corpus. ``text`` is empty where there is no transcript."""

    path: Path
    speaker: str
    name: str
    text: str
    split: str
    seconds: float

    @property
    def key(self) -> str:
        """Name that is unique in the corpus."""
        return f"{self.speaker}/{self.name}"


def read_corpus(folder: Path) -> list[Utterance]:
    """Read ``metadata.csv`` of a corpus folder, in its order.

    Raises
    ------
    InterpError
        When the table is missing or lacks a column.
    """
    table = folder / "metadata.csv"
    if not table.is_file():
        raise InterpError(
            f"{table}: no such file; a corpus folder holds metadata.csv with {', '.join(COLUMNS)}"
        )
    listed = read_list(table, Columns(COLUMNS, others=True), "the metadata.csv of a corpus")
    return [_utterance(folder, row.fields) for row in sound_rows(listed, table)]


def of_speakers(utterances: Sequence[Utterance], speakers: Sequence[str], folder: Path) -> list[Utterance]:
    """Those of a corpus folder's recordings that are by speakers of these names or patterns (``abc_*``).

    Raises
    ------
    InterpError
        When there is none by one of them.
    """
    names = {u.speaker for u in utterances}
    of_pattern = {p: {n for n in names if fnmatchcase(n, p)} for p in speakers}
    unknown = sorted(p for p, found in of_pattern.items() if not found)
    if unknown:
        raise InterpError(f"{folder / 'metadata.csv'}: no recording of speaker {unknown[0]!r}")
    wanted = set().union(*of_pattern.values())
    return [u for u in utterances if u.speaker in wanted]


def _utterance(folder: Path, row: Mapping[str, str]) -> Utterance:
    given = {name: row.get(name, "") for name in COLUMNS}
    return Utterance(
        path=folder / given["path"],
        speaker=given["speaker"],
        name=given["utterance"],
        text=given["text"],
        split=given["split"],
        seconds=float(given["seconds"]),
    )
