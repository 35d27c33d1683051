from __future__ import annotations

import pytest
import torch

from interp.estimators.parts.alignment import (
    expand,
    frame_mask_of,
    log_prior,
    search_durations,
    symbol_of_frame,
)
from masks.errors import InterpError

DURATIONS = torch.tensor([[2, 0, 3], [1, 1, 0]])


def test_symbol_of_frame():
    assert symbol_of_frame(DURATIONS).tolist() == [[0, 0, 2, 2, 2], [0, 1, 3, 3, 3]]


def test_frame_mask():
    assert frame_mask_of(DURATIONS).tolist() == [[True] * 5, [True, True, False, False, False]]


def test_expand_is_differentiable_and_counts_frames():
    mu_x = torch.randn(2, 4, 3, requires_grad=True)
    expand(mu_x, DURATIONS).sum().backward()
    assert torch.equal(mu_x.grad, DURATIONS[:, None].expand(2, 4, 3).float())


def test_log_prior_is_a_normal_density():
    mu_x, mel = torch.randn(1, 4, 3), torch.randn(1, 4, 5)
    normal = torch.distributions.Normal(mu_x[..., :, None], 1.0)
    expected = normal.log_prob(mel[..., None, :]).sum(1)
    assert torch.allclose(log_prior(mu_x, mel), expected, atol=1e-5)


def test_search_finds_the_alignment_that_made_the_mel():
    torch.manual_seed(0)
    mu_x = 3 * torch.randn(2, 8, 5)
    durations = torch.tensor([[3, 1, 4, 2, 6], [2, 5, 1, 0, 0]])
    mel = expand(mu_x, durations) + 0.3 * torch.randn(2, 8, 16)
    x_mask, frame_mask = durations > 0, frame_mask_of(durations)
    assert torch.equal(search_durations(mu_x, x_mask, mel, frame_mask), durations)


def test_search_gives_no_gradient_and_ignores_what_padding_holds():
    torch.manual_seed(0)
    mu_x, mel = torch.randn(1, 4, 5, requires_grad=True), torch.randn(1, 4, 12)
    x_mask, frame_mask = torch.arange(5)[None] < 3, torch.arange(12)[None] < 9
    found = search_durations(mu_x, x_mask, mel, frame_mask)
    mel[..., 9:] = 100.0
    assert torch.equal(found, search_durations(mu_x, x_mask, mel, frame_mask))
    assert found.sum() == 9
    assert not found[:, 3:].any()


def test_too_few_frames_is_a_user_error():
    ones = torch.ones(2, 6, dtype=torch.bool)
    frame_mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    with pytest.raises(InterpError, match=r"recording 1 .* 4 frames for 6 symbols"):
        search_durations(torch.zeros(2, 3, 6), ones, torch.zeros(2, 3, 6), frame_mask)
