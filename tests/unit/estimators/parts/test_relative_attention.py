from __future__ import annotations

import math

import pytest
import torch

from interp.estimators.parts.relative_attention import RelativeAttention


def pair_by_pair(layer, x, n_real):
    """Shaw et al., equations 3 and 4, one pair of symbols at a time."""
    q, k, v = (conv(x)[0].T.view(-1, layer.n_heads, 4) for conv in (layer.conv_q, layer.conv_k, layer.conv_v))
    out = torch.zeros(x.shape[-1], layer.n_heads, 4)
    for h in range(layer.n_heads):
        for i in range(n_real):
            logits, values = [], []
            for j in range(n_real):
                near = abs(j - i) <= layer.window_size
                at = j - i + layer.window_size
                key = k[j, h] + (layer.emb_rel_k[0, at] if near else 0.0)
                values.append(v[j, h] + (layer.emb_rel_v[0, at] if near else 0.0))
                logits.append(q[i, h] @ key / math.sqrt(4))
            out[i, h] = torch.stack(logits).softmax(0) @ torch.stack(values)
    return layer.conv_o(out.flatten(1).T[None])[..., :n_real]


@pytest.mark.parametrize(
    ("window_size", "n", "n_real"), [(2, 7, 7), (2, 7, 4), (4, 3, 3), (1, 1, 1), (0, 5, 5)]
)
@torch.no_grad()
def test_equals_the_definition(window_size, n, n_real):
    torch.manual_seed(0)
    layer = RelativeAttention(8, 2, window_size, p_dropout=0.0)
    x = torch.randn(1, 8, n)
    found = layer(x, torch.arange(n)[None] < n_real)[..., :n_real]
    assert torch.allclose(found, pair_by_pair(layer, x, n_real), atol=1e-5)
