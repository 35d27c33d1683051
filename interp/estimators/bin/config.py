"""Sizes of the `bin` estimator, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass

from interp.estimators.parts.reference_tokens import COARSE_POOL_BINS
from masks.errors import InterpError


@dataclass(frozen=True)
class BinConfig:
    """Sizes of the `bin` estimator.

    ``row_heights`` are the bins of each row of target patches, ``patch_frames`` their frames;
    ``cross_layers`` the layers that attend the references; ``fine_bins`` and ``coarse_bins`` the grid of
    reference tokens. ``neither``: it was taught that the answer may be neither reference, so the null key
    stays open beside both. ``comb_bins``: pitch tokens carry the comb that their F0 draws on so many of the
    lowest mel bins; 0 for none.
    """

    n_mels: int = 80
    row_heights: tuple[int, ...] = (4,) * 10 + (8,) * 5
    patch_frames: int = 4
    width: int = 128
    column_width: int = 192
    mlp_width: int = 384
    n_heads: int = 4
    n_layers: int = 5
    cross_layers: tuple[int, ...] = (1, 2, 3)
    fine_bins: int = 16
    coarse_bins: int = 8
    voice_size: int = 16
    neither: bool = False
    comb_bins: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit each other, all of them at once."""
        complaints = [*_size_complaints(self), *_layer_complaints(self)]
        if complaints:
            raise InterpError("; ".join(complaints))


def _size_complaints(c: BinConfig) -> list[str]:
    sizes = (c.patch_frames, c.width, c.column_width, c.mlp_width, c.n_heads, c.fine_bins, c.voice_size)
    if min(*sizes, c.n_layers, c.coarse_bins, *c.row_heights) < 1:
        return ["sizes of layers and patches: one is below 1; give 1 or more"]
    coarse = c.n_mels - c.fine_bins
    rules = (
        (sum(c.row_heights) == c.n_mels, f"row_heights: sum is {sum(c.row_heights)}, n_mels {c.n_mels}"),
        (c.width % c.n_heads == 0, f"n_heads: {c.n_heads} does not divide width {c.width}"),
        (c.coarse_bins % COARSE_POOL_BINS == 0, f"coarse_bins: give a multiple of {COARSE_POOL_BINS}"),
        (coarse % c.coarse_bins == 0, f"coarse_bins: {c.coarse_bins} does not divide n_mels - fine_bins"),
        (coarse > 0, f"fine_bins: give fewer than n_mels {c.n_mels}"),
        (0 <= c.comb_bins <= c.n_mels, f"comb_bins: {c.comb_bins}; give 0 to n_mels {c.n_mels}"),
    )
    return [complaint for holds, complaint in rules if not holds]


def _layer_complaints(c: BinConfig) -> list[str]:
    allowed = range(c.n_layers)
    if c.cross_layers and all(i in allowed for i in c.cross_layers) and _rises(c.cross_layers):
        return []
    return [f"cross_layers: {list(c.cross_layers)}; give one or more of 0 to {c.n_layers - 1}, rising"]


def _rises(numbers: tuple[int, ...]) -> bool:
    return list(numbers) == sorted(set(numbers))
