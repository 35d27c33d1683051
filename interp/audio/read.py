"""Recordings in: whatever libsndfile reads becomes a reference of one rate, level and length."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr
from jaxtyping import Float

from interp.audio.level import SILENT_DBFS, amplify_to, peak_dbfs
from interp.audio.prepare import Prepared, prepare
from interp.system.streams import (
    STANDARD_INPUT,
    is_stdin,
    is_stream,
    name_of,
    read_stream,
    stdin_is_terminal,
)
from masks.errors import InterpError
from masks.grid import MelGrid

BAND_LIMIT_RATE = 16000
LOWEST_RATE = 8000
SHORTEST_S = 0.3
# Some programs write whole numbers as floats; far beyond those, sums overflow.
LARGEST_SAMPLE = 1e10
LONGEST_S = 10.0
# The best part is looked for in so much; an hour of talk is not read whole.
LONGEST_HEARD_S = 300.0
LEVEL_DBFS = -23.0
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
    whole: bool = False,
) -> Recording:
    """Read a recording as the training data was read: made ready (`prepare`), through 16 kHz, at one level.

    Parameters
    ----------
    path : a file that libsndfile reads, 8 kHz or more, any number of channels; a pipe; ``-`` is stdin
    grid : MelGrid or None, whose ``sample_rate`` the result has; None is the default grid
    max_seconds : float, seconds; so much of it is kept, where the most sound is
    level_dbfs : float or None, dB re full scale, RMS of the active part; None leaves the level as it is
    whole : bool, keep silence at the ends, and the first ``max_seconds``: where times in the file count

    Raises
    ------
    InterpError
        When the file is missing, not sound, empty, silent, under 0.3 s or holds NaN or infinite samples.
    """
    rate_out = (grid or MelGrid()).sample_rate
    read = read_prepared(path, max_seconds, whole=whole)
    limited = through_16_khz(read.prepared.wav, read.rate, rate_out)
    if level_dbfs is not None:
        limited = amplify_to(limited, rate_out, level_dbfs)
    name = name_of(path)
    notes = tuple(f"{name}: {note}" for note in (*read.prepared.notes, *_resampling(read.rate)))
    return Recording(limited, rate_out, Path(name), len(limited) / rate_out, notes)


@dataclass(frozen=True)
class ReadRecording:
    """A file's sound made ready, at its own rate (Hz) and level; ``seconds`` is the length of the file."""

    prepared: Prepared
    rate: int
    seconds: float


def read_prepared(path: str | Path, max_seconds: float = LONGEST_S, *, whole: bool = False) -> ReadRecording:
    """Read a sound file and make it ready; parameters and errors as for `load_reference`."""
    longest = max_seconds if whole else max(LONGEST_HEARD_S, max_seconds)
    channels, rate, total_s = _read_channels(Path(path), longest)
    _require_length(name_of(path), len(channels) / rate)
    prepared = prepare(channels, rate, max_seconds, whole=whole)
    _require_sound(name_of(path), prepared.wav)
    if not whole and total_s > longest:
        unheard = f"{total_s:.0f} s long, only its first {longest:g} s were looked at"
        prepared = replace(prepared, notes=(unheard, *prepared.notes))
    if whole and total_s > max_seconds:
        cut = f"{total_s:.1f} s long, cut to its first {max_seconds:g} s"
        prepared = replace(prepared, notes=(cut, *prepared.notes))
    return ReadRecording(prepared, rate, total_s)


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
    try:
        with soundfile.SoundFile(_source(path)) as file:
            rate, total_s = file.samplerate, file.frames / file.samplerate
            wanted = -1 if max_seconds is None else round(max_seconds * rate)
            channels = file.read(wanted, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, MemoryError) as error:
        name = name_of(path)
        raise InterpError(f"{name}: not readable as sound ({_reason(error)}); give {FORMATS}") from error
    _require_samples(name_of(path), channels, rate)
    return channels, rate, total_s


def _source(path: Path) -> Path | bytes | io.BytesIO:
    """What libsndfile opens: the bytes of a stream, else the file's name in the system's own bytes."""
    if is_stream(path):
        if stdin_is_terminal() and is_stdin(path):
            raise InterpError(f"{STANDARD_INPUT}: is the keyboard; pipe {FORMATS} into it")
        sound = read_stream(path)
        _require_bytes(path, len(sound))
        return io.BytesIO(sound)
    _require_file(path)
    return path if os.name == "nt" else os.fsencode(path)


def _require_file(path: Path) -> None:
    if os.path.isdir(path):
        raise InterpError(f"{path}: is a folder; give {FORMATS}")
    if not os.path.isfile(path):
        kind = "is a device, no file" if os.path.exists(path) else "no such file"
        raise InterpError(f"{path}: {kind}; give the path of {FORMATS}")
    if not os.access(path, os.R_OK):
        raise InterpError(f"{path}: may not be read (permission denied); change its permissions")
    _require_bytes(path, path.stat().st_size)


def _require_bytes(path: Path, n_bytes: int) -> None:
    if n_bytes == 0:
        raise InterpError(f"{name_of(path)}: the file is empty (0 bytes); record or copy it again")


def _require_samples(name: str, channels: Float[np.ndarray, "samples channels"], rate: int) -> None:
    if len(channels) == 0:
        raise InterpError(f"{name}: holds no samples; record or copy it again")
    bad = int(np.count_nonzero(~np.isfinite(channels)))
    if bad:
        raise InterpError(f"{name}: {bad} samples are NaN or infinite; export it again as 16-bit PCM")
    peak = float(np.abs(channels).max())
    if peak > LARGEST_SAMPLE:
        raise InterpError(f"{name}: samples reach {peak:.0e} times full scale; export it again as 16-bit PCM")
    if rate < LOWEST_RATE:
        raise InterpError(f"{name}: sample rate is {rate} Hz; record it again at {LOWEST_RATE} Hz or more")


def _require_length(name: str, seconds: float) -> None:
    if seconds < SHORTEST_S:
        raise InterpError(
            f"{name}: {seconds:.2f} s is too short; a reference needs {SHORTEST_S} s or more, "
            "best 2 to 10 s of speech"
        )


def _require_sound(name: str, wav: Float[np.ndarray, " samples"]) -> None:
    peak = peak_dbfs(wav)
    if peak < SILENT_DBFS:
        raise InterpError(
            f"{name}: silent (peak {max(peak, -200):.0f} dBFS, at least {SILENT_DBFS:.0f} is needed); "
            "record it louder, or check the channel"
        )


def _resampling(rate: int) -> tuple[str, ...]:
    if rate == BAND_LIMIT_RATE:
        return ()
    kept = f"it holds nothing above {min(rate, BAND_LIMIT_RATE) / 2000:g} kHz"
    return (f"resampled from {rate} Hz by way of {BAND_LIMIT_RATE} Hz; {kept}",)


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
