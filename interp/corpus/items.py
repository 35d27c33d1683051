"""What a corpus folder holds of its items: items.jsonl as it grows, metadata.csv, what it was begun with."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from interp.corpus.metadata import COLUMNS
from interp.corpus.plan import ITEMS_OF_A_FAMILY, Item
from interp.corpus.teacher import Spoken
from interp.system.files import whole_file, write_json, write_json_lines
from masks.errors import InterpError

ITEMS = "items.jsonl"
METADATA = "metadata.csv"
BEGUN_WITH = "corpus.json"
Row = Mapping[str, Any]


def row_of(item: Item, symbols: Sequence[str], spoken: Spoken, seconds: float) -> Row:
    """An item as a line of items.jsonl."""
    return {
        "n": item.n,
        "family": item.family,
        "path": f"{item.timbre}/{item.n:06d}.ogg",
        "utterance": item.sentence.name,
        "text": item.sentence.text,
        "split": item.split,
        "timbre": item.timbre,
        "prosody": item.prosody,
        "contour": item.contour,
        "shift": round(item.shift, 4),
        "range": item.range,
        "speed": item.speed,
        "seconds": round(seconds, 3),
        "symbols": list(symbols),
        "edges_s": list(spoken.edges_s),
        "median_hz": item.median_hz,
        "heard_hz": round(spoken.heard_hz, 2),
        "home_hz": round(item.home_hz, 2),
        "ratio": round(spoken.ratio, 4),
    }


def whole_families(folder: Path) -> list[Row]:
    """Rows of a corpus as far as families are whole; a killed run may have left a line in two.

    What is not whole is taken out of the file.
    """
    path = folder / ITEMS
    if not path.exists():
        return []
    rows = [row for row in map(_parsed, path.read_text(encoding="utf-8").splitlines()) if row is not None]
    families = [list(group) for _, group in groupby(rows, key=lambda row: row["family"])]
    kept = [row for family in families if len(family) == ITEMS_OF_A_FAMILY for row in family]
    write_json_lines(path, tuple(kept))
    return kept


def append(folder: Path, rows: Sequence[Row]) -> None:
    """Add the rows of a family."""
    lines = "".join(f"{json.dumps(dict(row), ensure_ascii=False)}\n" for row in rows)
    with (folder / ITEMS).open("a", encoding="utf-8") as file:
        file.write(lines)


def write_metadata(folder: Path, rows: Sequence[Row]) -> None:
    """The table that every corpus has: path, speaker, utterance, text, split, seconds."""
    with (
        whole_file(folder / METADATA) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(
            [r["path"], r["timbre"], r["utterance"], r["text"], r["split"], r["seconds"]] for r in rows
        )


def require_same_start(folder: Path, start: Mapping[str, Any]) -> None:
    """Write down what a corpus is begun with, or compare it with what it was begun with.

    Raises
    ------
    InterpError
        When it was begun with other settings or texts, or the folder holds another corpus.
    """
    path = folder / BEGUN_WITH
    if not path.exists():
        if (folder / METADATA).exists() or (folder / ITEMS).exists():
            raise InterpError(f"{folder}: holds another corpus, without {BEGUN_WITH}; choose another folder")
        write_json(path, start)
        return
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InterpError(f"{path}: cannot be read ({error}); choose another folder") from error
    other = sorted(key for key in {*begun, *start} if begun.get(key) != start.get(key))
    if other:
        raise InterpError(
            f"{folder}: was begun with another {' and '.join(other)}; give the same, or another folder"
        )


def _parsed(line: str) -> Row | None:
    try:
        row: Row = json.loads(line)
    except ValueError:
        return None
    return row
