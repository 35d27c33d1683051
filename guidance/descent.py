"""Tuning iterations on an objective seen as a function of normals: slope, guard, search, until none moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.degeneracy import is_flat, refuse_degenerate
from guidance.objectives import Reading
from guidance.settings import GuidanceSettings
from guidance.step import LineSearch, line_search, norms, step_length, tangential_step
from guidance.tuning import Evaluation, Slope

Readings = tuple[Reading, ...]


@dataclass(frozen=True)
class Landscape:
    """An objective over the normals ``z`` of a batch.

    Parameters
    ----------
    name : of the objective
    frame_mask : (batch, frames), True on real frames
    slope : (z, readings) -> loss and gradient there; empty readings are made
    evaluate : (z, readings) -> loss there, without a graph, and the score where it is known
    fresh : (readings) -> the slope at fresh noise
    n_normals : how many normals lie one above another in z
    """

    name: str
    frame_mask: Bool[Tensor, "batch frames"]
    slope: Callable[[Tensor, Readings], Slope]
    evaluate: Callable[[Tensor, Readings], Evaluation]
    fresh: Callable[[Readings], Slope]
    n_normals: int = 1


@dataclass(frozen=True)
class Iteration:
    """What one iteration found and did.

    Parameters
    ----------
    number : 0, 1 ...
    z : the normals it began with
    slope : of the objective there
    predicted : (batch,), first-order decrease of the loss by a full step
    search : where it led
    active, saturated : who took part, and who of these had nothing to gain
    """

    number: int
    z: Float[Tensor, "batch rows frames"]
    slope: Slope
    predicted: Float[Tensor, " batch"]
    search: LineSearch[Evaluation]
    active: Bool[Tensor, " batch"]
    saturated: Bool[Tensor, " batch"]


def descend(
    landscape: Landscape,
    z: Float[Tensor, "batch rows frames"],
    settings: GuidanceSettings,
    on_iteration: Callable[[Iteration], None],
) -> Float[Tensor, "batch n_mels frames"] | None:
    """Run ``settings.epochs`` iterations from `z`, fewer when no sample moves any more.

    Parameters
    ----------
    on_iteration : called after each; its ``search.z`` are the normals kept

    Returns
    -------
    The score at the normals that were kept last, None where it is not known

    Raises
    ------
    InterpError
        when no noise can change the objective, or it is not finite
    """
    readings: Readings = ()
    active = torch.ones(z.shape[0], dtype=torch.bool, device=z.device)
    score: Tensor | None = None
    for number in range(settings.epochs):
        slope = landscape.slope(z, readings)
        readings = slope.readings
        predicted = _predicted(landscape, z, slope, settings)
        saturated = _saturated(landscape, z, slope, predicted, settings, active)
        search = _search(landscape, z, slope, settings, active & ~saturated)
        on_iteration(Iteration(number, z, slope, predicted, search, active, saturated))
        z, active = search.z, search.accepted
        score = score if search.measured.score is None else search.measured.score
        # A sample that was rejected would be rejected again: its slope is the same.
        if not bool(active.any()):
            break
    return score


def _saturated(
    landscape: Landscape,
    z: Tensor,
    slope: Slope,
    predicted: Float[Tensor, " batch"],
    settings: GuidanceSettings,
    active: Bool[Tensor, " batch"],
) -> Bool[Tensor, " batch"]:
    """Samples with nothing to gain here, though there is at fresh noise; refuses those without either."""
    flat = active & is_flat(slope.loss, predicted)
    if bool(flat.any()):
        fresh = landscape.fresh(slope.readings)
        flat_there = is_flat(fresh.loss, _predicted(landscape, z, fresh, settings))
        refuse_degenerate(landscape.name, flat & flat_there, predicted)
    return flat


def _predicted(
    landscape: Landscape, z: Tensor, slope: Slope, settings: GuidanceSettings
) -> Float[Tensor, " batch"]:
    """First-order decrease of the loss by a full step."""
    share = z.new_full((z.shape[0],), settings.step_share)
    return (step_length(z, share, landscape.n_normals) * norms(slope.uphill)).to(slope.loss.dtype)


def _search(
    landscape: Landscape, z: Tensor, slope: Slope, settings: GuidanceSettings, moving: Bool[Tensor, " batch"]
) -> LineSearch[Evaluation]:
    if not bool(moving.any()):
        return LineSearch(z, Evaluation(slope.loss, None, slope.masses), moving, torch.zeros_like(slope.loss))
    return line_search(
        lambda share: tangential_step(z, slope.uphill, share, landscape.frame_mask, landscape.n_normals),
        lambda moved: landscape.evaluate(moved, slope.readings),
        slope.loss,
        settings.step_share * moving.to(z.dtype),
        settings.max_halvings,
    )
