"""Where a sentence changes from reference 1 to reference 2 in temp mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.spans import WordSpan, split_at_seconds, split_at_share, split_at_word


def split_frame_of(settings: SynthSettings, sentences: Sequence[Sentence], grid: MelGrid) -> float | None:
    """Frame of the change, counted over all sentences; None in freq mode.

    Raises
    ------
    InterpError
        When the word or time is not in the text.
    """
    if settings.mode != "temp":
        return None
    starts = np.cumsum([0] + [s.n_frames for s in sentences])
    if settings.split_word is not None:
        words = [word for s, start in zip(sentences, starts, strict=False) for word in s.words(int(start))]
        return _at_word(settings.split_word, words)
    if settings.split_s is not None:
        return split_at_seconds(settings.split_s, int(starts[-1]), grid)
    return split_at_share(settings.split, int(starts[-1]))


def _at_word(word: str, words: Sequence[WordSpan]) -> float:
    """The word's start; a number counts words from 1."""
    if not word.isdigit():
        return split_at_word(word, words)
    if not 1 <= int(word) <= len(words):
        raise InterpError(
            f"split-word: {word} is no word of the sentence; give 1 to {len(words)}, or the word itself"
        )
    return float(words[int(word) - 1].start_frame)
