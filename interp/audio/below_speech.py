"""What no voice makes, taken out: an offset, rumble below 40 Hz, the hum of the mains."""

from __future__ import annotations

import numpy as np
import scipy.signal
import soxr
from jaxtyping import Complex, Float

from interp.audio.level import SILENT_DBFS, active_level_dbfs, peak_dbfs, rms_dbfs

LOWEST_SPEECH_HZ = 40.0
FILTER_ORDER = 4  # of each of two passes: 48 dB an octave in all, no shift in time
# Farther below the speech, an offset or a rumble changes no measure; a hum is heard in the pauses.
LEAST_RUMBLE_DB = -25.0
LEAST_HUM_DB = -40.0
MAINS_HZ = (50.0, 60.0)
HIGHEST_LINE_HZ = 1000.0
LINE_RATE = 2400
LINE_WINDOW_S = 1.0
# A line of the mains is there in the pauses too, a harmonic of a voice comes and goes.
GLIMPSE_S = 0.2
BESIDE_HZ = 4.0
LEAST_OUT_DB = 10.0
LEAST_STEADINESS = 0.5
MOST_ABOVE_SPEECH_DB = 15.0


def without_what_no_voice_makes(
    wav: Float[np.ndarray, " samples"], rate: int
) -> tuple[Float[np.ndarray, " samples"], tuple[str, ...]]:
    """The recording without offset, rumble and hum, and a note for each that was there to hear.

    Rumble and hum are taken out only where they are loud enough to matter: what is clean stays as it is.
    """
    # Not the mean: a voice is lopsided, and would lift the silence beside it.
    offset = float(np.median(wav))
    heard = (wav - offset).astype(wav.dtype)
    if peak_dbfs(heard) < SILENT_DBFS:
        return heard, ()
    high = _high_passed(heard, rate)
    hum, mains_hz = _hum(high, rate)
    speech_dbfs = active_level_dbfs(high - hum, rate)
    notes = []
    if rms_dbfs(np.array([offset])) > speech_dbfs + LEAST_RUMBLE_DB:
        notes.append(f"an offset of {abs(offset):.2g} of full scale taken away")
    if rms_dbfs(heard - high) > speech_dbfs + LEAST_RUMBLE_DB:
        heard = high
        notes.append(f"rumble below {LOWEST_SPEECH_HZ:g} Hz filtered out")
    if rms_dbfs(hum) > speech_dbfs + LEAST_HUM_DB:
        heard = (heard - hum).astype(wav.dtype)
        notes.append(f"mains hum of {mains_hz:g} Hz taken out")
    return heard, tuple(notes)


def _high_passed(wav: Float[np.ndarray, " samples"], rate: int) -> Float[np.ndarray, " samples"]:
    sections = scipy.signal.butter(FILTER_ORDER, LOWEST_SPEECH_HZ, "highpass", fs=rate, output="sos")
    padlen = min(len(wav) - 1, rate // 4)
    filtered = scipy.signal.sosfiltfilt(sections, wav.astype(np.float64), padlen=padlen)
    return np.asarray(filtered, dtype=wav.dtype)


def _hum(wav: Float[np.ndarray, " samples"], rate: int) -> tuple[Float[np.ndarray, " samples"], float]:
    """The steady lines at multiples of 50 or of 60 Hz, whichever carry more; silence where there are none."""
    silence = np.zeros(len(wav), dtype=wav.dtype)
    if len(wav) < LINE_WINDOW_S * rate:
        return silence, 0.0
    low = soxr.resample(wav.astype(np.float64), rate, LINE_RATE)
    sums = [(_steady_lines(low, mains_hz, len(wav), rate), mains_hz) for mains_hz in MAINS_HZ]
    hum, mains_hz = max(sums, key=lambda one: rms_dbfs(one[0]))
    # What is nothing but lines is a tone, not speech with hum.
    is_tone = rms_dbfs(hum) > active_level_dbfs(wav - hum, rate) + MOST_ABOVE_SPEECH_DB
    return (silence if is_tone else hum.astype(wav.dtype)), mains_hz


def _steady_lines(
    low: Float[np.ndarray, " n"], mains_hz: float, n_samples: int, rate: int
) -> Float[np.ndarray, " samples"]:
    """Sum of the multiples of the mains' frequency that stand out and never pause, at the file's own rate."""
    low_s, times_s = np.arange(len(low)) / LINE_RATE, np.arange(n_samples) / rate
    total = np.zeros(n_samples)
    lowest_hz = np.inf
    for line_hz in np.arange(mains_hz, HIGHEST_LINE_HZ + 1, mains_hz):
        turned = low * np.exp(-2j * np.pi * line_hz * low_s)
        amplitude = _averaged(turned, LINE_WINDOW_S)
        if not (_stands_out(low, amplitude, line_hz) and _is_steady(turned)):
            continue
        here = np.interp(times_s, low_s, amplitude.real) + 1j * np.interp(times_s, low_s, amplitude.imag)
        lowest_hz = min(lowest_hz, line_hz)
        total += 2 * np.real(here * np.exp(2j * np.pi * line_hz * times_s))
    # The mains' hum or its double, the buzz of a rectifier, is always among them.
    return total if lowest_hz <= 2 * mains_hz else np.zeros(n_samples)


def _stands_out(low: Float[np.ndarray, " n"], amplitude: Complex[np.ndarray, " n"], line_hz: float) -> bool:
    low_s = np.arange(len(low)) / LINE_RATE
    besides = [line_hz - BESIDE_HZ, line_hz + BESIDE_HZ]
    beside = [_averaged(low * np.exp(-2j * np.pi * hz * low_s), LINE_WINDOW_S) for hz in besides]
    return bool(np.mean(np.abs(amplitude) ** 2) > 10 ** (LEAST_OUT_DB / 10) * np.mean(np.abs(beside) ** 2))


def _is_steady(turned: Complex[np.ndarray, " n"]) -> bool:
    low, median = np.percentile(np.abs(_averaged(turned, GLIMPSE_S)), (5, 50))
    return bool(low > LEAST_STEADINESS * median)


def _averaged(signal: Complex[np.ndarray, " n"], window_s: float) -> Complex[np.ndarray, " n"]:
    """Running mean under a Hann window, which grows shorter towards the ends."""
    window = np.hanning(round(window_s * LINE_RATE) | 1)
    weight = scipy.signal.oaconvolve(np.ones(len(signal)), window, mode="same")
    return np.asarray(scipy.signal.oaconvolve(signal, window, mode="same") / weight)
