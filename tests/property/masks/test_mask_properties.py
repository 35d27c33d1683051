"""What holds for every F0 track, grid, span and visibility."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from masks import (
    MelGrid,
    PatchGrid,
    coverage,
    key_groups,
    key_membership,
    key_share,
    log_weights,
    pitch_mask,
    query_spans,
    reduce_mask,
    span_weights,
    static_cells,
)

GRID = MelGrid()
untimed = settings(deadline=None, max_examples=50)
f0_tracks = st.lists(st.one_of(st.just(0.0), st.floats(60, 450)), min_size=1, max_size=24).map(np.array)
widths = st.floats(0.5, 3)
harmonics = st.one_of(st.none(), st.integers(1, 12))
patch_grids = st.sampled_from(
    [
        PatchGrid((1,) * 16 + (4,) * 8 + (8,) * 4, 4),
        PatchGrid.uniform(80, 1, 1),
        PatchGrid.uniform(80, 2, 2),
        PatchGrid.uniform(80, 4, 4),
        PatchGrid((3, 5, 72), 7),
    ]
)
seeds = st.integers(0, 2**31)


@untimed
@given(f0_tracks, widths, harmonics)
def test_a_frame_holds_pitch_exactly_where_it_is_voiced(
    f0_hz: np.ndarray, width: float, n: int | None
) -> None:
    np.testing.assert_array_equal(pitch_mask(f0_hz, GRID, width, n).any(0), f0_hz > 0)


@untimed
@given(f0_tracks, widths, widths, harmonics)
def test_wider_masks_hold_narrower_ones(f0_hz: np.ndarray, a: float, b: float, n: int | None) -> None:
    narrow, wide = (pitch_mask(f0_hz, GRID, width, n) for width in sorted((a, b)))
    assert not (narrow & ~wide).any()


@untimed
@given(f0_tracks, widths, st.integers(1, 12))
def test_more_harmonics_only_add_cells_above(f0_hz: np.ndarray, width: float, n: int) -> None:
    fewer, more = (pitch_mask(f0_hz, GRID, width, k) for k in (n, n + 1))
    added = more & ~fewer
    assert not (fewer & ~more).any()
    assert (added.any(0) <= (added.argmax(0) > fewer.argmax(0))).all()


@untimed
@given(f0_tracks, widths, harmonics)
def test_frames_do_not_depend_on_one_another(f0_hz: np.ndarray, width: float, n: int | None) -> None:
    np.testing.assert_array_equal(
        pitch_mask(f0_hz[::-1], GRID, width, n), pitch_mask(f0_hz, GRID, width, n)[:, ::-1]
    )


@untimed
@given(f0_tracks, patch_grids, st.floats(0.05, 1), st.integers(0, 5))
def test_no_voiced_frame_is_lost_and_no_patch_without_pitch_is_kept(
    f0_hz: np.ndarray, patches: PatchGrid, threshold: float, n_padding: int
) -> None:
    mask = torch.from_numpy(pitch_mask(np.pad(f0_hz, (0, n_padding), constant_values=150.0), GRID))
    frame_mask = torch.arange(mask.shape[1]) < len(f0_hz)
    reduced = reduce_mask(mask, patches, threshold, frame_mask)
    spread = reduced.repeat_interleave(torch.tensor(patches.row_heights), 0)
    spread = spread.repeat_interleave(patches.column_frames, 1)[:, : mask.shape[1]]
    assert ((spread & mask).any(0) >= (mask.any(0) & frame_mask)).all()
    assert not reduced[:, -(-len(f0_hz) // patches.column_frames) :].any()
    any_pitch = reduce_mask(mask, patches, 1e-6, frame_mask)
    assert not (reduced & ~any_pitch).any()


@untimed
@given(f0_tracks, patch_grids, st.floats(0.05, 1))
def test_batches_reduce_as_their_members_do(f0_hz: np.ndarray, patches: PatchGrid, threshold: float) -> None:
    masks = [torch.from_numpy(pitch_mask(track, GRID)) for track in (f0_hz, f0_hz[::-1], 0 * f0_hz)]
    together = reduce_mask(torch.stack(masks), patches, threshold)
    for one, of_batch in zip(masks, together, strict=True):
        assert torch.equal(reduce_mask(one, patches, threshold), of_batch)


@untimed
@given(f0_tracks.filter(lambda f0: (f0 > 0).any()), st.integers(1, 6), seeds)
def test_static_cells_hold_the_median_s_harmonics_in_voiced_frames_alone(
    f0_hz: np.ndarray, n: int, seed: int
) -> None:
    voiced = np.random.default_rng(seed).random(12) < 0.5
    cells = static_cells(f0_hz, voiced, GRID, n)
    middle = np.full(12, np.exp(np.percentile(np.log(f0_hz[f0_hz > 0]), 50)))
    assert not cells[:, ~voiced].any()
    assert not (pitch_mask(middle, GRID, n_harmonics=n) & ~cells)[:, voiced].any()


@untimed
@given(f0_tracks, patch_grids)
def test_coverage_is_a_share(f0_hz: np.ndarray, patches: PatchGrid) -> None:
    reduced = reduce_mask(torch.from_numpy(pitch_mask(f0_hz, GRID)), patches)
    found = coverage(reduced, patches, GRID, 150.0)
    assert 0 <= found.share <= 1
    assert 1 <= found.n_rows <= patches.n_rows
    assert found.too_wide == (found.share > 0.6)


@untimed
@given(seeds, st.integers(1, 9), st.integers(1, 2))
def test_attention_mass_sums_to_one_over_what_is_open(seed: int, n_keys: int, n_refs: int) -> None:
    g = torch.Generator().manual_seed(seed)
    pitch, real = (torch.rand(3, n_refs, n_keys, generator=g) < 0.6 for _ in range(2))
    visibility = torch.rand(3, 5, 4, generator=g) * (torch.rand(3, 5, 4, generator=g) < 0.6)
    membership = key_membership(key_groups({"pitch": pitch}, real))
    logits = 3 * torch.randn(3, 5, membership.shape[1], generator=g)
    mass = (logits + log_weights(visibility, membership) @ membership.transpose(1, 2)).softmax(
        -1
    ) @ membership
    has_keys = membership.sum(1)[:, None, :4] > 0
    is_open = (visibility > 0) & has_keys
    torch.testing.assert_close(mass.sum(-1), torch.ones(3, 5))
    assert torch.equal(mass[..., :4] > 0, is_open)
    assert torch.equal(mass[..., 4] == 1, ~is_open.any(-1))
    assert not mass[..., 5].any()


@untimed
@given(seeds, st.integers(1, 9))
def test_shares_of_a_reference_sum_to_one_or_it_is_absent(seed: int, n_keys: int) -> None:
    g = torch.Generator().manual_seed(seed)
    pitch, real = (torch.rand(4, 2, n_keys, generator=g) < 0.5 for _ in range(2))
    share = key_share(key_membership(key_groups({"pitch": pitch}, real)))
    of_ref = torch.stack([share[:, :2].sum(-1), share[:, 2:4].sum(-1)], -1)
    torch.testing.assert_close(of_ref, real.any(-1).float())


@untimed
@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 30), patch_grids)
def test_spans_sum_to_one_rise_in_time_and_stay_so_on_queries(
    n_frames: int, share: float, crossfade: float, patches: PatchGrid
) -> None:
    weights = span_weights(n_frames, share * n_frames, crossfade)
    assert ((weights >= 0) & (weights <= 1)).all()
    assert torch.equal(weights.sum(0), torch.ones(n_frames))
    assert (weights[1].diff() >= 0).all()
    queries = query_spans(weights, patches)
    assert queries.shape == (2, patches.n_rows * patches.n_columns(n_frames))
    torch.testing.assert_close(queries.sum(0), torch.ones(queries.shape[1]))
