"""A sentence as the decoder is given it: symbols, durations and the mean mel mu."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from interp.text.frontend import Phonemes
from masks.spans import WordSpan


@dataclass(frozen=True)
class Sentence:
    """One sentence, ready to be decoded.

    Shapes, S symbols without blanks: ``durations`` (S,) frames, blanks counted with the symbol before;
    ``mu`` (n_mels, T) in model units; ``voiced`` (T,) bool, frames of voiced phonemes.
    """

    phonemes: Phonemes
    durations: Int[np.ndarray, " symbols"]
    mu: Float[Tensor, "n_mels frames"]
    voiced: Bool[np.ndarray, " frames"]

    @property
    def n_frames(self) -> int:
        """Frames of the sentence."""
        return int(self.mu.shape[1])

    def words(self, first_frame: int = 0) -> tuple[WordSpan, ...]:
        """Words and the frames in which they are spoken, counted from ``first_frame``."""
        ends = np.concatenate([[0], np.cumsum(self.durations)]) + first_frame
        spans = zip(self.phonemes.words, self.phonemes.word_spans, strict=True)
        return tuple(WordSpan(word.text, int(ends[start]), int(ends[end])) for word, (start, end) in spans)


def places_of_symbols(n_ids: int, n_symbols: int) -> slice:
    """Where symbols lie among ids: every second one, or all but a blank at either end."""
    return slice(1, None, 2) if n_ids == 2 * n_symbols + 1 and n_symbols > 1 else slice(1, -1)


def merge_blanks(durations: Int[np.ndarray, " ids"], n_symbols: int) -> Int[np.ndarray, " symbols"]:
    """Frames of symbols with the blank after each, and the first blank with the first symbol."""
    at = np.arange(len(durations))[places_of_symbols(len(durations), n_symbols)]
    return np.add.reduceat(durations, np.concatenate([[0], at[1:]])).astype(durations.dtype)
