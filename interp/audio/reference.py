"""A recording as a style reference: mel, F0, pitch mask, voice vector; and as the estimator takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from interp.audio.mel import log_mel
from interp.audio.read import Recording
from interp.audio.voice_vector import voice_vector
from interp.models.reference_tokens import References
from interp.models.speech_model import SpeechModel
from masks.f0 import extract_f0
from masks.grid import MelGrid
from masks.pitch import pitch_mask


@dataclass(frozen=True)
class ReferenceFeatures:
    """What is extracted of a recording, once.

    Shapes: ``mel`` (n_mels, T) natural log, ``f0_hz`` (T,), 0 unvoiced, ``mask`` (n_mels, T) bool pitch
    cells, ``voice`` (V,).
    """

    recording: Recording
    mel: Float[np.ndarray, "n_mels frames"]
    f0_hz: Float[np.ndarray, " frames"]
    mask: Bool[np.ndarray, "n_mels frames"]
    voice: Float[np.ndarray, " voice"]


def reference_features(recording: Recording, grid: MelGrid) -> ReferenceFeatures:
    """Extract mel, F0, pitch mask up to the resolved limit, and the voice vector."""
    mel = log_mel(torch.from_numpy(recording.wav)[None], grid)[0].numpy()
    f0_hz = extract_f0(recording.wav, grid, mel.shape[1])
    return ReferenceFeatures(recording, mel, f0_hz, pitch_mask(f0_hz, grid), voice_vector(mel, f0_hz))


def stack_references(pairs: Sequence[Sequence[ReferenceFeatures]], model: SpeechModel) -> References:
    """The references of a batch of sentences, padded to one length, in model units.

    Parameters
    ----------
    pairs : for every sentence reference 1 and reference 2
    """
    longest = max(r.mel.shape[1] for pair in pairs for r in pair)
    device = next(model.parameters()).device
    rows = [[_padded(r, longest, model) for r in pair] for pair in pairs]
    fields = zip(*(zip(*row, strict=True) for row in rows), strict=True)
    return References(*(torch.stack([torch.stack(pair) for pair in field]) for field in fields)).to(device)


def _padded(reference: ReferenceFeatures, longest: int, model: SpeechModel) -> tuple[Tensor, ...]:
    """Fields of `References` for one reference, in their order."""
    n_frames = reference.mel.shape[1]
    pad = (0, longest - n_frames)

    def grow(x: Tensor) -> Tensor:
        return torch.nn.functional.pad(x, pad)

    return (
        grow(model.to_model_units(torch.from_numpy(reference.mel).float())),
        grow(torch.from_numpy(reference.f0_hz).float()),
        grow(torch.from_numpy(reference.mask)),
        grow(torch.ones(n_frames, dtype=torch.bool)),
        torch.from_numpy(reference.voice),
        grow(torch.arange(n_frames) / n_frames),
    )
