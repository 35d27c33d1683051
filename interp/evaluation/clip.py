"""A recording as the measures hear it: samples at the mel grid's rate, and what is read off them once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import librosa
import numpy as np
import torch
from jaxtyping import Float

from interp.audio.mel import log_mel
from interp.audio.read import BAND_LIMIT_RATE, load_reference
from masks.f0 import extract_f0
from masks.grid import MelGrid

LONGEST_S = 120.0


@dataclass(frozen=True, eq=False)
class Clip:
    """Sound with its features, each computed when it is first asked for and kept.

    Clips are equal only to themselves, so that a result can be cached by clip.

    Parameters
    ----------
    wav : (samples,) float32, mono, at ``grid.sample_rate``, level as recorded
    grid : rate, hop and mel filters
    """

    wav: Float[np.ndarray, " samples"]
    grid: MelGrid

    @property
    def seconds(self) -> float:
        """Length, seconds."""
        return len(self.wav) / self.grid.sample_rate

    @cached_property
    def f0_hz(self) -> Float[np.ndarray, " frames"]:
        """F0 of every mel frame by Praat (`masks.f0`), Hz, 0 where unvoiced."""
        return extract_f0(self.wav, self.grid, len(self.wav) // self.grid.hop_length)

    @cached_property
    def mel(self) -> Float[np.ndarray, "n_mels frames"]:
        """Natural log mel (`interp.audio.mel`)."""
        return np.asarray(log_mel(torch.from_numpy(self.wav)[None], self.grid)[0])

    @cached_property
    def wav_16k(self) -> Float[np.ndarray, " samples_16k"]:
        """The sound at 16 kHz, as recognisers and the packaged networks want it."""
        return np.asarray(
            librosa.resample(self.wav, orig_sr=self.grid.sample_rate, target_sr=BAND_LIMIT_RATE)
        )

    @property
    def times_s(self) -> Float[np.ndarray, " frames"]:
        """Centre of every frame, seconds."""
        return self.grid.frame_times_s(len(self.f0_hz))

    def part(self, start_s: float, end_s: float) -> Clip:
        """The sound from one time to another, seconds."""
        rate = self.grid.sample_rate
        return Clip(self.wav[max(0, round(start_s * rate)) : round(end_s * rate)], self.grid)


def load_clip(path: str | Path, grid: MelGrid | None = None) -> Clip:
    """Read a recording as a reference is read (through 16 kHz), but whole and at its own level.

    Raises
    ------
    InterpError
        When the file is missing, not sound, empty, silent, under 0.3 s or holds NaN or infinite samples.
    """
    recording = load_reference(path, grid, max_seconds=LONGEST_S, level_dbfs=None)
    return Clip(recording.wav, grid or MelGrid())
