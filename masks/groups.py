"""Key groups: to which group a style key belongs (E), and how openly a query may attend each group (W)."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from masks.errors import InterpError

GROUP_NAMES = ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest", "null", "padding")
N_CHANNELS = 8  # the groups, padded to what the fused attention kernel wants
N_STYLE_GROUPS = 4
NULL, PADDING = GROUP_NAMES.index("null"), GROUP_NAMES.index("padding")
CLOSED = -1e4
WEIGHTED_LEAK = 0.1

AttendMode = Literal["joint", "weighted", "masked"]


def key_membership(
    pitch_keys: Bool[Tensor, "batch refs keys"], real_keys: Bool[Tensor, "batch refs keys"]
) -> Float[Tensor, "batch all_keys channels"]:
    """E: the group of every key as one-hot rows, in the order ref 1's keys, ref 2's keys, the null key.

    Parameters
    ----------
    pitch_keys : (batch, 1 or 2, keys) bool, True on patches that hold pitch
    real_keys : (batch, 1 or 2, keys) bool, False on padding, and everywhere for a reference that is not there

    Returns
    -------
    (batch, refs * keys + 1, 8) float32
    """
    n_refs = pitch_keys.shape[1]
    assert n_refs in (1, 2), f"{n_refs} references"
    first_of_ref = 2 * torch.arange(n_refs, device=pitch_keys.device)[:, None]
    group = torch.where(real_keys, first_of_ref + (~pitch_keys).long(), PADDING)
    with_null = functional.pad(group.flatten(1), (0, 1), value=NULL)
    return functional.one_hot(with_null, N_CHANNELS).float()


def key_share(membership: Float[Tensor, "batch keys channels"]) -> Float[Tensor, "batch channels"]:
    """s_g: the share of a group among its reference's real keys, in [0, 1]; 1 for null, 0 without keys.

    A mass divided by it says how much more a group is attended than by chance.
    """
    n_keys, n_of_ref = _key_counts(membership)
    share = torch.zeros_like(n_keys)
    share[:, :N_STYLE_GROUPS] = n_keys[:, :N_STYLE_GROUPS] / n_of_ref.clamp(min=1)
    share[:, NULL] = 1.0
    return share


def log_weights(
    visibility: Float[Tensor, "batch queries groups"], membership: Float[Tensor, "batch keys channels"]
) -> Float[Tensor, "batch queries channels"]:
    """W: what a query's logits gain on the keys of every group.

    ``log(visibility) - log(real keys of that reference)``, so that a longer recording does not outweigh a
    shorter one; -1e4 where the visibility is 0 or the group has no keys. The null group opens exactly where
    all style groups are closed, because a softmax in which everything is excluded excludes nothing; padding
    never opens.

    Parameters
    ----------
    visibility : (batch, queries or 1, 4 or 5), in [0, 1]: 0 closed, 1 open; a fifth column opens the null
        key beside others
    membership : (batch, keys, 8), see `key_membership`

    Returns
    -------
    (batch, queries or 1, 8) float32
    """
    n_keys, n_of_ref = _key_counts(membership)
    style = visibility[..., :N_STYLE_GROUPS]
    is_open = (style > 0) & (n_keys[:, None, :N_STYLE_GROUPS] > 0)
    safe = torch.where(is_open, style.float(), 1.0)
    weights = safe.new_full((*safe.shape[:-1], N_CHANNELS), CLOSED)
    opened = safe.log() - n_of_ref.clamp(min=1).log()[:, None]
    weights[..., :N_STYLE_GROUPS] = torch.where(is_open, opened, CLOSED)
    beside = visibility[..., NULL].float() if visibility.shape[-1] > NULL else torch.zeros_like(safe[..., 0])
    weights[..., NULL] = torch.where(is_open.any(-1), beside.log().clamp(min=CLOSED), 0.0)
    return weights


def freq_visibility(attend: AttendMode, leak: float = WEIGHTED_LEAK) -> Float[Tensor, "1 1 groups"]:
    """How openly every query attends the groups in freq mode, which wants ref 1's pitch and ref 2's rest.

    Parameters
    ----------
    attend : ``joint`` all open; ``weighted`` the unwanted ones by ``leak``; ``masked`` the wanted ones alone
    leak : float in (0, 1), for ``weighted``

    Returns
    -------
    (1, 1, 4) for `log_weights`

    Raises
    ------
    InterpError
        When the leak or the name is out of range.
    """
    wanted = torch.tensor([1.0, 0.0, 0.0, 1.0])
    return _with_leak(wanted, attend, leak)[None, None]


def temp_visibility(
    query_spans: Float[Tensor, "batch spans queries"], attend: AttendMode, leak: float = WEIGHTED_LEAK
) -> Float[Tensor, "batch queries groups"]:
    """How openly queries attend the groups in temp mode: the first span's ref 1, the second span's ref 2.

    In a crossfade both are seen, by the spans' weights.

    Parameters
    ----------
    query_spans : (batch, 2, queries), weights of the spans, see `masks.spans.query_spans`
    attend, leak : as in `freq_visibility`

    Returns
    -------
    (batch, queries, 4) for `log_weights`

    Raises
    ------
    InterpError
        When the leak or the name is out of range.
    """
    wanted = query_spans.transpose(1, 2).repeat_interleave(2, -1)
    return _with_leak(wanted, attend, leak)


def _with_leak(wanted: Float[Tensor, "*shape"], attend: AttendMode, leak: float) -> Float[Tensor, "*shape"]:
    """``wanted + (1 - wanted) leak``: masked is a leak of 0, joint one of 1."""
    leaks = {"joint": 1.0, "weighted": leak, "masked": 0.0}
    if attend not in leaks:
        raise InterpError(f"attend: {attend!r} is not known; choose one of {', '.join(leaks)}")
    if attend == "weighted" and not 0 < leak < 1:
        raise InterpError(f"leak: {leak:g} is not between 0 and 1; 0 is called attend masked, 1 joint")
    return wanted + (1 - wanted) * leaks[attend]


def _key_counts(
    membership: Float[Tensor, "batch keys channels"],
) -> tuple[Float[Tensor, "batch channels"], Float[Tensor, "batch groups"]]:
    """Keys of every group, and for every style group those of its whole reference."""
    n_keys = membership.sum(1)
    n_of_ref = n_keys[:, :N_STYLE_GROUPS].reshape(-1, 2, 2).sum(-1).repeat_interleave(2, -1)
    return n_keys, n_of_ref
