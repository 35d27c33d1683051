"""Signals whose F0 is known at every moment, written at any rate and brought to the grid's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import librosa
import numpy as np

RATE = 22050
SECONDS = 1.5
FINE_RATE = 48000


@dataclass(frozen=True)
class HarmonicSignal:
    f0_hz: Callable[[np.ndarray], np.ndarray]
    amplitudes: np.ndarray  # of harmonics 1, 2, ...


def falling(n: int = 40) -> np.ndarray:
    return 1 / np.arange(1, n + 1)


def strong_second(n: int = 40) -> np.ndarray:
    return np.concatenate([[0.1, 1.0], 0.3 / np.arange(3, n + 1)])


def constant(hz: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda t: hz + 0 * t


def glide(start_hz: float, octaves: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda t: start_hz * 2 ** (octaves * t / SECONDS)


def vibrato(hz: float, semitones: float, rate_hz: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda t: hz * 2 ** (semitones / 12 * np.sin(2 * np.pi * rate_hz * t))


SIGNALS = {
    "constant 80": HarmonicSignal(constant(80), falling()),
    "constant 110": HarmonicSignal(constant(110), falling()),
    "constant 220": HarmonicSignal(constant(220), falling()),
    "constant 390": HarmonicSignal(constant(390), falling()),
    "rising 90-180": HarmonicSignal(glide(90, 1), falling()),
    "falling 300-100": HarmonicSignal(glide(300, -np.log2(3)), falling()),
    "vibrato 200": HarmonicSignal(vibrato(200, 2, 2), falling()),
    "second 120": HarmonicSignal(constant(120), strong_second()),
    "second rising 120-240": HarmonicSignal(glide(120, 1), strong_second()),
}


def at_grid_rate(signal: HarmonicSignal, rate: int) -> np.ndarray:
    """The signal sampled at ``rate`` and resampled to 22.05 kHz; sample n is the moment n / 22050 s."""
    wav = _sampled(signal, rate)
    return wav if rate == RATE else librosa.resample(wav, orig_sr=rate, target_sr=RATE, res_type="soxr_hq")


def _sampled(signal: HarmonicSignal, rate: int) -> np.ndarray:
    fine_s = np.arange(int(FINE_RATE * SECONDS) + 1) / FINE_RATE
    phase = np.concatenate(
        [[0], np.cumsum(2 * np.pi * signal.f0_hz(fine_s[:-1] + 0.5 / FINE_RATE) / FINE_RATE)]
    )
    times_s = np.arange(int(rate * SECONDS)) / rate
    phase, f0_hz = np.interp(times_s, fine_s, phase), signal.f0_hz(times_s)
    wav = np.zeros(len(times_s))
    for h in range(1, int(0.45 * min(rate, RATE) / f0_hz.min()) + 1):
        if h <= len(signal.amplitudes):
            in_band = h * f0_hz < 0.45 * min(rate, RATE)
            wav += in_band * signal.amplitudes[h - 1] * np.cos(h * phase + 0.7 * h * h)
    return 0.1 * wav / np.abs(wav).max()
