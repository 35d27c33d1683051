"""Is what a corpus says of itself true?  python benchmarks/known_speech.py CORPUS --teacher FOLDER [--write]

Of the first items of a corpus by `interp corpus`: F0 that Praat finds in the files against the curve that was
set, melodies within families and between them, misheard words, and the cost of speaking them again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np

from interp.audio.read import load_reference
from interp.corpus.contours import OWN_MELODY
from interp.corpus.items import ITEMS
from interp.corpus.plan import ITEMS_OF_A_FAMILY, Item
from interp.corpus.teacher import Spoken, Teacher
from interp.corpus.texts import Sentence
from interp.corpus.timbres import timbres
from interp.evaluation.packages import missing_of
from interp.evaluation.recognisers import RECOGNISERS, Recogniser, load_recogniser
from interp.evaluation.spoken import words_of
from interp.evaluation.words import word_errors
from interp.system.files import write_text
from interp.system.shipped import data_path
from interp.text.symbols import is_vowel
from masks.f0 import extract_f0
from masks.grid import MelGrid

HALF_A_SEMITONE = 50.0
OCTAVE_ERROR = 600.0
OCTAVE_OFF = 2 ** (9 / 12)
GRID = MelGrid()
RELATIVE = np.linspace(0.02, 0.98, 97)
SET_STEP_S = 0.0125 * 1.2  # with the largest formant ratio


@dataclass(frozen=True)
class Heard:
    """An item as it was planned, as it was spoken again, and as its file sounds."""

    row: dict[str, Any]
    again: Spoken
    wav: np.ndarray
    f0_hz: np.ndarray

    @property
    def times_s(self) -> np.ndarray:
        return GRID.frame_times_s(len(self.f0_hz))

    @property
    def median_hz(self) -> float:
        return float(np.median(self.f0_hz[self.f0_hz > 0]))

    @property
    def melody(self) -> np.ndarray:
        """Semitones about the median at equal relative times; bridged where unvoiced or an octave off."""
        voiced = (self.f0_hz > self.median_hz / OCTAVE_OFF) & (self.f0_hz < self.median_hz * OCTAVE_OFF)
        edges = self.row["edges_s"]
        relative = (self.times_s[voiced] - edges[0]) / (edges[-1] - edges[0])
        semitones = 12 * np.log2(self.f0_hz[voiced] / self.median_hz)
        return np.interp(RELATIVE, relative, semitones)

    @property
    def vowels(self) -> np.ndarray:
        """Mean log2 F0 of each vowel; NaN where one is unvoiced."""
        spans = pairwise(self.row["edges_s"])
        inside = [
            (self.times_s >= start) & (self.times_s < stop) & (self.f0_hz > 0)
            for symbol, (start, stop) in zip(self.row["symbols"], spans, strict=True)
            if is_vowel(symbol)
        ]
        return np.array([np.log2(self.f0_hz[i]).mean() if i.any() else np.nan for i in inside])

    def cents_off(self) -> np.ndarray:
        """Praat's F0 against what was set, in frames that both call voiced."""
        after = np.searchsorted(self.again.f0_times_s, self.times_s).clip(1, len(self.again.f0_hz) - 1)
        gaps = self.again.f0_times_s[after] - self.again.f0_times_s[after - 1]
        both = (self.f0_hz > 0) & (gaps < SET_STEP_S)
        was_set = np.interp(self.times_s, self.again.f0_times_s, self.again.f0_hz)
        return np.asarray(1200 * np.log2(self.f0_hz[both] / was_set[both]))


def item_of(row: dict[str, Any]) -> Item:
    """The item that a line of items.jsonl tells of."""
    same = ("n", "family", "split", "timbre", "prosody", "contour", "range", "speed", "median_hz", "home_hz")
    sentence = Sentence(row["utterance"], row["text"], row["split"])
    return Item(sentence=sentence, **{key: row[key] for key in same})


def hear(corpus: Path, row: dict[str, Any], teacher: Teacher) -> Heard:
    """Speak an item again, and read its file."""
    wav = load_reference(corpus / row["path"], GRID, max_seconds=60.0, level_dbfs=None).wav
    again = teacher.speak(item_of(row), row["symbols"])
    assert again is not None
    return Heard(row, again, wav, extract_f0(wav, GRID, len(wav) // GRID.hop_length))


def same(first: Heard, second: Heard) -> bool:
    """Whether two are of one family."""
    return bool(first.row["family"] == second.row["family"])


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    known = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[known], second[known])[0, 1])


def misheard(items: Sequence[Heard], recogniser: Recogniser) -> str:
    wanted = [words_of(item.row["text"]) for item in items]
    heard = [recogniser(item.wav, GRID.sample_rate) for item in items]
    errors = sum(word_errors(w, h) for w, h in zip(wanted, heard, strict=True))
    return f"{errors} of {sum(map(len, wanted))} words, {100 * errors / sum(map(len, wanted)):.1f} %"


def pitch_figures(items: Sequence[Heard]) -> list[tuple[str, str]]:
    off = np.abs(np.concatenate([item.cents_off() for item in items]))
    medians = np.array([1200 * np.log2(i.median_hz / i.row["median_hz"]) for i in items])
    return [
        ("F0 against the curve set: median", f"{np.median(off):.1f} cents"),
        ("frames over half a semitone off", f"{100 * (off > HALF_A_SEMITONE).mean():.1f} %"),
        ("frames over half an octave off", f"{100 * (off > OCTAVE_ERROR).mean():.1f} %"),
        ("an item's median F0 against median_hz: median", f"{np.median(np.abs(medians)):.1f} cents"),
        ("the same, worst item", f"{np.abs(medians).max():.0f} cents"),
    ]


def melody_figures(items: Sequence[Heard]) -> list[tuple[str, str]]:
    bent = [i for i in items if i.row["contour"] != OWN_MELODY]
    own = [i for i in items if i.row["contour"] == OWN_MELODY]
    family = [p for p in combinations(bent, 2) if same(*p)]
    strangers = [p for p in combinations(bent, 2) if p[0].row["contour"] != p[1].row["contour"]]
    parallel = [p for p in combinations(own, 2) if same(*p) and p[0].row["text"] == p[1].row["text"]]
    levels = [abs(1200 * np.log2(a.median_hz / b.median_hz)) for a, b in combinations(items, 2) if same(a, b)]
    return [
        ("melodies by relative time, two of a family, other words", _middle(family, "melody")),
        ("two of different contours", _middle(strangers, "melody")),
        ("vowel by vowel, one sentence by two timbres, contour 0", _middle(parallel, "vowels")),
        ("levels of two of a family: median distance", f"{np.median(levels):.0f} cents"),
        ("the same: pairs within a quarter of a semitone", f"{100 * np.mean(np.array(levels) <= 25):.0f} %"),
    ]


def _middle(pairs: Iterable[tuple[Heard, Heard]], of: str) -> str:
    values = [correlation(getattr(a, of), getattr(b, of)) for a, b in pairs]
    return f"correlation {np.median(values):.2f} (10 to 90 %: " + " to ".join(
        f"{q:.2f})" if k else f"{q:.2f}" for k, q in enumerate(np.percentile(values, [10, 90]))
    )


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--teacher", default="kokoro", type=click.Path(path_type=Path))
@click.option("--families", default=10)
@click.option("--write", is_flag=True, help="Write docs/benchmarks/known_speech.md.")
def main(corpus: Path, teacher: Path, families: int, write: bool) -> None:
    """Measure the first families of CORPUS."""
    lines = (corpus / ITEMS).read_text(encoding="utf-8").splitlines()[: families * ITEMS_OF_A_FAMILY]
    speaker = Teacher(teacher, timbres())
    before = time.process_time()
    items = [hear(corpus, json.loads(line), speaker) for line in lines]
    spent = time.process_time() - before
    seconds = sum(item.row["seconds"] for item in items)
    figures = [
        *pitch_figures(items),
        *melody_figures(items),
        *[
            (f"misheard by {kind.name}", misheard(items, load_recogniser(kind)))
            for kind in RECOGNISERS
            if not missing_of(kind.modules)
        ],
        ("core seconds a second of speech, with Praat", f"{spent / seconds:.2f}"),
    ]
    page = "\n".join(f"| {what} | {figure} |" for what, figure in figures)
    said = f"{len(items)} items, {seconds:.0f} s, `benchmarks/known_speech.py`."
    text = f"# A made corpus, measured\n\n{said}\n\n| what | measured |\n|---|---|\n{page}\n"
    click.echo(text)
    if write:
        write_text(data_path("docs/benchmarks") / "known_speech.md", text)


if __name__ == "__main__":
    main()
