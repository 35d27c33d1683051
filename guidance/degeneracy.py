"""The guard against objectives that no attention can change, such as a sum over whole softmax rows.

Where references are the same recording no noise changes the objective either, but that is no mistake: another
attention would. So what is asked of the guard is whether the loss depends on the masses at all.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import Visit, mean_loss
from guidance.objectives import Reading
from masks.errors import InterpError

# A loss is a mean of logs of sums; its last few bits are rounding.
ROUNDINGS = 8.0


def rounding(loss: Float[Tensor, " batch"]) -> Float[Tensor, " batch"]:
    """Size below which a change of the loss says nothing."""
    return ROUNDINGS * torch.finfo(loss.dtype).eps * loss.abs().clamp(min=1.0)


def is_flat(loss: Float[Tensor, " batch"], predicted: Float[Tensor, " batch"]) -> Bool[Tensor, " batch"]:
    """Whether the decrease that the gradient predicts for a full step is below the rounding of the loss."""
    return predicted <= rounding(loss)


def is_constant(visits: tuple[Visit, ...], readings: tuple[Reading, ...]) -> Bool[Tensor, " batch"]:
    """Whether no shift of attention between the open groups would change the loss of a sample.

    With g the gradient to the masses m of a query, shifting its logits changes the loss by
    ``m (g - sum(m g))``: 0 on groups that are closed, and wherever a term sums over all that are open.
    """
    with torch.enable_grad():
        leaves = [tuple(m.detach().requires_grad_(True) for m in v.masses.mass) for v in visits]
        moved = tuple(
            replace(v, masses=replace(v.masses, mass=mass)) for v, mass in zip(visits, leaves, strict=True)
        )
        loss = mean_loss(moved, readings)
        flat = [mass for masses in leaves for mass in masses]
        slopes = torch.autograd.grad(loss.sum(), flat, allow_unused=True) if loss.requires_grad else ()
    change = loss.detach().new_zeros(loss.shape)
    named = len(visits[0].masses.group_names)  # further columns are alignment
    for mass, slope in zip(flat, slopes, strict=False):
        if slope is not None:
            m, g = mass[..., :named].detach(), slope[..., :named]
            change += (m * (g - (m * g).sum(-1, keepdim=True))).abs().sum((1, 2)).to(change.dtype)
    return change <= rounding(loss.detach())


def refuse_constant(name: str, constant: Bool[Tensor, " batch"]) -> None:
    """Refuse an objective that no attention changes.

    Raises
    ------
    InterpError
        when it is so for any sample
    """
    if bool(constant.any()):
        raise InterpError(
            f"objective '{name}': no attention changes it for sample {int(constant.nonzero()[0, 0])}, so no "
            "noise does: its terms sum over all key groups, have no queries, or a group is closed; choose "
            "other groups or queries"
        )
