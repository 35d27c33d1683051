"""A voice that benchmarks speak with, and the recordings that they draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from guidance.settings import GuidanceSettings
from interp.audio.read import load_reference
from interp.audio.reference import ReferenceFeatures, reference_features
from interp.corpus.metadata import Utterance, read_corpus
from interp.estimators.sentence import Sentence
from interp.evaluation.clip import Clip
from interp.evaluation.psola import with_pitch
from interp.settings.synth import SynthSettings
from interp.synthesis.batch_run import BatchRun
from interp.synthesis.decoding import decode
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.utterance import pieces_of, utterance_of
from masks.grid import MelGrid
from masks.mel_f0 import f0_of_mel

SENTENCE = "The boy was there when the sun rose, and he told them."
LEAST_DISTANCE = 3 * np.log(2) / 12
GRID = MelGrid()
SEMITONES = 12 / np.log(2)
MASKED = SynthSettings(attend="masked", guidance=GuidanceSettings(enabled=False))
Drawn = tuple[str, ReferenceFeatures, ReferenceFeatures]


@dataclass(frozen=True)
class Speaker:
    """A synthesizer, a sentence, and what is needed to decode it with any references."""

    synthesizer: Synthesizer
    sentence: Sentence

    def mels(
        self,
        pairs: list[tuple[ReferenceFeatures, ReferenceFeatures]],
        seeds: list[int],
        settings: SynthSettings,
        split: float = 1.0,
    ) -> list[np.ndarray]:
        """Log mels (n_mels, T) of the sentence, one a pair; temp splits it at this share."""
        engine, grid = self.synthesizer.engine, self.synthesizer.grid
        settings = replace(settings, split=split)
        utterances = [
            utterance_of(engine, SENTENCE, pair, seed, settings, grid, [self.sentence])
            for pair, seed in zip(pairs, seeds, strict=True)
        ]
        return [d.mel for d in decode(engine, utterances, settings, grid)]

    def log_f0(self, mel: np.ndarray) -> float:
        """Median log F0 over the frames of voiced phonemes."""
        f0 = f0_of_mel(torch.from_numpy(mel), self.synthesizer.grid, voiced_salience=-1.0).numpy()
        return float(np.median(np.log(f0[self.sentence.voiced])))


def batch_of(
    synthesizer: Synthesizer, drawn: Sequence[Drawn], seeds: list[int], settings: SynthSettings
) -> BatchRun:
    """Drawn sentences, one piece each, ready to be sampled together."""
    engine, grid, pieces = synthesizer.engine, synthesizer.grid, []
    for number, ((text, *pair), seed) in enumerate(zip(drawn, seeds, strict=True)):
        said = utterance_of(engine, text, pair, seed, settings, grid)
        pieces += pieces_of(number, said, settings, grid)
    with torch.no_grad():
        binding = engine.bind(pieces, settings, grid)
    return BatchRun.of(binding, engine.process, pieces, settings, grid)


def median_log_f0(reference: ReferenceFeatures) -> float:
    """Median log F0 of a recording, by Praat."""
    return float(np.median(np.log(reference.f0_hz[reference.f0_hz > 0])))


def recordings(corpus: Path, count: int, synthesizer: Synthesizer, seed: int) -> list[ReferenceFeatures]:
    """Test recordings of the training voices and recordings of others, in turn, with a clear pitch."""
    rng = np.random.default_rng(seed)
    everything = read_corpus(corpus)
    kinds = [[u for u in everything if u.split == "test"], [u for u in everything if u.split == "reference"]]
    found: list[ReferenceFeatures] = []
    for turn in range(10 * count):
        if len(found) == count:
            break
        utterance: Utterance = kinds[turn % 2][rng.integers(len(kinds[turn % 2]))]
        reference = reference_features(
            load_reference(utterance.path, synthesizer.grid, max_seconds=3.0), synthesizer.grid
        )
        if (reference.f0_hz > 0).mean() > 0.3:
            found.append(reference)
    return found


def moved(reference: ReferenceFeatures, semitones: float) -> ReferenceFeatures:
    """The recording with its F0 moved by Praat; formants stay."""
    clip = Clip(reference.recording.wav, GRID)
    hz = float(np.exp(median_log_f0(reference) + semitones / SEMITONES))
    wav = with_pitch(clip, hz).wav
    return reference_features(replace(reference.recording, wav=wav), GRID)


def draw(
    corpus: Path, n: int, synthesizer: Synthesizer
) -> Iterator[tuple[str, ReferenceFeatures, ReferenceFeatures]]:
    """Sentences of the test split, each with recordings of two other speakers that have a pitch."""
    rng = np.random.default_rng(0)
    everything = read_corpus(corpus)
    texts = [u for u in everything if u.split == "test" and len(u.text.split()) >= 7]
    voices = [u for u in everything if u.split in ("test", "reference")]
    known: dict[Path, ReferenceFeatures] = {}

    def features(u: Utterance) -> ReferenceFeatures:
        if u.path not in known:
            known[u.path] = reference_features(
                load_reference(u.path, synthesizer.grid, max_seconds=4.0), synthesizer.grid
            )
        return known[u.path]

    while n > 0:
        text, a, b = texts[rng.integers(len(texts))], *(voices[i] for i in rng.integers(len(voices), size=2))
        pair = [features(u) for u in (a, b)]
        if a.speaker == b.speaker or any((f.f0_hz > 0).mean() < 0.2 for f in pair):
            continue
        n -= 1
        yield text.text, *pair
