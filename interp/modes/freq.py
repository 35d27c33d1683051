"""Pitch bands follow reference 1, all other bands reference 2, in every frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from masks.grid import MelGrid
from masks.groups import AttendMode, freq_visibility
from masks.spans import WordSpan


class Freq:
    """See `Mode`."""

    name = "freq"
    gives = "its pitch band"
    objective = "matched"
    own_settings: tuple[str, ...] = ()
    bands = True
    voiced = (1,)

    def switch_frame(
        self, settings: Any, words: Sequence[WordSpan], n_frames: int, grid: MelGrid
    ) -> float | None:
        """None: both references give something all the time."""
        return None

    def spans(self, n_frames: int, switch: float | None, crossfade: float) -> Float[Tensor, "refs T"] | None:
        """None."""
        return None

    def pitch_follows(self, spans: Float[Tensor, "refs T"] | None, n_frames: int) -> Bool[Tensor, "refs T"]:
        """Reference 1's everywhere."""
        return torch.tensor([True, False])[:, None].expand(-1, n_frames)

    def visibility(
        self, query_spans: Float[Tensor, "batch refs queries"] | None, attend: AttendMode, leak: float
    ) -> Float[Tensor, "batch queries groups"]:
        """The same for every query."""
        return freq_visibility(attend, leak)
