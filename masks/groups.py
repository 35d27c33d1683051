"""Key groups: to which group a style key belongs (E), and how openly a query may attend each group (W)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

from masks.errors import InterpError

KINDS = ("pitch", "rest")  # of a reference's keys; what no other kind claims is the last
REFERENCES = (1, 2)
STYLE_GROUPS = tuple(f"ref{reference}.{kind}" for reference in REFERENCES for kind in KINDS)
GROUP_NAMES = (*STYLE_GROUPS, "null", "padding")
N_STYLE_GROUPS = len(STYLE_GROUPS)
N_CHANNELS = 8  # the groups, padded to what the fused attention kernel wants
NULL, PADDING = GROUP_NAMES.index("null"), GROUP_NAMES.index("padding")
CLOSED = -1e4
WEIGHTED_LEAK = 0.1

AttendMode = Literal["joint", "weighted", "masked"]


def group(kind: str, reference: int) -> int:
    """Where the group of a kind and a reference, 1 or 2, stands among the groups."""
    return STYLE_GROUPS.index(f"ref{reference}.{kind}")


def groups_of_kind(kind: str) -> list[int]:
    """The groups of a kind, reference 1's first."""
    return [group(kind, reference) for reference in REFERENCES]


def open_groups(wanted: Iterable[tuple[str, int]]) -> tuple[bool, ...]:
    """For every style group whether it is one of these kinds and references."""
    found = {group(kind, reference) for kind, reference in wanted}
    return tuple(number in found for number in range(N_STYLE_GROUPS))


def key_groups(
    regions: Mapping[str, Bool[Tensor, "batch refs *grid"]], real: Bool[Tensor, "batch refs *grid"]
) -> Int[Tensor, "batch refs *grid"]:
    """The group of every key of one grid.

    Parameters
    ----------
    regions : kind -> (batch, 1 or 2, ...) bool, the keys of that kind; all others are the rest
    real : the same shape, False on padding, and everywhere for a reference that is not there
    """
    kinds = torch.full_like(real, len(KINDS) - 1, dtype=torch.long)
    for kind, keys in regions.items():
        kinds = torch.where(keys, KINDS.index(kind), kinds)
    first_of_ref = torch.arange(0, N_STYLE_GROUPS, len(KINDS), device=real.device)[: real.shape[1]]
    return torch.where(real, kinds + first_of_ref.view(-1, *[1] * (real.ndim - 2)), PADDING)


def key_membership(*grids: Int[Tensor, "batch refs *grid"]) -> Float[Tensor, "batch keys channels"]:
    """E: the group of every key as one-hot rows (batch, keys, 8): grid after grid, the null key last.

    Parameters
    ----------
    grids : `key_groups` of every grid that the references are cut into
    """
    groups = torch.cat([grid.flatten(1) for grid in grids], 1)
    with_null = functional.pad(groups, (0, 1), value=NULL)
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
    wanted = torch.tensor(open_groups([("pitch", 1), ("rest", 2)])).float()
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
    wanted = query_spans.transpose(1, 2).repeat_interleave(len(KINDS), -1)
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
    n_of_ref = n_keys[:, :N_STYLE_GROUPS].reshape(-1, len(REFERENCES), len(KINDS)).sum(-1)
    return n_keys, n_of_ref.repeat_interleave(len(KINDS), -1)
