"""A corpus with known phone times and factors: `items.jsonl` beside `metadata.csv`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from interp.system.text_files import read_text
from masks.errors import InterpError
from masks.grid import MelGrid

ITEMS = "items.jsonl"
FIELDS = ("path", "utterance", "split", "timbre", "contour", "symbols", "edges_s")


@dataclass(frozen=True)
class TimedUtterance:
    """One item. Symbol k lasts from ``edges_s[k]`` to ``edges_s[k + 1]``, seconds.

    ``contour`` numbers the course of its F0: 0 is the sentence's own melody, others are shared by all items
    of that number.
    """

    number: int
    path: Path
    speaker: str
    name: str
    split: str
    contour: int
    symbols: tuple[str, ...]
    edges_s: tuple[float, ...]

    @property
    def key(self) -> str:
        """Name that is unique in the corpus; the sentence is its second part."""
        return f"{self.speaker}/{self.name}/{self.number}"


def read_timed_corpus(folder: Path, unseen: frozenset[str] = frozenset()) -> list[TimedUtterance]:
    """Read ``items.jsonl`` of a corpus folder, in its order.

    Parameters
    ----------
    unseen : speakers whose items get a split of that name, whatever the file says

    Raises
    ------
    InterpError
        When the file is missing, a line is not JSON or lacks a field, or times and symbols do not fit.
    """
    file = folder / ITEMS
    if not file.is_file():
        raise InterpError(f"{file}: no such file; a corpus with known times holds {ITEMS}, see interp corpus")
    lines = read_text(file).removesuffix("\n").split("\n")
    return [_utterance(folder, n, line, unseen) for n, line in enumerate(lines)]


def _utterance(folder: Path, number: int, line: str, unseen: frozenset[str]) -> TimedUtterance:
    where = f"{folder / ITEMS}, line {number + 1}"
    try:
        item = json.loads(line)
    except ValueError as error:
        raise InterpError(f"{where}: not JSON ({error})") from error
    missing = [f for f in FIELDS if f not in item]
    if missing:
        raise InterpError(f"{where}: field {missing[0]!r} is missing; wanted {', '.join(FIELDS)}")
    if len(item["edges_s"]) != len(item["symbols"]) + 1:
        raise InterpError(
            f"{where}: {len(item['edges_s'])} edges_s for {len(item['symbols'])} symbols; give one more"
        )
    return TimedUtterance(
        number, folder / item["path"], item["timbre"], item["utterance"],
        "unseen" if item["timbre"] in unseen else item["split"], int(item["contour"]),
        tuple(item["symbols"]), tuple(item["edges_s"]),
    )  # fmt: skip


def frames_of_edges(
    edges_s: Float[np.ndarray, " edges"], n_frames: int, grid: MelGrid
) -> Int[np.ndarray, " ids"]:
    """Frames of every id of `ids_with_silence`: silence, the symbols between edges, silence."""
    inner = np.clip(np.rint(np.asarray(edges_s) * grid.frame_rate_hz), 0, n_frames)
    ends = np.maximum.accumulate(np.concatenate([[0], inner, [n_frames]]))
    return np.diff(ends).astype(np.int64)
