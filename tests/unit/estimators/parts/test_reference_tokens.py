from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from interp.estimators.parts.reference_tokens import ReferenceTokens
from masks.grid import MelGrid
from masks.groups import NULL, PADDING

FINE_BINS, COARSE_ROWS, FRAMES = 16, 8, 24


@pytest.fixture
def tokens(estimator) -> ReferenceTokens:
    return estimator.tokens


@pytest.fixture
def refs(random_references):
    return random_references([(FRAMES, FRAMES)])


def changed(tokens, one, other):
    """Keys that differ, as fine (2, bins, columns) and coarse (2, rows, columns) of both references."""
    differs = (tokens(one).values != tokens(other).values).any(-1)[0]
    n_fine = 2 * FINE_BINS * FRAMES // 4
    fine = differs[:n_fine].reshape(2, FINE_BINS, FRAMES // 4)
    coarse = differs[n_fine:-1].reshape(2, COARSE_ROWS, FRAMES // 8)
    assert not differs[-1], "the null key"
    return fine, coarse


def with_cell(refs, ref, mel_bin, frame):
    mel = refs.mel.clone()
    mel[0, ref, mel_bin, frame] += 1.0
    return replace(refs, mel=mel)


def test_a_low_cell_changes_its_own_token_alone(tokens, refs):
    fine, coarse = changed(tokens, refs, with_cell(refs, 1, 5, 14))
    assert fine.nonzero().tolist() == [[1, 5, 14 // 4]]
    assert not coarse.any()


def test_a_high_cell_changes_tokens_of_its_own_frames_alone(tokens, refs):
    fine, coarse = changed(tokens, refs, with_cell(refs, 0, 50, 14))
    assert fine.any(1).nonzero().tolist() == [[0, 14 // 4]]
    assert coarse.any(1).nonzero().tolist() == [[0, 14 // 8]]


def test_a_high_cell_says_nothing_to_pitch_tokens(tokens, refs):
    fine, _ = changed(tokens, refs, with_cell(refs, 0, 50, 14))
    groups = tokens(refs).membership.argmax(-1)[0, : 2 * FINE_BINS * FRAMES // 4].reshape(fine.shape)
    assert not fine[groups == 0].any()
    assert fine[0, :, 3][groups[0, :, 3] == 1].all()


def test_f0_reaches_pitch_tokens_of_its_own_frames_alone(tokens, refs):
    f0_hz = refs.f0_hz.clone()
    f0_hz[0, 1, 9] = 333.0
    fine, coarse = changed(tokens, refs, replace(refs, f0_hz=f0_hz))
    groups = tokens(refs).membership.argmax(-1)[0, : fine.numel()].reshape(fine.shape)
    assert torch.equal(fine[1, :, 2], groups[1, :, 2] == 2)
    assert fine.sum() == fine[1, :, 2].sum() > 0
    assert not coarse.any()


def test_the_voice_reaches_rest_tokens_alone(tokens, refs):
    fine, coarse = changed(tokens, refs, replace(refs, voice=refs.voice + 1))
    groups = tokens(refs).membership.argmax(-1)[0, : fine.numel()].reshape(fine.shape)
    assert torch.equal(fine, (groups == 1) | (groups == 3))
    assert coarse.all()


def test_groups_and_their_sizes(tokens, random_references):
    refs = random_references([(20, 9), (3, 24)])
    n_of_group = tokens(refs).membership.sum(1)
    # 20 frames are 5 fine and 3 coarse columns, 9 are 3 and 2, 3 are 1 and 1
    real = torch.tensor([[5 * 16 + 3 * 8, 3 * 16 + 2 * 8], [16 + 8, 6 * 16 + 3 * 8]])
    assert torch.equal(n_of_group[:, :4].unflatten(1, (2, 2)).sum(-1), real.float())
    assert n_of_group[:, NULL].tolist() == [1, 1]
    assert torch.equal(n_of_group[:, PADDING], 2 * (6 * 16 + 3 * 8) - real.sum(1).float())


def test_pitch_tokens_lie_where_half_the_cells_or_more_do(tokens, refs):
    cells = torch.zeros_like(refs.pitch_cells)
    cells[0, 0, 3, 4:6] = True
    cells[0, 0, 4, 4:5] = True
    cells[0, 1, 70] = True
    groups = tokens(replace(refs, pitch_cells=cells)).membership.argmax(-1)[0]
    fine = groups[: 2 * FINE_BINS * FRAMES // 4].reshape(2, FINE_BINS, FRAMES // 4)
    assert (fine == 0).nonzero().tolist() == [[0, 3, 1]]
    assert not (groups == 2).any(), "above the fine bins nothing is pitch"


def test_tokens_are_the_same_alone_and_beside_a_longer_reference(tokens, random_references):
    refs = random_references([(21, 24)])
    alone = replace(refs, **{k: v[..., :21] if k != "voice" else v for k, v in vars(refs).items()})
    long, short = tokens(refs), tokens(alone)
    in_ref1 = [x.membership[0].argmax(-1) < 2 for x in (long, short)]
    assert torch.allclose(long.values[0, in_ref1[0]], short.values[0, in_ref1[1]], atol=1e-6)


def test_no_reference_is_only_padding(tokens, refs):
    gone = replace(refs, frame_mask=refs.frame_mask & torch.tensor([True, False])[None, :, None])
    membership = tokens(gone).membership
    assert not membership[..., 2:4].any()
    assert membership.sum(-1).eq(1).all()


def test_the_comb_is_1_on_harmonics_and_minus_1_between_them(refs):
    tokens = ReferenceTokens(80, 32, FINE_BINS, 8, refs.voice.shape[-1], comb_bins=40)
    second_harmonic, between = 9, 11
    centres = MelGrid().centres_hz
    log_f0 = torch.tensor([[[centres[second_harmonic] / 2, centres[between] / 2.5]]]).float().log()
    comb = tokens._comb(log_f0, torch.ones(1, 1, 2))[0, 0]
    torch.testing.assert_close(comb[0, second_harmonic], torch.tensor(1.0), atol=1e-3, rtol=0)
    torch.testing.assert_close(comb[1, between], torch.tensor(-1.0), atol=1e-3, rtol=0)


def test_an_unvoiced_token_has_no_comb(refs):
    tokens = ReferenceTokens(80, 32, FINE_BINS, 8, refs.voice.shape[-1], comb_bins=40)
    assert not tokens._comb(torch.zeros(1, 1, 3), torch.zeros(1, 1, 3)).any()
    assert tokens(refs).values.isfinite().all()
