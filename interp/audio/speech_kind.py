"""What makes a recording no good as one voice that speaks: a tone, music, whisper, two voices."""

from __future__ import annotations

import numpy as np
import scipy.signal
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter1d

from interp.audio.voice_vector import voice_vector
from masks.grid import MelGrid

# Limits from 180 recordings of 9 sets and made tones, chords and tunes: speech, then what is none.
STEADY_LINES = 0.5  # at most 0.42; 0.59 to 1
STILL_F0 = 0.4  # at most 0.25; 0.67 to 1
LEAST_LEVEL_CHANGE_DB = 2.5  # at least 4.7; 0 to 3.6
LAG_S = 0.12
STILL_SEMITONES = 0.15
LINE_BAND_HZ = (80.0, 3000.0)
TREND_BINS = 19
DYNAMIC_DB = 60.0
ACTIVE_BELOW_LOUD_DB = 25.0
FEWEST_FRAMES = 6
# Of 99 recordings of one voice 2 are beyond all four, of 22 of two voices 7 semitones apart 18.
PHRASE_GAP_S = 0.15
FEWEST_PHRASE_FRAMES = 8
LEAST_GAP_SEMITONES = 5.0
LEAST_QUARTILE_GAP_SEMITONES = 3.0
LEAST_VOICE_DISTANCE = 1.8
LEAST_SHARE = 0.25


def doubts(
    wav: Float[np.ndarray, " samples"],
    mel: Float[np.ndarray, "n_mels frames"],
    f0_hz: Float[np.ndarray, " frames"],
    grid: MelGrid,
) -> tuple[str, ...]:
    """A sentence for each reason to doubt that one voice speaks here; none for ordinary speech.

    Parameters
    ----------
    wav : (samples,), level-normalised, at ``grid.sample_rate``
    mel : (n_mels, frames), natural log, of ``wav``
    f0_hz : (frames,), 0 where unvoiced
    """
    if _is_tonal(wav, f0_hz, grid):
        return ("hardly speech: its pitch, lines or level stand as still as a tone's or a tune's",)
    if not f0_hz.any():
        return ("no voiced frame: hardly voiced, it gives no pitch; record speech that is not whispered",)
    pair = _two_pitches(mel, f0_hz, grid)
    if pair is not None:
        low_hz, high_hz = pair
        return (f"perhaps two voices, one about {low_hz:.0f} Hz and one about {high_hz:.0f}; give one voice",)
    return ()


def _is_tonal(wav: Float[np.ndarray, " samples"], f0_hz: Float[np.ndarray, " frames"], grid: MelGrid) -> bool:
    n_fft, hop = 2 * grid.n_fft, grid.n_fft // 2
    if len(wav) < n_fft + FEWEST_FRAMES * hop:
        return False
    _, _, spectrum = scipy.signal.stft(
        wav, grid.sample_rate, nperseg=n_fft, noverlap=n_fft - hop, boundary=None, padded=False
    )
    magnitude = np.abs(spectrum)
    levels_db = 10 * np.log10((magnitude**2).sum(0) + 1e-12)
    active = levels_db > np.percentile(levels_db, 95) - ACTIVE_BELOW_LOUD_DB
    band = slice(*(round(hz * n_fft / grid.sample_rate) for hz in LINE_BAND_HZ))
    lag = round(LAG_S * grid.sample_rate / hop)
    return bool(
        _steadiness(magnitude[band], active, lag) > STEADY_LINES
        or _stillness(f0_hz, round(LAG_S * grid.sample_rate / grid.hop_length)) > STILL_F0
        or (f0_hz.any() and levels_db[active].std() < LEAST_LEVEL_CHANGE_DB)
    )


def _steadiness(
    magnitude: Float[np.ndarray, "bins frames"], active: Bool[np.ndarray, " frames"], lag: int
) -> float:
    """Mean correlation of the fine spectrum with that a little later: harmonics move, lines stay."""
    floor = magnitude.max(0) * 10 ** (-DYNAMIC_DB / 20)
    log = np.log(np.maximum(magnitude, floor) + 1e-9)
    fine = log - uniform_filter1d(log, TREND_BINS, axis=0, mode="nearest")
    here, later = fine[:, :-lag], fine[:, lag:]
    both = active[:-lag] & active[lag:]
    if both.sum() < FEWEST_FRAMES:
        return 0.0
    norm = np.sqrt((here**2).sum(0) * (later**2).sum(0)) + 1e-9
    return float(((here * later).sum(0) / norm)[both].mean())


def _stillness(f0_hz: Float[np.ndarray, " frames"], lag: int) -> float:
    """Share of moments at which F0 is the same a little later."""
    both = (f0_hz[lag:] > 0) & (f0_hz[:-lag] > 0)
    if both.sum() < FEWEST_FRAMES:
        return 0.0
    moved = 12 * np.abs(np.log2(f0_hz[lag:][both] / f0_hz[:-lag][both]))
    return float((moved < STILL_SEMITONES).mean())


def _two_pitches(
    mel: Float[np.ndarray, "n_mels frames"], f0_hz: Float[np.ndarray, " frames"], grid: MelGrid
) -> tuple[float, float] | None:
    """Median F0 of two groups of phrases that clearly differ in F0 and in voice; None for one voice."""
    phrases = sorted(_phrases(f0_hz, grid), key=lambda phrase: float(np.median(f0_hz[phrase])))
    for n_low in range(1, len(phrases)):
        low, high = np.concatenate(phrases[:n_low]), np.concatenate(phrases[n_low:])
        if min(len(low), len(high)) < LEAST_SHARE * (len(low) + len(high)):
            continue
        below, above = 12 * np.log2(f0_hz[low]), 12 * np.log2(f0_hz[high])
        if (
            np.median(above) - np.median(below) >= LEAST_GAP_SEMITONES
            and np.percentile(above, 25) - np.percentile(below, 75) >= LEAST_QUARTILE_GAP_SEMITONES
            and _voice_distance(mel, low, high) >= LEAST_VOICE_DISTANCE
        ):
            return float(np.median(f0_hz[low])), float(np.median(f0_hz[high]))
    return None


def _phrases(f0_hz: Float[np.ndarray, " frames"], grid: MelGrid) -> list[np.ndarray]:
    """Voiced frames between pauses."""
    voiced = np.flatnonzero(f0_hz > 0)
    gap = PHRASE_GAP_S * grid.sample_rate / grid.hop_length
    parts = np.split(voiced, np.flatnonzero(np.diff(voiced) > gap) + 1)
    return [part for part in parts if len(part) >= FEWEST_PHRASE_FRAMES]


def _voice_distance(mel: Float[np.ndarray, "n_mels frames"], low: np.ndarray, high: np.ndarray) -> float:
    """Between the voice vectors of two sets of frames, level apart."""
    vectors = [voice_vector(mel[:, frames], np.ones(len(frames))) for frames in (low, high)]
    return float(np.linalg.norm((vectors[0] - vectors[1])[1:]))
