"""A recording as a style reference: mel, F0, pitch mask, voice vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float

from interp.audio.mel import log_mel
from interp.audio.read import Recording
from interp.audio.voice_vector import voice_vector
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
