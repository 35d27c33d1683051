"""Recordings in: whatever libsndfile reads becomes a reference of one rate, level and length."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from jaxtyping import Float

from interp.audio.level import amplify_to, peak_dbfs
from masks.errors import InterpError
from masks.grid import MelGrid

BAND_LIMIT_RATE = 16000
LOWEST_RATE = 8000
SHORTEST_S = 0.3
# Some programs write whole numbers as floats; far beyond those, sums overflow.
LARGEST_SAMPLE = 1e10
LONGEST_S = 10.0
LEVEL_DBFS = -23.0
SILENCE_DBFS = -60.0
FORMATS = "a sound file such as WAV, FLAC, Ogg or MP3"


@dataclass(frozen=True)
class Recording:
    """A reference as the engine hears it.

    Parameters
    ----------
    wav : (samples,) float32, mono, at ``sample_rate``, nothing above 8 kHz
    sample_rate : int, Hz
    path : where it came from
    seconds : float, length of ``wav``
    notes : one line for everything that was changed: cuts, down-mixing, resampling, level
    """

    wav: Float[np.ndarray, " samples"]
    sample_rate: int
    path: Path
    seconds: float
    notes: tuple[str, ...]


def load_reference(
    path: str | Path,
    grid: MelGrid | None = None,
    *,
    max_seconds: float = LONGEST_S,
    level_dbfs: float | None = LEVEL_DBFS,
) -> Recording:
    """Read a recording as the training data was read: mono, through 16 kHz, level of the active part set.

    Parameters
    ----------
    path : a file that libsndfile reads, 8 kHz or more, any number of channels
    grid : MelGrid or None, whose ``sample_rate`` the result has; None is the default grid
    max_seconds : float, seconds; the rest is cut off
    level_dbfs : float or None, dB re full scale, RMS of the active part; None leaves the level as it is

    Raises
    ------
    InterpError
        When the file is missing, not sound, empty, silent, under 0.3 s or holds NaN or infinite samples.
    """
    rate_out = (grid or MelGrid()).sample_rate
    channels, rate, total_s = _read_channels(Path(path), max_seconds)
    wav = channels.mean(axis=1)
    _require_speech_like(Path(path), wav, rate)
    notes = _change_notes(Path(path), channels.shape[1], rate, total_s, max_seconds)
    limited = through_16_khz(wav - wav.mean(), rate, rate_out)
    if level_dbfs is not None:
        limited = amplify_to(limited, rate_out, level_dbfs)
    return Recording(limited, rate_out, Path(path), len(limited) / rate_out, notes)


def read_audio(path: str | Path) -> tuple[Float[np.ndarray, " samples"], int]:
    """Read a sound file as it is, down-mixed to mono.

    Returns
    -------
    wav : (samples,) float32
    rate : int, Hz

    Raises
    ------
    InterpError
        When the file is missing, not sound, empty, below 8 kHz, or holds NaN or infinite samples.
    """
    channels, rate, _ = _read_channels(Path(path), None)
    return channels.mean(axis=1), rate


def through_16_khz(
    wav: Float[np.ndarray, " samples"], rate: int, rate_out: int
) -> Float[np.ndarray, " samples_out"]:
    """Resample by way of 16 kHz, as all training data was: what comes out holds nothing above 8 kHz."""
    limited = _resample(wav, rate, BAND_LIMIT_RATE)
    return _resample(limited, BAND_LIMIT_RATE, rate_out)


def _read_channels(
    path: Path, max_seconds: float | None
) -> tuple[Float[np.ndarray, "samples channels"], int, float]:
    _require_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            rate, total_s = file.samplerate, file.frames / file.samplerate
            wanted = -1 if max_seconds is None else round(max_seconds * rate)
            channels = file.read(wanted, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, MemoryError) as error:
        raise InterpError(f"{path}: not readable as sound ({_reason(error)}); give {FORMATS}") from error
    _require_samples(path, channels, rate)
    return channels, rate, total_s


def _require_file(path: Path) -> None:
    if os.path.isdir(path):
        raise InterpError(f"{path}: is a folder; give {FORMATS}")
    if not os.path.isfile(path):
        raise InterpError(f"{path}: no such file; give the path of {FORMATS}")
    if path.stat().st_size == 0:
        raise InterpError(f"{path}: the file is empty (0 bytes); record or copy it again")


def _require_samples(path: Path, channels: Float[np.ndarray, "samples channels"], rate: int) -> None:
    if len(channels) == 0:
        raise InterpError(f"{path}: holds no samples; record or copy it again")
    bad = int(np.count_nonzero(~np.isfinite(channels)))
    if bad:
        raise InterpError(f"{path}: {bad} samples are NaN or infinite; export it again as 16-bit PCM")
    peak = float(np.abs(channels).max())
    if peak > LARGEST_SAMPLE:
        raise InterpError(f"{path}: samples reach {peak:.0e} times full scale; export it again as 16-bit PCM")
    if rate < LOWEST_RATE:
        raise InterpError(f"{path}: sample rate is {rate} Hz; record it again at {LOWEST_RATE} Hz or more")


def _require_speech_like(path: Path, wav: Float[np.ndarray, " samples"], rate: int) -> None:
    seconds = len(wav) / rate
    if seconds < SHORTEST_S:
        raise InterpError(
            f"{path}: {seconds:.2f} s is too short; a reference needs {SHORTEST_S} s or more, "
            "best 2 to 10 s of speech"
        )
    peak = peak_dbfs(wav - wav.mean())
    if peak < SILENCE_DBFS:
        raise InterpError(
            f"{path}: silent (peak {max(peak, -200):.0f} dBFS, at least {SILENCE_DBFS:.0f} is needed); "
            "record it louder, or check the channel"
        )


def _change_notes(
    path: Path, n_channels: int, rate: int, total_s: float, max_seconds: float
) -> tuple[str, ...]:
    notes = []
    if total_s > max_seconds:
        notes.append(f"{path}: {total_s:.1f} s long, cut to its first {max_seconds:g} s")
    if n_channels > 1:
        notes.append(f"{path}: {n_channels} channels mixed down to one")
    if rate != BAND_LIMIT_RATE:
        kept = f"it holds nothing above {min(rate, BAND_LIMIT_RATE) / 2000:g} kHz"
        notes.append(f"{path}: resampled from {rate} Hz by way of {BAND_LIMIT_RATE} Hz; {kept}")
    return tuple(notes)


def _resample(
    wav: Float[np.ndarray, " samples"], rate: int, rate_out: int
) -> Float[np.ndarray, " samples_out"]:
    if rate == rate_out:
        return wav
    resampled = soxr.resample(wav, rate, rate_out, quality="HQ")
    # Its length may be one off: as many samples as cover the time that was given.
    length = -(-len(wav) * rate_out // rate)
    return np.pad(resampled, (0, max(0, length - len(resampled))))[:length].astype(np.float32)


def _reason(error: Exception) -> str:
    if isinstance(error, TypeError):  # soundfile wants to be told the format of a .raw file
        return "raw samples without a header"
    if isinstance(error, MemoryError):
        return "its header promises more samples than fit into memory"
    text = str(error).splitlines()[0]
    return text.rsplit(": ", 1)[-1].rstrip(".")
