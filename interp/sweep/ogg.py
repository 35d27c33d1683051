"""Sound as OGG Vorbis, about 6 KB a second: small enough to keep one of every point."""

from __future__ import annotations

import io

import numpy as np
from jaxtyping import Float


def ogg_of(wav: Float[np.ndarray, " samples"], rate: int) -> bytes:
    """Bytes of an OGG file; written second by second, for libsndfile fails on long writes."""
    import soundfile

    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, 1, format="OGG", subtype="VORBIS") as sound:
        for start in range(0, len(wav), rate):
            sound.write(wav[start : start + rate])
    return file.getvalue()
