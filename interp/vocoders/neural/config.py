"""Sizes of the neural vocoder, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass

from masks.errors import InterpError
from masks.limits import limited, require_limits


@dataclass(frozen=True)
class VocoderConfig:
    """Sizes of the neural vocoder.

    ``width``, ``mlp_width`` and ``n_blocks`` of the network over frames, ``kernel_size`` of its depthwise
    convolutions in frames; ``projections`` onto its magnitudes, after the first; ``pitch_width`` and
    ``pitch_blocks`` of the network that reads F0 off the mel.
    """

    n_mels: int = limited(80, low=1)
    width: int = limited(256, low=1)
    mlp_width: int = limited(768, low=1)
    n_blocks: int = limited(6, low=1)
    kernel_size: int = limited(7, low=1)
    projections: int = limited(2, low=0)
    pitch_width: int = limited(128, low=1)
    pitch_blocks: int = limited(4, low=1)

    def __post_init__(self) -> None:
        """Refuse sizes that make no layer."""
        require_limits(self)
        if self.kernel_size % 2 == 0:
            raise InterpError(f"kernel_size: {self.kernel_size} is even; give an odd number of frames")
