"""What the pipeline asks of a vocoder."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from jaxtyping import Float


class Vocoder(Protocol):
    """What the pipeline asks of a vocoder: the same mel always gives the same samples."""

    @property
    def name(self) -> str:
        """The name it is registered and reported under."""
        ...

    def __call__(self, mel: Float[np.ndarray, "n_mels frames"]) -> Float[np.ndarray, " samples"]:
        """Samples (hop * frames,), float32, at the grid's rate, from a natural-log mel."""
        ...
