"""From text to what the decoder is given: symbols, durations and the mean mel mu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from interp.models.alignment import expand
from interp.models.duration import whole_frames
from interp.models.mean_mel import EncodedSymbols, MeanMel, ids_with_silence
from interp.models.speech_model import SpeechModel
from interp.models.text_encoder import EncodedText
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
    encoded, decode = _encode(model, phonemes)
    scale = length_scale * model.config.duration_scale
    durations = _durations(encoded.log_durations, encoded.x_mask, phonemes.symbols, scale)
    mu = decode(durations)[0]
    merged = merge_blanks(durations[0].cpu().numpy(), len(phonemes.symbols))
    return Sentence(phonemes, merged, mu, voiced_frames(phonemes.symbols, merged))


def _encode(
    model: SpeechModel, phonemes: Phonemes
) -> tuple[EncodedText | EncodedSymbols, Callable[[Tensor], Tensor]]:
    """What the text encoder says of every id, and the mean mel of their durations."""
    net = model.text_encoder
    ids = ids_with_silence(phonemes.symbols) if isinstance(net, MeanMel) else phonemes.ids
    device = next(model.parameters()).device
    batch = torch.as_tensor(ids, device=device)[None]
    length = torch.tensor([batch.shape[1]], device=device)
    if isinstance(net, MeanMel):
        symbols = net.encode(batch, length)
        return symbols, lambda durations: net.decode(symbols.hidden, durations)
    text = net(batch, length)
    return text, lambda durations: expand(text.mu_x, durations)


def _durations(
    log_durations: Float[Tensor, "1 ids"],
    x_mask: Bool[Tensor, "1 ids"],
    symbols: Sequence[str],
    length_scale: float,
) -> Int[Tensor, "1 ids"]:
    """Whole frames of every id, blanks between symbols or around them. A phone lasts a frame at any speed."""
    least = torch.full_like(log_durations, -torch.inf)
    is_phone = torch.tensor([s in _PHONES for s in symbols], device=least.device)
    least[0, places_of_symbols(least.shape[1], len(symbols))] = torch.where(is_phone, -float(np.log(length_scale)), -torch.inf)
    return whole_frames(torch.maximum(log_durations, least), x_mask, length_scale, rounding="cumulative")


def places_of_symbols(n_ids: int, n_symbols: int) -> slice:
    """Where symbols lie among ids: every second one, or all but a blank at either end."""
    return slice(1, None, 2) if n_ids == 2 * n_symbols + 1 and n_symbols > 1 else slice(1, -1)


def merge_blanks(durations: Int[np.ndarray, " ids"], n_symbols: int) -> Int[np.ndarray, " symbols"]:
    """Frames of symbols with the blank after each, and the first blank with the first symbol."""
    at = np.arange(len(durations))[places_of_symbols(len(durations), n_symbols)]
    return np.add.reduceat(durations, np.concatenate([[0], at[1:]])).astype(durations.dtype)
