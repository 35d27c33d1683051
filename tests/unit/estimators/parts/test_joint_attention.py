from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from interp.estimators.parts.joint_attention import attention_map, joint_attention, widen_keys
from masks.groups import CLOSED, N_CHANNELS, NULL, PADDING, log_weights

HEADS, HEAD, QUERIES = 2, 8, 7
OPEN = torch.ones(1, 1, 4)


def membership_of(groups):
    return functional.one_hot(torch.tensor([groups]), N_CHANNELS).float()


def draw(n_keys, seed=0):
    torch.manual_seed(seed)
    return torch.randn(1, HEADS, QUERIES, HEAD), *torch.randn(2, 1, HEADS, n_keys, HEAD)


@pytest.fixture
def keys():
    """Queries, keys and values of both references, null and padding; the null key's value is zero."""
    groups = [0, 1, 1, 2, 3, 0, 2, PADDING, 3, NULL]
    queries, k, v = draw(len(groups))
    v[:, :, -1] = 0
    return queries, k, v, membership_of(groups)


def fused(queries, k, v, membership, weights):
    return joint_attention(queries, widen_keys(k, v, membership), weights)


def by_map(queries, k, v, membership, weights):
    attention = attention_map(queries, k, membership, weights.expand(-1, queries.shape[2], -1))
    return attention @ v, (attention @ membership[:, None]).mean(1)


@pytest.mark.parametrize("visible", [(1, 1, 1, 1), (1, 0, 0, 1), (0.1, 1, 0.3, 0)])
def test_output_and_masses_are_those_of_the_attention_map(keys, visible):
    queries, k, v, membership = keys
    weights = log_weights(torch.tensor([[visible]]).float().repeat(1, QUERIES, 1), membership)
    out, mass = joint_attention(queries, widen_keys(k, v, membership), weights)
    expected_out, expected_mass = by_map(queries, k, v, membership, weights)
    assert torch.allclose(out, expected_out, atol=1e-5)
    assert torch.allclose(mass, expected_mass, atol=1e-5)


def test_every_query_may_have_weights_of_its_own(keys):
    queries, k, v, membership = keys
    visible = torch.tensor([[1, 0, 0, 0], [0, 0, 1, 1]]).float()[torch.arange(QUERIES) % 2][None]
    _, mass = joint_attention(queries, widen_keys(k, v, membership), log_weights(visible, membership))
    assert torch.allclose(mass[0, ::2, 0], torch.ones(4))
    assert torch.allclose(mass[0, 1::2, 2:4].sum(-1), torch.ones(3))


def test_masses_sum_to_one_and_closed_groups_have_exactly_none(keys):
    queries, k, v, membership = keys
    weights = log_weights(torch.tensor([[[1.0, 0, 0, 1]]]), membership)
    _, mass = joint_attention(queries, widen_keys(k, v, membership), weights)
    assert torch.allclose(mass.sum(-1), torch.ones(1, QUERIES))
    assert not mass[..., [1, 2, NULL, PADDING]].any()
    assert (mass[..., [0, 3]] > 0).all()


def test_what_closed_keys_hold_does_not_matter_at_all(keys):
    queries, k, v, membership = keys
    weights = log_weights(torch.tensor([[[1.0, 0, 0, 1]]]), membership)
    closed = membership[0, :, [1, 2, PADDING]].any(-1)
    other_k, other_v = (torch.where(closed[:, None], 3 * torch.randn_like(x), x) for x in (k, v))
    one = joint_attention(queries, widen_keys(k, v, membership), weights)
    other = joint_attention(queries, widen_keys(other_k, other_v, membership), weights)
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


def test_with_everything_excluded_the_output_is_exactly_zero(keys):
    queries, k, v, membership = keys
    weights = log_weights(torch.zeros(1, 1, 4), membership)
    out, mass = joint_attention(queries, widen_keys(k, v, membership), weights)
    assert not out.any()
    assert torch.allclose(mass[..., NULL], torch.ones(1, QUERIES))
    assert not mass[..., :NULL].any()
    assert not mass[..., PADDING].any()


def test_gradients_are_those_of_the_attention_map(keys):
    queries, k, v, membership = keys
    weights = log_weights(OPEN, membership)
    gradients = []
    for attend in (fused, by_map):
        leaves = [x.clone().requires_grad_(True) for x in (queries, k, v)]
        out, mass = attend(*leaves, membership, weights)
        gradients.append(torch.autograd.grad(out.square().sum() - mass[..., 0].log().sum(), leaves))
    for one, other in zip(*gradients, strict=True):
        assert (one - other).norm() < 1e-4 * other.norm()


def test_repeating_a_references_tokens_changes_nothing():
    groups = [0, 1, 1, 2, 3]
    queries, k, v = draw(len(groups))
    again = torch.tensor([0, 1, 2] * 6 + [3, 4])
    results = []
    for at in (torch.arange(5), again):
        membership = membership_of(groups)[:, at]
        wide = widen_keys(k[:, :, at], v[:, :, at], membership)
        results.append(joint_attention(queries, wide, log_weights(OPEN, membership)))
    (out, mass), (long_out, long_mass) = results
    assert torch.allclose(out, long_out, atol=1e-5)
    assert torch.allclose(mass, long_mass, atol=1e-5)


def test_a_longer_recording_does_not_outweigh_a_shorter_one():
    queries, k, v = draw(4)
    at = torch.tensor([0, 1, 2, 3] + [0, 1, 2, 3] * 8)
    membership = membership_of([0, 1, 0, 1] + [2, 3, 2, 3] * 8)
    wide = widen_keys(k[:, :, at], v[:, :, at], membership)
    _, mass = joint_attention(queries, wide, log_weights(OPEN, membership))
    assert torch.allclose(mass[..., :2].sum(-1), torch.full((1, QUERIES), 0.5), atol=1e-6)
    unweighted = torch.zeros(1, 1, N_CHANNELS).masked_fill(log_weights(OPEN, membership) == CLOSED, CLOSED)
    _, mass = joint_attention(queries, wide, unweighted)
    assert torch.allclose(mass[..., :2].sum(-1), torch.full((1, QUERIES), 1 / 9), atol=1e-6)
