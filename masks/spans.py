"""Time spans of the target: which frames follow which reference, with a crossfade; and matching phonemes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from masks.errors import InterpError
from masks.grid import MelGrid
from masks.reduce import PatchGrid


@dataclass(frozen=True)
class WordSpan:
    """A word of the target and the frames in which it is spoken, ``end_frame`` excluded."""

    word: str
    start_frame: int
    end_frame: int


def span_weights(
    n_frames: int, split_frame: float, crossfade_frames: float = 0.0
) -> Float[Tensor, "spans frames"]:
    """Weights of the first and the second span in every frame, a ramp of the given length around the split.

    Parameters
    ----------
    n_frames : int
    split_frame : float, frames from the start; frame i is centred at i + 0.5
    crossfade_frames : float, at least 0; 0 is a hard split

    Returns
    -------
    (2, n_frames) float32, in [0, 1]; they sum to 1 in every frame

    Raises
    ------
    InterpError
        When the crossfade is negative.
    """
    if not crossfade_frames >= 0:
        raise InterpError(f"crossfade: {crossfade_frames:g} frames; give 0 (a hard split) or more")
    after_split = torch.arange(n_frames) + 0.5 - split_frame
    if crossfade_frames > 0:
        second = (after_split / crossfade_frames + 0.5).clamp(0, 1)
    else:
        second = (after_split >= 0).float()
    return torch.stack([1 - second, second])


def split_at_share(share: float, n_frames: int) -> float:
    """Frame of a split after a share of the sentence.

    Raises
    ------
    InterpError
        When the share is not in [0, 1].
    """
    if not 0 <= share <= 1:
        raise InterpError(
            f"split: {share:g} is no share of the sentence; give 0 (all ref 2) to 1 (all ref 1)"
        )
    return share * n_frames


def split_at_seconds(seconds: float, n_frames: int, grid: MelGrid) -> float:
    """Frame of a split at a time in the target, seconds from its start.

    Raises
    ------
    InterpError
        When the time lies outside the target.
    """
    length_s = n_frames / grid.frame_rate_hz
    if not 0 <= seconds <= length_s:
        raise InterpError(f"split: {seconds:g} s lies outside the sentence; give 0 to {length_s:.2f} s")
    return seconds * grid.frame_rate_hz


def split_at_word(word: str, words: Sequence[WordSpan]) -> float:
    """Frame at which a word of the target starts: the word is the first to follow reference 2.

    The word is compared without regard to case; of several, the first counts.

    Raises
    ------
    InterpError
        When the target does not hold it.
    """
    starts = {span.word.casefold(): float(span.start_frame) for span in reversed(words)}
    if word.casefold() not in starts:
        said = " ".join(span.word for span in words)
        raise InterpError(f"split-word: {word!r} is not in the sentence; choose one of its words: {said}")
    return starts[word.casefold()]


def query_spans(
    weights: Float[Tensor, "*batch spans frames"], patches: PatchGrid
) -> Float[Tensor, "*batch spans queries"]:
    """Span weights of an attention map's queries (rows by columns, flattened): means over a column."""
    n_frames = weights.shape[-1]
    column = torch.arange(n_frames, device=weights.device) // patches.column_frames
    sums = weights.new_zeros(*weights.shape[:-1], patches.n_columns(n_frames)).index_add(-1, column, weights)
    columns = sums / column.bincount().to(weights)
    return columns.repeat(*(1 for _ in weights.shape[:-1]), patches.n_rows)


def phoneme_matches(
    target: Sequence[str], reference: Sequence[str]
) -> Bool[Tensor, "target_symbols ref_symbols"]:
    """True where a symbol of the target and one of a reference are the same phoneme, whatever its stress.

    Symbols may be given a phoneme each or a frame each; what holds no letter (blanks, punctuation) matches
    nothing.
    """
    plain = [[symbol.rstrip("012") for symbol in symbols] for symbols in (target, reference)]
    inventory = {s: i for i, s in enumerate(sorted({s for symbols in plain for s in symbols if s.isalpha()}))}
    of_target, of_ref = (torch.tensor([inventory.get(s, -1) for s in symbols]) for symbols in plain)
    return (of_target[:, None] == of_ref) & (of_target[:, None] >= 0)
