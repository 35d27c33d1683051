"""What a mode decides of a blend: what is asked of it, and where nothing else is said, freq's answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:  # settings ask for modes, and must not wait for torch
    from jaxtyping import Bool, Float
    from torch import Tensor

    from masks.grid import MelGrid
    from masks.groups import AttendMode
    from masks.spans import WordSpan

    Spans = Float[Tensor, "refs frames"] | None


class SplitSettings(Protocol):
    """The settings that say where a sentence changes over; see `SynthSettings`."""

    @property
    def split(self) -> float:
        """Share of the text that follows reference 1."""

    @property
    def split_s(self) -> float | None:
        """Seconds that follow it, in place of the share."""

    @property
    def split_word(self) -> str | None:
        """First word that follows reference 2, or its number from 1, in place of both."""


class Mode:
    """Both references give something all the time: what `freq` is.

    Attributes
    ----------
    name : as ``--mode`` takes it
    gives : what follows reference 1, in words
    objective : the one that it tunes by where none is asked for
    own_settings : settings that no other mode reads
    bands : whether the references are told apart by bands, in every frame; else by time
    voiced : numbers of the references that must have a pitch
    """

    name = "freq"
    gives = "its pitch band"
    objective = "matched"
    own_settings: tuple[str, ...] = ()
    bands = True
    voiced: tuple[int, ...] = (1,)

    def switch_frame(
        self, settings: SplitSettings, words: Sequence[WordSpan], n_frames: int, grid: MelGrid
    ) -> float | None:
        """Frame at which the text changes from reference 1 to 2; None where it does not.

        Raises
        ------
        InterpError
            When the word or time asked for is not in the text.
        """
        return None

    def spans(self, n_frames: int, switch: float | None, crossfade: float) -> Spans:
        """Weight of each reference in every frame, (2, T); None where time does not tell them apart.

        ``crossfade`` : frames of the ramp between them
        """
        return None

    def pitch_follows(self, spans: Spans, n_frames: int) -> Bool[np.ndarray, "refs frames"]:
        """In which frames the pitch is that of each reference, (2, T)."""
        return np.repeat([[True], [False]], n_frames, 1)

    def visibility(
        self, query_spans: Float[Tensor, "batch refs queries"] | None, attend: AttendMode, leak: float
    ) -> Float[Tensor, "batch queries groups"]:
        """How openly queries attend the groups, (B or 1, Q or 1, 4), see `masks.groups.log_weights`."""
        from masks.groups import freq_visibility

        return freq_visibility(attend, leak)
