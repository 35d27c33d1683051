"""Sound files out, of the kind that the ending of their name says; what is written never wraps.

Audio libraries are imported as something is written: names are checked where there are none.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from interp.system.endings import renamed
from interp.system.files import write_bytes
from masks.errors import InterpError

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float, Int

# Ending to libsndfile's format and subtype.
SOUND_FORMATS: Mapping[str, tuple[str, str]] = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
}


def sound_format(path: str | Path, option: str) -> tuple[str, str]:
    """Format and subtype of libsndfile that a file's name asks for.

    Parameters
    ----------
    option : what the message calls the name, such as ``--out``

    Raises
    ------
    InterpError
        When the name has another ending, or none.
    """
    ending = Path(path).suffix
    if ending.lower() not in SOUND_FORMATS:
        found = f"ends in {ending}" if ending else "has no ending"
        raise InterpError(
            f"{option}: {path} {found}, allowed: {', '.join(SOUND_FORMATS)}; name it {renamed(path, '.wav')}"
        )
    return SOUND_FORMATS[ending.lower()]


def save_wav(path: str | Path, wav: Float[np.ndarray, " samples"], rate: int) -> None:
    """Write mono sound, whole or not at all; what exceeds full scale is clipped, never wrapped.

    Parameters
    ----------
    path : its ending says the kind: 16-bit PCM in .wav or .flac, Vorbis in .ogg
    wav : (samples,), float, full scale is [-1, 1]
    rate : int, Hz

    Raises
    ------
    InterpError
        When the file cannot be written, or its name has another ending.
    """
    kind, subtype = sound_format(path, "sound file")
    # libsndfile's own errors do not say that a disk is full; Python's do.
    write_bytes(path, sound_bytes(pcm_of(wav), rate, kind, subtype))


def pcm_of(wav: Float[np.ndarray, " samples"]) -> Int[np.ndarray, " samples"]:
    """Samples of 16 bits; what exceeds full scale is clipped, never wrapped."""
    import numpy as np

    assert np.isfinite(wav).all(), "a NaN or infinite sample would be written"
    pcm: np.ndarray = np.rint(np.clip(wav, -1.0, 1.0) * 32767).astype(np.int16)
    return pcm


def sound_bytes(
    wav: Float[np.ndarray, " samples"] | Int[np.ndarray, " samples"],
    rate: int,
    kind: str,
    subtype: str,
    compression: float | None = None,
) -> bytes:
    """Bytes of a mono sound file, written second by second: libsndfile dies of a long Vorbis write.

    Parameters
    ----------
    wav : (samples,), float of full scale 1, or 16-bit
    kind, subtype : libsndfile's names, such as OGG and OPUS
    compression : from 0, the most bits, to 1, the fewest; None is libsndfile's own
    """
    import soundfile

    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", rate, 1, subtype, format=kind, compression_level=compression
    ) as sound:
        for start in range(0, len(wav), rate):
            sound.write(wav[start : start + rate])
    return file.getvalue()
