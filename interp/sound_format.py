"""Kinds of sound file that are written, by the ending of their name; needs no audio library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from interp.system.endings import renamed
from masks.errors import InterpError

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
