"""A text's sentences, each with its references, its pitch cells and its share of the spans."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from interp.audio.pitch_statistics import pitch_statistics
from interp.audio.reference import ReferenceFeatures
from interp.estimators.contract import Piece, TargetCells
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.spans import span_weights
from masks.target import static_cells

Pair = Sequence[ReferenceFeatures]


def pieces_of(
    text: int,
    sentences: Sequence[Sentence],
    pair: Pair,
    split: float | None,
    seed: int,
    settings: SynthSettings,
    grid: MelGrid,
) -> list[Piece]:
    """Sentences of text number `text` with what each is to follow.

    Parameters
    ----------
    pair : reference 1 and 2
    split : frame of the whole text at which temp mode changes references; None in freq mode
    seed : of the first sentence; the next ones count up

    Raises
    ------
    InterpError
        Where reference 1 has no voice and its pitch is asked for.
    """
    total = sum(s.n_frames for s in sentences)
    crossfade = settings.crossfade_s * grid.frame_rate_hz
    spans = None if split is None else span_weights(total, split, crossfade)
    pieces, start = [], 0
    for number, sentence in enumerate(sentences):
        end = start + sentence.n_frames
        target = _target_cells(sentence, pair, None if spans is None else spans[:, start:end], grid)
        pieces.append(Piece(text, sentence, pair, target, seed + number))
        start = end
    return pieces


def _target_cells(sentence: Sentence, pair: Pair, spans: Tensor | None, grid: MelGrid) -> TargetCells:
    """Static pitch cells: of reference 1, in temp each part's of the reference that it follows."""
    medians = [pitch_statistics(r.f0_hz).median_hz or 0.0 for r in pair]
    if spans is None:
        if not medians[0]:
            path = pair[0].recording.path
            raise InterpError(
                f"{path}: no voiced frame, so it has no pitch; give a recording of speech, or --mode temp"
            )
        return TargetCells(static_cells(pair[0].f0_hz, sentence.voiced, grid), None, medians[0])
    cells = np.zeros((grid.n_mels, sentence.n_frames), dtype=bool)
    first = spans[0].numpy() >= 0.5
    for reference, median, own in zip(pair, medians, (first, ~first), strict=True):
        if median:
            cells |= static_cells(reference.f0_hz, sentence.voiced & own, grid)
    return TargetCells(cells, spans, medians[0] or medians[1])
