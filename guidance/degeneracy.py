"""The guard against objectives that no noise can change, such as a sum over whole softmax rows."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from masks.errors import InterpError

# A loss is a mean of logs of sums; its last few bits are rounding.
ROUNDINGS = 8.0
PROBE_SEED = 0


def rounding(loss: Float[Tensor, " batch"]) -> Float[Tensor, " batch"]:
    """Size below which a change of the loss says nothing."""
    return ROUNDINGS * torch.finfo(loss.dtype).eps * loss.abs().clamp(min=1.0)


def is_flat(loss: Float[Tensor, " batch"], predicted: Float[Tensor, " batch"]) -> Bool[Tensor, " batch"]:
    """Whether the decrease that the gradient predicts for a full step is below the rounding of the loss."""
    return predicted <= rounding(loss)


def fresh_normals(
    like: Float[Tensor, "batch n_mels frames"], frame_mask: Bool[Tensor, "batch frames"]
) -> Float[Tensor, "batch n_mels frames"]:
    """Other noise to probe an objective with; the same for a sample alone and in a batch, 0 on padding."""
    fresh = torch.zeros(like.shape, dtype=like.dtype)
    for sample, real in zip(fresh, frame_mask.cpu(), strict=True):
        generator = torch.Generator().manual_seed(PROBE_SEED)
        sample[:, real] = torch.randn(
            (sample.shape[0], int(real.sum())), generator=generator, dtype=like.dtype
        )
    return fresh.to(like.device)


def refuse_degenerate(name: str, flat: Bool[Tensor, " batch"], predicted: Float[Tensor, " batch"]) -> None:
    """Refuse an objective that is flat both at x_t and at a fresh noise.

    Parameters
    ----------
    name : of the objective
    flat : samples that are flat at both
    predicted : decrease of the loss predicted at x_t

    Raises
    ------
    InterpError
        when any sample is flat
    """
    if not bool(flat.any()):
        return
    sample = int(flat.nonzero()[0, 0])
    raise InterpError(
        f"objective '{name}': a step would lower the loss of sample {sample} by "
        f"{float(predicted[sample]):.1e}, below rounding, here and at fresh noise, so no noise changes it: "
        "its terms sum over all key groups, have no queries, or a group is closed; choose other groups or "
        "queries, or a larger --step-share"
    )
