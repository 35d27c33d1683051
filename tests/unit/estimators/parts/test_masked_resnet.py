from __future__ import annotations

import pytest
import torch

from interp.estimators.parts.masked_resnet import ConvBlock, MaskedGroupNorm, ResnetBlock

N_REAL = 5


@pytest.fixture
def case():
    torch.manual_seed(0)
    x = torch.randn(2, 16, 6, 8) + 3.0
    mask = (torch.arange(8) < N_REAL).float().expand(2, 1, 1, 8)
    return x, mask


@torch.no_grad()
def test_masked_norm_is_the_norm_of_the_real_frames(case):
    x, mask = case
    norm = MaskedGroupNorm(8, 16)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    expected = torch.nn.functional.group_norm(x[..., :N_REAL], 8, norm.weight, norm.bias)
    assert torch.allclose(norm(x, mask)[..., :N_REAL], expected, atol=1e-5)


@torch.no_grad()
def test_norm_without_a_mask_is_torchs(case):
    x, _ = case
    assert torch.equal(MaskedGroupNorm(8, 16)(x), torch.nn.GroupNorm(8, 16)(x))


@pytest.mark.parametrize("same_width", [True, False])
@torch.no_grad()
def test_resnet_block_of_real_frames_alone(case, same_width):
    x, mask = case
    block = ResnetBlock(16, 16 if same_width else 24, 12)
    time = torch.randn(2, 12)
    real = x[..., :N_REAL]
    ones = torch.ones(2, 1, 1, N_REAL)
    found = block(x, time, mask, mask)[..., :N_REAL]
    assert torch.allclose(found, block(real, time, ones, ones), atol=1e-5)


@torch.no_grad()
def test_official_block_leaks(case):
    x, mask = case
    block = ConvBlock(16, 16)
    assert not torch.allclose(block(x, mask, None), block(x, mask, mask), atol=1e-2)
