"""Cases drawn from a corpus: test sentences, each with recordings of two speakers of different pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from interp.audio.pitch_statistics import pitch_statistics, semitones
from interp.audio.read import load_reference
from interp.corpus.metadata import Utterance, of_speakers, read_corpus
from interp.evaluation.clip import Clip
from interp.evaluation.gender import gender
from interp.evaluation.scene import Scene
from interp.evaluation.spoken import words_of
from interp.experiment.spec import CasesSpec
from interp.experiment.trial import Trial
from interp.text.sentences import split_sentences
from masks.errors import InterpError
from masks.grid import MelGrid

LEAST_VOICED = 0.3
LEAST_SECONDS = 1.0
TRIES = 3000
LARGEST_SEED = 2**31


@dataclass(frozen=True)
class Voice:
    """A recording as a reference would be heard: its median F0 in Hz, None where too little is voiced."""

    clip: Clip
    median_hz: float | None


def draw_trials(corpus: Path, spec: CasesSpec, max_seconds: float) -> tuple[Trial, ...]:
    """Draw the cases of an experiment; a larger count begins with the cases of a smaller one.

    Sentences are of the test split; references of the test split or of other people (split ``reference``),
    of two speakers at least `least_semitones` apart, neither of the sentence's words unless ``ref1_says:
    same``.

    Raises
    ------
    InterpError
        When the corpus cannot be read, lacks a speaker, or holds no more such pairs.
    """
    everybody = read_corpus(corpus)
    texts = [u for u in everybody if u.split == "test" and _is_one_sentence(u.text, spec.fewest_words)]
    recordings = of_speakers(everybody, spec.speakers, corpus) if spec.speakers else everybody
    voices = [u for u in recordings if u.split in ("test", "reference") and u.seconds >= LEAST_SECONDS]
    if not texts or not voices:
        raise InterpError(
            f"{corpus}: has {len(texts)} test sentences of {spec.fewest_words} words and {len(voices)} "
            "recordings of the splits test and reference; both are needed"
        )
    draw = _Draw(spec, texts, voices, max_seconds)
    return tuple(trial for number in range(spec.count) for trial in draw.pair(number))


class _Draw:
    """Draws pair by pair, each from a generator of its own."""

    def __init__(
        self, spec: CasesSpec, texts: Sequence[Utterance], voices: Sequence[Utterance], max_seconds: float
    ) -> None:
        self.spec, self.texts, self.voices, self.max_seconds = spec, texts, voices, max_seconds

    def pair(self, number: int) -> list[Trial]:
        """A sentence with two references, once for every seed."""
        rng = np.random.default_rng([self.spec.seed, number])
        share = self.spec.same_gender
        alike = int((number + 1) * share) > int(number * share)
        text, first, second, is_alike = self._find(rng, alike)
        seeds = rng.integers(LARGEST_SEED, size=self.spec.seeds_per_pair)
        return [
            Trial(
                f"{number + 1:04d}" + (f"_{k + 1:03d}" if len(seeds) > 1 else ""),
                number + 1,
                text.text,
                first.path,
                second.path,
                int(seed),
                is_alike,
                first.text or None,
                second.text or None,
            )
            for k, seed in enumerate(seeds)
        ]

    def _find(
        self, rng: np.random.Generator, alike: bool
    ) -> tuple[Utterance, Utterance, Utterance, bool | None]:
        for _ in range(TRIES):
            text = self.texts[int(rng.integers(len(self.texts)))]
            first, second = (self.voices[i] for i in rng.integers(len(self.voices), size=2))
            if self.spec.ref1_says == "same":
                first = self._same_words(rng, text) or text
            if not self._may_go_together(text, first, second):
                continue
            is_alike = self._same_gender(first, second)
            if is_alike is not alike:
                continue
            return text, first, second, is_alike
        raise InterpError(
            f"cases: found no pair of {'one gender' if alike else 'two genders'} over "
            f"{self.spec.least_semitones:g} semitones apart in {TRIES} tries; lower least_semitones, or set "
            "same_gender to 0 or 1"
        )

    def _same_words(self, rng: np.random.Generator, text: Utterance) -> Utterance | None:
        readings = [u for u in self.voices if _words(u.text) == _words(text.text)]
        return readings[int(rng.integers(len(readings)))] if readings else None

    def _may_go_together(self, text: Utterance, first: Utterance, second: Utterance) -> bool:
        said = _words(text.text)
        same = [u for u in (first, second) if _words(u.text) == said]
        if first.speaker == second.speaker or same != [first][: self.spec.ref1_says == "same"]:
            return False
        low, high = (_voice(u.path, self.max_seconds).median_hz for u in (first, second))
        return bool(low and high and abs(semitones(low, high)) > self.spec.least_semitones)

    def _same_gender(self, first: Utterance, second: Utterance) -> bool | None:
        is_female = [self._is_female(u) for u in (first, second)]
        return None if None in is_female else is_female[0] == is_female[1]

    def _is_female(self, utterance: Utterance) -> bool | None:
        known = self.spec.genders.get(utterance.speaker)
        return known == "female" if known else _is_female(utterance.path, self.max_seconds)


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def _is_one_sentence(text: str, fewest_words: int) -> bool:
    return len(text.split()) >= fewest_words and len(split_sentences(text)) == 1


@lru_cache(maxsize=512)
def _voice(path: Path, max_seconds: float) -> Voice:
    grid = MelGrid()
    clip = Clip(load_reference(path, grid, max_seconds=max_seconds, level_dbfs=None).wav, grid)
    stats = pitch_statistics(clip.f0_hz)
    return Voice(clip, stats.median_hz if stats.voiced_share >= LEAST_VOICED else None)


@lru_cache(maxsize=4096)
def _is_female(path: Path, max_seconds: float) -> bool | None:
    clip = _voice(path, max_seconds).clip
    found = gender(Scene(clip, (clip, clip)))["gender.is_female"]
    return None if found is None else bool(found)
