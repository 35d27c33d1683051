"""The mel grid: which frequency a bin stands for and which moment a frame stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

SLANEY_BREAK_HZ = 1000.0
SLANEY_LINEAR_HZ = 200.0 / 3.0
SLANEY_LOG_STEP = math.log(6.4) / 27.0


@dataclass(frozen=True)
class MelGrid:
    """Rate, FFT, hop and mel filter bank of HiFi-GAN and Grad-TTS (Slaney bins, magnitude spectrum).

    Parameters
    ----------
    sample_rate : int, Hz
    n_fft : int, samples
    hop_length : int, samples
    n_mels : int
    f_min_hz, f_max_hz : float, Hz
    """

    sample_rate: int = 22050
    n_fft: int = 1024
    hop_length: int = 256
    n_mels: int = 80
    f_min_hz: float = 0.0
    f_max_hz: float = 8000.0

    @property
    def filter_bank(self) -> Float[np.ndarray, "n_mels n_freqs"]:
        """Triangular filters of unit area, shape (n_mels, n_fft / 2 + 1), float32, read-only."""
        return _filter_bank(self)

    @property
    def centres_hz(self) -> Float[np.ndarray, " n_mels"]:
        """Peak of every filter, Hz."""
        return _edges_hz(self)[1:-1]

    def frame_times_s(self, n_frames: int) -> Float[np.ndarray, " n_frames"]:
        """Centre of every frame, seconds: (hop i + hop / 2) / rate, since the STFT pads (n_fft - hop) / 2."""
        return (self.hop_length * np.arange(n_frames) + self.hop_length / 2) / self.sample_rate

    def bins_of_hz(self, hz: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
        """Where a frequency lies on the bin axis, in bins: 0 is the first filter's peak, fractions between.

        The triangles are linear in Hz between peaks, so this is piecewise linear, read off the bank's own
        edges.
        """
        edges = _edges_hz(self)
        return np.asarray(np.interp(hz, edges, np.arange(-1.0, self.n_mels + 1)))

    @property
    def frame_rate_hz(self) -> float:
        """Frames a second."""
        return self.sample_rate / self.hop_length


@lru_cache(maxsize=8)
def _edges_hz(grid: MelGrid) -> Float[np.ndarray, " n_mels_and_two"]:
    low, high = _slaney_mel(grid.f_min_hz), _slaney_mel(grid.f_max_hz)
    edges = _slaney_hz(np.linspace(low, high, grid.n_mels + 2))
    edges.setflags(write=False)
    return edges


def _slaney_mel(hz: float) -> float:
    """Slaney's scale (Auditory Toolbox, 1998): 200 / 3 Hz a mel up to 1 kHz, then 27 mels a factor of 6.4."""
    if hz < SLANEY_BREAK_HZ:
        return hz / SLANEY_LINEAR_HZ
    return SLANEY_BREAK_HZ / SLANEY_LINEAR_HZ + math.log(hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP


def _slaney_hz(mel: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    above = SLANEY_BREAK_HZ * np.exp(SLANEY_LOG_STEP * (mel - SLANEY_BREAK_HZ / SLANEY_LINEAR_HZ))
    return np.asarray(np.where(mel < SLANEY_BREAK_HZ / SLANEY_LINEAR_HZ, mel * SLANEY_LINEAR_HZ, above))


@lru_cache(maxsize=8)
def _filter_bank(grid: MelGrid) -> Float[np.ndarray, "n_mels n_freqs"]:
    """Triangles between neighbouring edges, each of unit area in Hz; bit for bit librosa's."""
    edges = _edges_hz(grid)[:, None]
    freqs = np.fft.rfftfreq(grid.n_fft, 1 / grid.sample_rate)
    rising = (freqs - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - freqs) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    bank = (triangles * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)
    bank.setflags(write=False)
    return np.asarray(bank)
