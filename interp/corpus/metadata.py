"""The corpus reader: a folder with `metadata.csv` (path, speaker, utterance, text, split, seconds)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

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
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
        if missing:
            raise InterpError(f"{table}: column {missing[0]!r} is missing; wanted {', '.join(COLUMNS)}")
        return [_utterance(folder, row) for row in reader]


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


def _utterance(folder: Path, row: dict[str, str]) -> Utterance:
    return Utterance(
        path=folder / row["path"],
        speaker=row["speaker"],
        name=row["utterance"],
        text=row["text"],
        split=row["split"],
        seconds=float(row["seconds"]),
    )
