"""One step on the shell of typical noise: tangential, of a set length, halved until the loss falls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def norms(x: Float[Tensor, "batch n_mels frames"]) -> Float[Tensor, " batch"]:
    """Euclidean norm of every sample."""
    norm: Tensor = torch.linalg.vector_norm(x, dim=(1, 2))
    return norm


def step_length(
    z: Float[Tensor, "batch rows frames"], share: Float[Tensor, " batch"], n_normals: int
) -> Float[Tensor, " batch"]:
    """Length of a step of `share`: of the norm of one normal, the mean of the `n_normals` that `z` holds."""
    length: Tensor = share * torch.linalg.vector_norm(_apart(z, n_normals), dim=(2, 3)).mean(1)
    return length


def tangent(
    gradient: Float[Tensor, "batch rows frames"], z: Float[Tensor, "batch rows frames"], n_normals: int = 1
) -> Float[Tensor, "batch rows frames"]:
    """The part of the gradient along the shell: without its share along `z`, which rescaling would undo.

    Each of the `n_normals` that lie one above another in `z` has a shell of its own.
    """
    g, x = _apart(gradient, n_normals), _apart(z, n_normals)
    radial = (g * x).sum((2, 3)) / (x * x).sum((2, 3)).clamp(min=torch.finfo(z.dtype).tiny)
    return (g - radial[..., None, None] * x).flatten(1, 2)


def tangential_step(
    z: Float[Tensor, "batch rows frames"],
    uphill: Float[Tensor, "batch rows frames"],
    share: Float[Tensor, " batch"],
    frame_mask: Bool[Tensor, "batch frames"],
    n_normals: int = 1,
) -> Float[Tensor, "batch rows frames"]:
    """Move `z` downhill and rescale it to the norm it had, padding left out.

    Parameters
    ----------
    z : standard normals, `n_normals` of them one above another; each keeps its norm
    uphill : tangential gradient of the loss, 0 on padding
    share : length of the step as a share of the norm of one normal; a sample with 0 comes back bit for bit
    frame_mask : True on real frames
    """
    real = frame_mask[:, None, :]
    body = z * real
    tiny = torch.finfo(z.dtype).tiny
    length = step_length(body, share, n_normals) / norms(uphill).clamp(min=tiny)
    moved = _apart(body - length[:, None, None] * uphill, n_normals)
    before, after = (torch.linalg.vector_norm(x, dim=(2, 3)) for x in (_apart(body, n_normals), moved))
    moved = (moved * (before / after.clamp(min=tiny))[..., None, None]).flatten(1, 2)
    return torch.where(real & (share > 0)[:, None, None], moved, z)


def _apart(
    z: Float[Tensor, "batch rows frames"], n_normals: int
) -> Float[Tensor, "batch normals n_mels frames"]:
    batch, rows, frames = z.shape
    return z.reshape(batch, n_normals, rows // n_normals, frames)


class HasLoss(Protocol):
    """Whatever was measured at a point, a loss per sample among it."""

    @property
    def loss(self) -> Float[Tensor, " batch"]:
        """Loss of every sample."""
        ...


Measured = TypeVar("Measured", bound=HasLoss)


@dataclass(frozen=True)
class LineSearch(Generic[Measured]):
    """Where the search ended, what was measured there, which samples moved and by what share of the norm."""

    z: Float[Tensor, "batch n_mels frames"]
    measured: Measured
    accepted: Bool[Tensor, " batch"]
    share: Float[Tensor, " batch"]


def line_search(
    step_to: Callable[[Float[Tensor, " batch"]], Float[Tensor, "batch n_mels frames"]],
    measure: Callable[[Float[Tensor, "batch n_mels frames"]], Measured],
    loss_before: Float[Tensor, " batch"],
    share: Float[Tensor, " batch"],
    max_halvings: int,
) -> LineSearch[Measured]:
    """Halve each sample's step until its loss falls; a sample that never falls stays where it was.

    All samples are measured together and decided apart. What is returned was measured at the returned point
    for every sample: when some stay, one more evaluation supplies their loss and score at the old point.

    Parameters
    ----------
    step_to : the point that a step of this share of the norm leads to
    measure : what is measured at a point, without graph
    loss_before : (batch,)
    share : (batch,), share of the norm to try first, 0 for samples that are to stay
    max_halvings : how often a step may be halved
    """
    accepted = torch.zeros_like(share, dtype=torch.bool)
    for attempt in range(max_halvings + 2):
        z = step_to(share)
        measured = measure(z)
        accepted = accepted | ((measured.loss < loss_before) & (share > 0))
        undecided = ~accepted & (share > 0)
        if not bool(undecided.any()):
            break
        share = torch.where(
            undecided, share / 2 if attempt < max_halvings else torch.zeros_like(share), share
        )
    return LineSearch(z, measured, accepted, share)
