"""One part of the sentence follows reference 1, the rest reference 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from interp.modes.contract import Mode
from masks.errors import InterpError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from interp.modes.contract import Spans, SplitSettings
    from masks.grid import MelGrid
    from masks.groups import AttendMode
    from masks.spans import WordSpan


class Temp(Mode):
    """See `Mode`."""

    name = "temp"
    gives = "a part of the sentence"
    objective = "temp"
    own_settings = ("split", "split_s", "split_word", "crossfade_s")
    bands = False
    voiced = ()

    def switch_frame(
        self, settings: SplitSettings, words: Sequence[WordSpan], n_frames: int, grid: MelGrid
    ) -> float | None:
        """By word, else by seconds, else by share."""
        from masks.spans import split_at_seconds, split_at_share

        if settings.split_word is not None:
            return _at_word(settings.split_word, words)
        if settings.split_s is not None:
            return split_at_seconds(settings.split_s, n_frames, grid)
        return split_at_share(settings.split, n_frames)

    def spans(self, n_frames: int, switch: float | None, crossfade: float) -> Spans:
        """Reference 1 before the switch, reference 2 after it, a linear ramp between."""
        from masks.spans import span_weights

        assert switch is not None, "temp mode has a switch"
        return span_weights(n_frames, switch, crossfade)

    def pitch_follows(self, spans: Spans, n_frames: int) -> Bool[np.ndarray, "refs frames"]:
        """Each reference's own part."""
        assert spans is not None, "temp mode has spans"
        first = spans[0].numpy() >= 0.5
        return np.stack([first, ~first])

    def visibility(
        self, query_spans: Float[Tensor, "batch refs queries"] | None, attend: AttendMode, leak: float
    ) -> Float[Tensor, "batch queries groups"]:
        """Each part's queries see its reference."""
        from masks.groups import temp_visibility

        assert query_spans is not None, "temp mode has spans"
        return temp_visibility(query_spans, attend, leak)


def _at_word(word: str, words: Sequence[WordSpan]) -> float:
    """The word's start; a number counts words from 1."""
    from masks.spans import split_at_word

    if not word.isdigit():
        return split_at_word(word, words)
    if not 1 <= int(word) <= len(words):
        raise InterpError(
            f"split-word: {word} is no word of the sentence; give 1 to {len(words)}, or the word itself"
        )
    return float(words[int(word) - 1].start_frame)
