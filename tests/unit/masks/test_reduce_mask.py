"""Reduction of masks to attention grids, on masks small enough to count by hand."""

from __future__ import annotations

import pytest
import torch

from masks import PatchGrid, patch_share, reduce_mask

UNEVEN = PatchGrid((1, 1, 2, 4), 4)


def mask_of(*cells: tuple[int, int], shape: tuple[int, int] = (8, 8)) -> torch.Tensor:
    mask = torch.zeros(shape, dtype=torch.bool)
    for cell in cells:
        mask[cell] = True
    return mask


def kept(reduced: torch.Tensor) -> list[tuple[int, int]]:
    return [(int(row), int(column)) for row, column in reduced.nonzero()]


def test_shares_count_the_cells_of_every_patch() -> None:
    share = patch_share(mask_of((0, 0), (0, 1), (2, 0), (3, 3), (4, 7)), UNEVEN)
    expected = torch.tensor([[0.5, 0], [0, 0], [0.25, 0], [0, 1 / 16]])
    torch.testing.assert_close(share, expected)


def test_patches_at_the_threshold_are_kept_and_others_not() -> None:
    mask = mask_of(*((0, f) for f in range(4)), (2, 0), (2, 1))
    assert kept(reduce_mask(mask, UNEVEN)) == [(0, 0)]
    assert kept(reduce_mask(mask, UNEVEN, threshold=0.25)) == [(0, 0), (2, 0)]


def test_a_voiced_frame_keeps_its_best_patch_whatever_the_threshold() -> None:
    assert kept(reduce_mask(mask_of((4, 5), (1, 5)), UNEVEN, threshold=1.0)) == [(1, 1)]


def test_every_frame_of_a_column_is_spoken_for_not_only_the_best_one() -> None:
    mask = mask_of((0, 0), (0, 1), (0, 2), (7, 3))
    assert kept(reduce_mask(mask, UNEVEN)) == [(0, 0), (3, 0)]


def test_a_frame_that_a_kept_patch_speaks_for_gets_no_second_one() -> None:
    mask = mask_of((0, 0), (0, 1), (0, 2), (7, 2))
    assert kept(reduce_mask(mask, UNEVEN)) == [(0, 0)]


def test_padding_neither_counts_nor_dilutes() -> None:
    mask = mask_of((0, 4), (0, 5), (1, 7))
    frame_mask = torch.arange(8) < 6
    assert patch_share(mask, UNEVEN, frame_mask)[0, 1] == 1.0
    assert kept(reduce_mask(mask, UNEVEN, 1.0, frame_mask)) == [(0, 1)]


def test_a_last_column_cut_short_counts_the_frames_it_has() -> None:
    share = patch_share(mask_of((0, 4), (1, 4), (1, 5), shape=(8, 6)), UNEVEN)
    assert share.shape == (4, 2)
    assert share[:, 1].tolist() == [0.5, 1.0, 0.0, 0.0]


def test_levels_of_a_u_net() -> None:
    mask = torch.zeros(3, 80, 10, dtype=torch.bool)
    mask[:, 6:8, 2:4] = True
    for height, frames in ((1, 1), (2, 2), (4, 4)):
        reduced = reduce_mask(mask, PatchGrid.uniform(80, height, frames))
        assert reduced.shape == (3, 80 // height, -(-10 // frames))
        assert reduced[0].any(1).nonzero().flatten().tolist() == list(range(6 // height, 7 // height + 1))


def test_grids_that_do_not_fit_are_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="rows of 3"):
        PatchGrid.uniform(80, 3, 1)
    with pytest.raises(AssertionError, match="on a grid of 8"):
        reduce_mask(torch.zeros(80, 4, dtype=torch.bool), UNEVEN)
