"""A mask of mel cells brought down to the grid of an attention map, without losing a voiced frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

SHARE_THRESHOLD = 0.5
HARMONIC_THRESHOLD = 0.25  # a patch of 4 bins that a harmonic (1.5 bins wide) crosses counts as pitch


@dataclass(frozen=True)
class PatchGrid:
    """Patches of an attention map: rows of any heights from the lowest bin up, columns of equal width.

    The levels of a U-Net are uniform grids: 80 x T, 40 x T/2, 20 x T/4.

    Parameters
    ----------
    row_heights : bins in every row, lowest row first; they sum to the mel's bins
    column_frames : int, frames in a column; the last column may hold fewer
    """

    row_heights: tuple[int, ...]
    column_frames: int

    def __post_init__(self) -> None:
        """Refuse a grid that covers nothing."""
        assert self.column_frames >= 1, f"a column of {self.column_frames} frames"
        assert self.row_heights, "a grid without rows"
        assert min(self.row_heights) >= 1, f"rows of {self.row_heights} bins"

    @classmethod
    def uniform(cls, n_mels: int, height: int, column_frames: int) -> PatchGrid:
        """Rows of one height, such as a U-Net's level."""
        assert n_mels % height == 0, f"{n_mels} bins do not fall into rows of {height}"
        return cls((height,) * (n_mels // height), column_frames)

    @property
    def n_mels(self) -> int:
        """Bins of the mel that the grid covers."""
        return sum(self.row_heights)

    @property
    def n_rows(self) -> int:
        """Rows of the attention map."""
        return len(self.row_heights)

    def n_columns(self, n_frames: int) -> int:
        """Columns of the attention map over so many frames."""
        return -(-n_frames // self.column_frames)


def reduce_mask(
    mask: Bool[Tensor, "*batch n_mels frames"],
    patches: PatchGrid,
    threshold: float = SHARE_THRESHOLD,
    frame_mask: Bool[Tensor, "*batch frames"] | None = None,
) -> Bool[Tensor, "*batch rows columns"]:
    """Patches of which at least ``threshold`` of the cells are in the mask.

    A frame that has cells in the mask but none in a kept patch gets one: of the patches that hold such a
    cell, the one with the largest share. So no voiced frame loses its pitch, on whatever grid.

    Parameters
    ----------
    mask : (..., n_mels, frames) bool
    threshold : float in (0, 1], share of a patch's real cells
    frame_mask : (..., frames) bool or None, True on real frames; None means all

    Returns
    -------
    (..., rows, columns) bool
    """
    assert 0 < threshold <= 1, f"a threshold of {threshold}"
    real_cells = mask if frame_mask is None else mask & frame_mask[..., None, :]
    share = patch_share(real_cells, patches, frame_mask)
    kept = (share > 0) & (share >= threshold)
    return kept | _rescued(real_cells, share, kept, patches)


def patch_share(
    mask: Bool[Tensor, "*batch n_mels frames"],
    patches: PatchGrid,
    frame_mask: Bool[Tensor, "*batch frames"] | None = None,
) -> Float[Tensor, "*batch rows columns"]:
    """Share of every patch's real cells that are in the mask, in [0, 1]; 0 in a column with no real frame."""
    real = torch.ones_like(mask[..., 0, :]) if frame_mask is None else frame_mask
    in_mask = _column_sums(_row_sums((mask & real[..., None, :]).float(), patches.row_heights), patches)
    _, heights = _rows_on(patches.row_heights, mask.device)
    n_cells = heights[:, None] * _column_sums(real.float()[..., None, :], patches)
    return in_mask / n_cells.clamp(min=1)


def _rescued(
    mask: Bool[Tensor, "*batch n_mels frames"],
    share: Float[Tensor, "*batch rows columns"],
    kept: Bool[Tensor, "*batch rows columns"],
    patches: PatchGrid,
) -> Bool[Tensor, "*batch rows columns"]:
    """The best patch of every frame that no kept patch speaks for."""
    n_frames = mask.shape[-1]
    has_cell = _row_sums(mask.float(), patches.row_heights) > 0
    lost = has_cell.any(-2) & ~(has_cell & _to_frames(kept, n_frames, patches)).any(-2)
    shares = _to_frames(share, n_frames, patches).masked_fill(~has_cell, -1.0)
    best = functional.one_hot(shares.argmax(-2), patches.n_rows).transpose(-1, -2)
    return _column_sums((best * lost[..., None, :]).float(), patches) > 0


def _row_sums(
    cells: Float[Tensor, "*batch n_mels frames"], heights: Sequence[int]
) -> Float[Tensor, "*batch rows frames"]:
    assert cells.shape[-2] == sum(heights), f"a mask of {cells.shape[-2]} bins on a grid of {sum(heights)}"
    rows, _ = _rows_on(tuple(heights), cells.device)
    return cells.new_zeros(*cells.shape[:-2], len(heights), cells.shape[-1]).index_add(-2, rows, cells)


@lru_cache(maxsize=32)
def _rows_on(
    heights: tuple[int, ...], device: torch.device
) -> tuple[Int[Tensor, " bins"], Float[Tensor, " rows"]]:
    """The row of every bin, the height of every row; kept: a copy to a GPU waits for all its work."""
    with torch.inference_mode(False):
        counts = torch.tensor(heights)
        rows = torch.arange(len(heights)).repeat_interleave(counts)
        return rows.to(device), counts.float().to(device)


def _column_sums(
    cells: Float[Tensor, "*batch rows frames"], patches: PatchGrid
) -> Float[Tensor, "*batch rows columns"]:
    padded = functional.pad(cells, (0, -cells.shape[-1] % patches.column_frames))
    return padded.reshape(*padded.shape[:-1], -1, patches.column_frames).sum(-1)


def _to_frames(columns: Tensor, n_frames: int, patches: PatchGrid) -> Tensor:
    return columns.repeat_interleave(patches.column_frames, -1)[..., :n_frames]
