"""Text to a sentence by the text encoder of a `SpeechModel`: durations in whole frames, mu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from interp.estimators.parts.alignment import expand
from interp.estimators.parts.duration import whole_frames
from interp.estimators.parts.mean_mel import EncodedSymbols, MeanMel, ids_with_silence
from interp.estimators.parts.text_encoder import EncodedText
from interp.estimators.sentence import Sentence, merge_blanks, places_of_symbols
from interp.estimators.speech_model import SpeechModel
from interp.text.frontend import Phonemes
from interp.text.symbols import PHONES
from masks.target import voiced_frames

_PHONES = frozenset(PHONES)


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
    """Whole frames of every id, blanks between symbols or around. A phone lasts a frame at any speed."""
    least = torch.full_like(log_durations, -torch.inf)
    is_phone = torch.tensor([s in _PHONES for s in symbols], device=least.device)
    least[0, places_of_symbols(least.shape[1], len(symbols))] = torch.where(
        is_phone, -float(np.log(length_scale)), -torch.inf
    )
    return whole_frames(torch.maximum(log_durations, least), x_mask, length_scale, rounding="cumulative")
