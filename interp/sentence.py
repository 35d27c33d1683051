"""From text to what the decoder is given: symbols, durations and the mean mel mu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from interp.models.alignment import expand
from interp.models.duration import whole_frames
from interp.models.speech_model import SpeechModel
from interp.text.frontend import Phonemes
from interp.text.symbols import PHONES
from masks.spans import WordSpan
from masks.target import voiced_frames

_PHONES = frozenset(PHONES)


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


def encode_sentence(model: SpeechModel, phonemes: Phonemes, length_scale: float) -> Sentence:
    """Run the text encoder and turn log durations into whole frames, at least one for every phone."""
    device = next(model.parameters()).device
    ids = torch.tensor([phonemes.ids], device=device)
    encoded = model.text_encoder(ids, torch.tensor([ids.shape[1]], device=device))
    scale = length_scale * model.config.duration_scale
    durations = _durations(encoded.log_durations, encoded.x_mask, phonemes.symbols, scale)
    mu = expand(encoded.mu_x, durations)[0]
    merged = merge_blanks(durations[0].cpu().numpy())
    return Sentence(phonemes, merged, mu, voiced_frames(phonemes.symbols, merged))


def _durations(
    log_durations: Float[Tensor, "1 ids"],
    x_mask: Bool[Tensor, "1 ids"],
    symbols: Sequence[str],
    length_scale: float,
) -> Int[Tensor, "1 ids"]:
    """Whole frames of every id; symbols lie at the odd places. A phone lasts a frame at any speed."""
    least = torch.full_like(log_durations, -torch.inf)
    is_phone = torch.tensor([s in _PHONES for s in symbols], device=least.device)
    least[0, 1::2] = torch.where(is_phone, -float(np.log(length_scale)), -torch.inf)
    return whole_frames(torch.maximum(log_durations, least), x_mask, length_scale, rounding="cumulative")


def merge_blanks(durations: Int[np.ndarray, " ids"]) -> Int[np.ndarray, " symbols"]:
    """Frames of symbols with the blank after each, and the first blank with the first symbol."""
    merged: Int[np.ndarray, " symbols"] = durations[1::2] + durations[2::2]
    merged[0] += durations[0]
    return merged
