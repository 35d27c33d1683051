"""One text on its way through synthesis, and its sentences as pieces of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from interp.audio.pitch_statistics import pitch_statistics
from interp.audio.reference import ReferenceFeatures
from interp.estimators.contract import Engine, Piece, TargetCells
from interp.estimators.sentence import Sentence
from interp.modes.registry import MODES
from interp.settings.synth import SynthSettings
from interp.text.frontend import split_sentences
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.groups import REFERENCES
from masks.spans import WordSpan
from masks.target import static_cells

Pair = Sequence[ReferenceFeatures]


@dataclass(frozen=True)
class Utterance:
    """What is to be spoken: the sentences of one text, its references, where they change over, a seed.

    ``switch``: frame of the whole text at which reference 2 takes over, None where none does; ``seed`` is
    the first sentence's, the next ones count up.
    """

    text: str
    sentences: Sequence[Sentence]
    pair: Pair
    seed: int
    switch: float | None = None

    @property
    def n_frames(self) -> int:
        """Of all sentences."""
        return sum(s.n_frames for s in self.sentences)

    @property
    def voiced(self) -> Bool[np.ndarray, " frames"]:
        """Frames of voiced phonemes."""
        return np.concatenate([s.voiced for s in self.sentences])

    @property
    def words(self) -> tuple[WordSpan, ...]:
        """Words of all sentences, in frames of the whole text."""
        starts = np.cumsum([0] + [s.n_frames for s in self.sentences])
        pairs = zip(self.sentences, starts, strict=False)
        return tuple(word for s, start in pairs for word in s.words(int(start)))


def utterance_of(
    engine: Engine,
    text: str,
    pair: Pair,
    seed: int,
    settings: SynthSettings,
    grid: MelGrid,
    sentences: Sequence[Sentence] | None = None,
) -> Utterance:
    """Encode a text sentence by sentence, and find where its mode changes references.

    Parameters
    ----------
    sentences : those of the text, where they are encoded already

    Raises
    ------
    InterpError
        When the text has no word, or the word or time of the switch is not in it.
    """
    if sentences is None:
        with torch.no_grad():
            sentences = [engine.encode(part, settings) for part in split_sentences(text)]
    spoken = Utterance(text, sentences, pair, seed)
    switch = MODES[settings.mode].switch_frame(settings, spoken.words, spoken.n_frames, grid)
    return replace(spoken, switch=switch)


def pieces_of(number: int, utterance: Utterance, settings: SynthSettings, grid: MelGrid) -> list[Piece]:
    """Sentences of text ``number`` with what each is to follow.

    Raises
    ------
    InterpError
        Where a reference whose pitch the mode asks for has none.
    """
    mode = MODES[settings.mode]
    crossfade = settings.crossfade_s * grid.frame_rate_hz
    spans = mode.spans(utterance.n_frames, utterance.switch, crossfade)
    pieces, start = [], 0
    for count, sentence in enumerate(utterance.sentences):
        end = start + sentence.n_frames
        own = None if spans is None else spans[:, start:end]
        target = _target_cells(sentence, utterance.pair, own, settings.mode, grid)
        pieces.append(Piece(number, sentence, utterance.pair, target, utterance.seed + count))
        start = end
    return pieces


def _target_cells(
    sentence: Sentence, pair: Pair, spans: Tensor | None, mode: str, grid: MelGrid
) -> TargetCells:
    """Static pitch cells of every reference in the frames whose pitch follows it."""
    medians = [pitch_statistics(r.f0_hz).median_hz or 0.0 for r in pair]
    for number, reference, median in zip(REFERENCES, pair, medians, strict=True):
        if number in MODES[mode].voiced and not median:
            path = reference.recording.path
            raise InterpError(
                f"{path}: no voiced frame, so it has no pitch; give a recording of speech, or --mode temp"
            )
    cells = np.zeros((grid.n_mels, sentence.n_frames), dtype=bool)
    follows = MODES[mode].pitch_follows(spans, sentence.n_frames)
    for reference, median, own in zip(pair, medians, follows, strict=True):
        if median and own.any():
            cells |= static_cells(reference.f0_hz, sentence.voiced & own, grid)
    return TargetCells(cells, spans, medians[0] or medians[1])
