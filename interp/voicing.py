"""Whether the output has the voice that its phonemes ask for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

# Recordings are voiced in nine of ten frames of voiced phonemes; below half of them speech sounds whispered.
LEAST_VOICED = 0.5


def voicing_notes(
    f0_hz: Float[np.ndarray, " frames"], expected: Bool[np.ndarray, " frames"]
) -> tuple[str, ...]:
    """A line when too few frames of voiced phonemes are voiced, none otherwise.

    Parameters
    ----------
    f0_hz : (frames,) of the output, 0 where unvoiced
    expected : (frames,) bool, frames of voiced phonemes by duration
    """
    if not expected.any() or (f0_hz[expected] > 0).mean() >= LEAST_VOICED:
        return ()
    return (
        f"nearly unvoiced: {(f0_hz > 0).mean():.0%} of the output is voiced, {expected.mean():.0%} by its "
        "phonemes; try another --seed, a smaller --temperature or a reference of higher pitch",
    )
