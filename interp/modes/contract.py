"""What a mode decides of a blend, and the list of all modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jaxtyping import Bool, Float
from torch import Tensor

from interp.modes.freq import Freq
from interp.modes.temp import SplitSettings, Temp
from masks.grid import MelGrid
from masks.groups import AttendMode
from masks.spans import WordSpan


class Mode(Protocol):
    """What pipeline, settings, notes and reports ask of a mode."""

    @property
    def name(self) -> str:
        """As ``--mode`` takes it."""
        ...

    @property
    def gives(self) -> str:
        """What follows reference 1, in words."""
        ...

    @property
    def objective(self) -> str:
        """The one that it tunes by where none is asked for."""
        ...

    @property
    def own_settings(self) -> tuple[str, ...]:
        """Settings that no other mode reads."""
        ...

    @property
    def bands(self) -> bool:
        """Whether the references are told apart by bands, in every frame; else by time."""
        ...

    @property
    def voiced(self) -> tuple[int, ...]:
        """Numbers of the references that must have a pitch."""
        ...

    def switch_frame(
        self, settings: SplitSettings, words: Sequence[WordSpan], n_frames: int, grid: MelGrid
    ) -> float | None:
        """Frame at which the text changes from reference 1 to 2; None where it does not.

        Raises
        ------
        InterpError
            When the word or time asked for is not in the text.
        """
        ...

    def spans(self, n_frames: int, switch: float | None, crossfade: float) -> Float[Tensor, "refs T"] | None:
        """Weight of each reference in every frame, (2, T); None where time does not tell them apart.

        ``crossfade`` : frames of the ramp between them
        """
        ...

    def pitch_follows(self, spans: Float[Tensor, "refs T"] | None, n_frames: int) -> Bool[Tensor, "refs T"]:
        """In which frames the pitch is that of each reference, (2, T)."""
        ...

    def visibility(
        self, query_spans: Float[Tensor, "batch refs queries"] | None, attend: AttendMode, leak: float
    ) -> Float[Tensor, "batch queries groups"]:
        """How openly queries attend the groups, (B or 1, Q or 1, 4), see `masks.groups.log_weights`."""
        ...


MODES: dict[str, Mode] = {mode.name: mode for mode in (Freq(), Temp())}
