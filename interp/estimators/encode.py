"""Text to a sentence by the text encoder of a `SpeechModel`: durations in whole frames, mu."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from interp.estimators.parts.alignment import expand
from interp.estimators.parts.duration import whole_frames
from interp.estimators.sentence import Sentence, merge_blanks
from interp.estimators.speech_model import SpeechModel
from interp.text.frontend import Phonemes
from interp.text.symbols import PHONES
from masks.target import voiced_frames

_PHONES = frozenset(PHONES)


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
