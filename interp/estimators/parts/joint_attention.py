"""Joint attention over groups of keys: output, exact exclusion and group masses in one fused call.

The heads are widened by one channel a group. With E (keys x G) the one-hot membership and W (queries x G)
log-weights

    q' = [q, W / scale]    k' = [k, E]    v' = [v, E]

the logits gain W of the key's group, and the last G channels of the output are the attention mass that a
query puts on each group. No attention map is ever held.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from interp.estimators.parts.query_gradient import attention_of_queries


@dataclass(frozen=True)
class WideKeys:
    """Keys and values of one layer, widened by the membership; computed once a synthesis.

    Shapes: ``keys`` (B, H, K, D + G), ``values`` (B, H, K, D + G).
    """

    keys: Float[Tensor, "batch heads keys wide"]
    values: Float[Tensor, "batch heads keys wide"]


def widen_keys(
    keys: Float[Tensor, "batch heads n_keys head"],
    values: Float[Tensor, "batch heads n_keys head"],
    membership: Float[Tensor, "batch n_keys groups"],
) -> WideKeys:
    """Append the one-hot membership (B, K, G) to keys and values."""
    member = membership[:, None].to(keys.dtype).expand(-1, keys.shape[1], -1, -1)
    return WideKeys(torch.cat([keys, member], -1).contiguous(), torch.cat([values, member], -1).contiguous())


def joint_attention(
    queries: Float[Tensor, "batch heads n_queries head"],
    wide: WideKeys,
    log_weights: Float[Tensor, "batch _ groups"],
) -> tuple[Float[Tensor, "batch heads n_queries head"], Float[Tensor, "batch n_queries groups"]]:
    """Attend all keys in one softmax.

    Parameters
    ----------
    queries : (B, H, Q, D)
    wide : keys and values with their membership
    log_weights : (B, Q or 1, G), added to the logits of every key of a group; -1e4 excludes the group
        exactly while another group stays open

    Returns
    -------
    out : (B, H, Q, D)
    mass : (B, Q, G), share of attention on each group, mean over heads; sums to 1
    """
    head = queries.shape[-1]
    scale = head**-0.5
    bias = (log_weights / scale).to(queries.dtype)[:, None].expand(-1, *queries.shape[1:3], -1)
    wide_queries = torch.cat([queries, bias], -1).contiguous()
    both = attention_of_queries(wide_queries, wide.keys, wide.values, scale)
    return both[..., :head], both[..., head:].mean(1)


def attention_map(
    queries: Float[Tensor, "batch heads n_queries head"],
    keys: Float[Tensor, "batch heads n_keys head"],
    membership: Float[Tensor, "batch n_keys groups"],
    log_weights: Float[Tensor, "batch n_queries groups"],
) -> Float[Tensor, "batch heads n_queries n_keys"]:
    """The whole attention map (B, H, Q, K), for inspection and tests; never used on the guided path."""
    logits = queries @ keys.transpose(-1, -2) * queries.shape[-1] ** -0.5
    bias = log_weights @ membership.to(log_weights.dtype).transpose(-1, -2)
    attention: Tensor = (logits + bias[:, None]).softmax(-1)
    return attention
