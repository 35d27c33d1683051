"""Voices made of a source and formants, with F0 known at every moment; the same whispered."""

from __future__ import annotations

import numpy as np
import scipy.signal

RATE = 16000
SYLLABLE_S, PAUSE_S = 0.25, 0.08
VOWELS_HZ = ((700, 1200, 2500), (350, 2000, 2700), (400, 900, 2300), (550, 1700, 2500))
BANDWIDTHS_HZ = (90.0, 120.0, 180.0)


def f0_of(median_hz: float, times_s: np.ndarray) -> np.ndarray:
    """A melody of 3 semitones up and down, and a fall."""
    bends = 2.0 * np.sin(2 * np.pi * 0.7 * times_s) + 1.2 * np.sin(2 * np.pi * 2.3 * times_s + 1)
    return median_hz * 2 ** (bends / 12)


def is_syllable(times_s: np.ndarray) -> np.ndarray:
    """Where sound is, rather than a pause."""
    return times_s % (SYLLABLE_S + PAUSE_S) < SYLLABLE_S


def made_voice(
    median_hz: float = 120.0,
    seconds: float = 3.0,
    rate: int = RATE,
    formants: float = 1.0,
    whispered: bool = False,
    level: float = 0.08,
) -> np.ndarray:
    """Syllables with a vowel each; level is the RMS over all."""
    rng = np.random.default_rng(0)
    t = np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(f0_of(median_hz, t)) / rate
    n_harmonics = int(0.45 * rate / (median_hz * 1.3))
    source = sum(np.cos(k * phase) / k for k in range(1, n_harmonics + 1))
    if whispered:
        source = rng.standard_normal(len(t))
    out = np.zeros(len(t))
    n = int((SYLLABLE_S + PAUSE_S) * rate)
    for index, start in enumerate(range(0, len(t), n)):
        part = slice(start, start + n)
        x = source[part]
        sounding = is_syllable(t[part])
        envelope = np.where(
            sounding, np.sin(np.pi * (t[part] - start / rate) / SYLLABLE_S).clip(0) ** 0.5, 0.0
        )
        vowel = VOWELS_HZ[index % len(VOWELS_HZ)]
        out[part] = _through(x * envelope, np.array(vowel) * formants, rate)
    return out * level / np.sqrt((out**2).mean())


def _through(x: np.ndarray, formants_hz: np.ndarray, rate: int) -> np.ndarray:
    for hz, bandwidth in zip(formants_hz, BANDWIDTHS_HZ, strict=True):
        radius = np.exp(-np.pi * bandwidth / rate)
        x = scipy.signal.lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / rate), radius**2], x)
    return x
