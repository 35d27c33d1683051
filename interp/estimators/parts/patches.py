"""The patch grid of the `bin` estimator: rows of uneven height by columns of a few frames."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor


def row_edges(heights: Sequence[int]) -> list[int]:
    """First bin of every row, and the bin after the last."""
    edges = [0]
    for height in heights:
        edges.append(edges[-1] + height)
    return edges


def split_bands(heights: Sequence[int]) -> list[tuple[int, int, int]]:
    """Runs of rows of one height: (first bin, height, rows)."""
    bands: list[tuple[int, int, int]] = []
    for start, height in zip(row_edges(heights), heights, strict=False):
        if bands and bands[-1][1] == height:
            first, _, rows = bands[-1]
            bands[-1] = (first, height, rows + 1)
        else:
            bands.append((start, height, 1))
    return bands


def cut_band(
    x: Float[Tensor, "batch channels bins frames"], band: tuple[int, int, int], width: int
) -> Float[Tensor, "batch rows columns values"]:
    """Patches (B, rows, columns, channels * height * width) of one band; width divides the frames."""
    first, height, rows = band
    part = x[:, :, first : first + height * rows]
    b, c, _, t = part.shape
    cells = part.reshape(b, c, rows, height, t // width, width)
    return cells.permute(0, 2, 4, 1, 3, 5).reshape(b, rows, t // width, c * height * width)


def join_band(
    patches: Float[Tensor, "batch rows columns values"], height: int, width: int
) -> Float[Tensor, "batch bins frames"]:
    """Inverse of `cut_band` for one channel: (B, rows * height, columns * width)."""
    b, rows, columns, _ = patches.shape
    cells = patches.reshape(b, rows, columns, height, width)
    return cells.permute(0, 1, 3, 2, 4).reshape(b, rows * height, columns * width)


def cut_columns(x: Float[Tensor, "*batch frames"], width: int) -> Float[Tensor, "*batch columns width"]:
    """(..., T) to (..., T / width, width); width divides the frames."""
    return x.reshape(*x.shape[:-1], -1, width)


def pad_to_multiple(x: Tensor, width: int) -> Tensor:
    """Zeros after the last frame, up to a multiple of width (last axis)."""
    short = -x.shape[-1] % width
    return torch.nn.functional.pad(x, (0, short)) if short else x
