from __future__ import annotations

import pytest
import torch

from interp.estimators.parts.linear_attention import LinearAttention, ResidualAttention


@pytest.fixture
def case():
    torch.manual_seed(0)
    layer = LinearAttention(6, n_heads=2, d_head=3).requires_grad_(False)
    x = 2 * torch.randn(2, 6, 4, 5)
    visible = torch.tensor([[1.0] * 5, [1.0] * 3 + [0.0] * 2])[:, None, None]
    return layer, x, visible


def dense(layer, x):
    """One sample, head by head, channel by channel: q times the sum over keys of softmax(k) v."""
    qkv = layer.to_qkv(x)[0].flatten(1).view(3, 2, 3, -1)
    heads = []
    for q, k, v in zip(*qkv, strict=True):
        weights = torch.exp(k) / torch.exp(k).sum(-1, keepdim=True)
        context = torch.stack([(weights[d][None] * v).sum(-1) for d in range(3)])
        heads.append(sum(q[d][None] * context[d][:, None] for d in range(3)))
    return layer.to_out(torch.cat(heads).view(1, 6, *x.shape[2:]))


def test_equals_the_definition(case):
    layer, x, _ = case
    assert torch.allclose(layer(x)[0][:1], dense(layer, x[:1]), atol=1e-5)


def test_padding_is_masked_before_the_softmax(case):
    layer, x, visible = case
    assert torch.allclose(layer(x, visible)[0][1:, ..., :3], dense(layer, x[1:, ..., :3]), atol=1e-5)


def test_masses_are_the_key_softmax_summed_over_regions(case):
    layer, x, visible = case
    inside = (torch.rand(2, 1, 20) > 0.5).float()
    masses = layer(x, visible, torch.cat([inside, 1 - inside], dim=1))[1]
    assert torch.allclose(masses.sum(1), torch.ones(2), atol=1e-6)
    k = layer.to_qkv(x)[1, 6:12, :, :3]  # sample 1, whose last two frames are padding
    weights = k.exp() / k.exp().sum((1, 2), keepdim=True)
    expected = (weights * inside[1].view(4, 5)[:, :3]).sum((1, 2)).mean()
    assert torch.allclose(masses[1, 0], expected, atol=1e-6)


def test_padded_cells_have_no_mass(case):
    layer, x, visible = case
    hidden = (1 - visible).expand(2, 1, 4, 5).flatten(2)
    assert layer(x, visible, hidden)[1].tolist() == [[0.0], [0.0]]


def test_masses_are_off_by_default_and_change_nothing(case):
    layer, x, visible = case
    out, masses = layer(x, visible)
    assert masses is None
    assert torch.equal(out, layer(x, visible, torch.ones(2, 1, 20))[0])


def test_a_closed_gate_is_the_identity(case):
    _, x, visible = case
    assert torch.equal(ResidualAttention(6)(x, visible)[0], x)
