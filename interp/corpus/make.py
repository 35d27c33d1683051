"""A corpus of known speech, made family by family; a run that was killed goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from tqdm import tqdm

from interp.audio.write import sound_bytes
from interp.backends.place import HERE, Place
from interp.backends.run import results_in_order
from interp.corpus.items import Row, append, require_same_start, row_of, whole_families, write_metadata
from interp.corpus.packages import require_teacher
from interp.corpus.plan import Item, family_of
from interp.corpus.settings import CorpusSettings
from interp.corpus.teacher import RATE_HZ, Teacher, split_model
from interp.corpus.texts import Texts, read_texts
from interp.corpus.timbres import timbres
from interp.settings.resolve import mapping_of
from interp.system.digest import hash_of
from interp.system.files import make_folder, write_bytes
from interp.system.lock import only_run
from interp.text.frontend import phonemize
from masks.errors import InterpError

MODULES = ("onnx", "onnxruntime")
# How much is made, and by how many; a corpus may go on with other values.
_FREE = ("hours", "workers", "texts", "metadata", "teacher")
_OPUS_COMPRESSION = 0.92  # of libsndfile: about 23 kbit/s
_BAR = "{desc} {percentage:3.0f}% |{bar:20}| {n:.2f}/{total:.2f} h [{elapsed}<{remaining}{postfix}]"
_FAILURES_IN_A_ROW = 20
_FARTHEST_CENTS = 12.5  # so that any two of a family are within a quarter of a semitone


@dataclass(frozen=True)
class Made:
    """What a corpus holds, and what was left out."""

    items: int
    hours: float
    sentences_left_out: dict[str, int]
    families_left_out: int


@dataclass(frozen=True)
class Job:
    """A family to be spoken."""

    teacher: Path
    items: tuple[Item, ...]


def make_corpus(out: Path, settings: CorpusSettings, quiet: bool = False, place: Place = HERE) -> Made:
    """Make a corpus, or go on with it until it has the hours wanted.

    Parameters
    ----------
    place : where it is spoken; on this machine by the settings' workers. All nodes must see the teacher

    Raises
    ------
    InterpError
        When packages are missing, texts cannot be read, the folder holds another corpus, or nothing can be
        written there.
    """
    _require_modules()
    texts = read_texts(settings.metadata, settings.texts, settings.shares)
    require_teacher(settings.teacher, split_model)
    make_folder(out)
    with only_run(out):
        require_same_start(out, _start(texts, settings))
        rows = whole_families(out)
        try:
            left_out = _fill(out, rows, texts, settings, quiet, place)
        finally:
            write_metadata(out, rows)
    return Made(len(rows), _hours(rows), dict(texts.left_out), left_out)


def speak_family(job: Job) -> Sequence[tuple[Row, bytes]]:
    """A family's rows and Ogg files; none where one has too little voice or another level."""
    made = []
    for item in job.items:
        symbols = phonemize(item.sentence.text).symbols
        spoken = _teacher(job.teacher).speak(item, symbols)
        if spoken is None or abs(spoken.cents_from(item.median_hz)) > _FARTHEST_CENTS:
            return ()
        row = row_of(item, symbols, spoken, len(spoken.wav) / RATE_HZ)
        made.append((row, sound_bytes(spoken.wav, RATE_HZ, "OGG", "OPUS", _OPUS_COMPRESSION)))
    return made


def _fill(
    out: Path, rows: list[Row], texts: Texts, settings: CorpusSettings, quiet: bool, place: Place
) -> int:
    """Add families to the folder and to `rows` until there is enough; the number of those left out."""
    first = rows[-1]["family"] + 1 if rows else 0
    jobs = (Job(settings.teacher, family_of(number, texts, settings)) for number in count(first))
    left_out = in_a_row = 0
    hours = _hours(rows)
    place = replace(place, workers=settings.workers) if place.backend == "local" else place
    bar = tqdm(total=settings.hours, initial=hours, desc=out.name, bar_format=_BAR, disable=quiet or None)
    with bar, closing(results_in_order(speak_family, jobs, place)) as results:
        while hours < settings.hours:
            family = next(results)
            in_a_row = 0 if family else in_a_row + 1
            left_out += not family
            if in_a_row == _FAILURES_IN_A_ROW:
                raise InterpError(f"{out}: {in_a_row} families in a row cannot be spoken; give other texts")
            for row, sound in family:
                write_bytes(out / row["path"], sound)
            new = [row for row, _ in family]
            append(out, new)
            rows.extend(new)
            bar.update(_hours(new))
            hours += _hours(new)
    return left_out


def _hours(rows: Sequence[Row]) -> float:
    return float(sum(row["seconds"] for row in rows)) / 3600


def _start(texts: Texts, settings: CorpusSettings) -> dict[str, Any]:
    """All that decides what an item is."""
    sentences = [
        [s.name, s.text, s.split]
        for kind in (texts.prompts, texts.lines)
        for split in kind.values()
        for s in split
    ]
    chosen = {key: value for key, value in mapping_of(settings).items() if key not in _FREE}
    return {**chosen, "sentences": hash_of(sentences)}


def _require_modules() -> None:
    missing = [module for module in MODULES if find_spec(module) is None]
    if missing:
        raise InterpError(f"interp corpus needs {' and '.join(missing)}; pip install 'interp-speech[corpus]'")


@lru_cache(maxsize=1)
def _teacher(folder: Path) -> Teacher:
    """One for each process."""
    return Teacher(folder, timbres())
