"""Tuning iterations on an objective seen as a function of normals: slope, guard, search, until none moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import BoundObjective, Evaluation, Slope
from guidance.degeneracy import is_constant, is_flat, refuse_constant
from guidance.objectives import Reading
from guidance.step import LineSearch, line_search, norms, step_length, tangential_step

Readings = tuple[Reading, ...]


class Landscape(Protocol):
    """An objective over the normals ``z`` of a batch."""

    @property
    def bound(self) -> BoundObjective:
        """The objective, and the settings of its tuning."""
        ...

    @property
    def frame_mask(self) -> Bool[Tensor, "batch frames"]:
        """True on real frames."""
        ...

    @property
    def n_normals(self) -> int:
        """How many normals lie one above another in z."""
        ...

    def slope(self, z: Float[Tensor, "batch rows frames"], readings: Readings) -> Slope:
        """Loss and gradient at `z`; empty `readings` are made from the masses found there."""
        ...

    def evaluate(self, z: Float[Tensor, "batch rows frames"], readings: Readings) -> Evaluation:
        """Loss at `z`, without a graph, and the score where it is known."""
        ...


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
    on_iteration: Callable[[Iteration], None],
) -> tuple[Float[Tensor, "batch rows frames"], Float[Tensor, "batch n_mels frames"] | None]:
    """Run as many iterations from `z` as the settings say, fewer when no sample moves any more.

    Parameters
    ----------
    on_iteration : called after each

    Returns
    -------
    The normals that were kept last, and the score there, None where it is not known

    Raises
    ------
    InterpError
        when no attention can change the objective, or it is not finite
    """
    readings: Readings = ()
    active = torch.ones(z.shape[0], dtype=torch.bool, device=z.device)
    score: Tensor | None = None
    for number in range(landscape.bound.settings.epochs):
        slope = landscape.slope(z, readings)
        readings = slope.readings
        predicted = _predicted(landscape, z, slope)
        saturated = _saturated(landscape, slope, predicted, active)
        search = _search(landscape, z, slope, active & ~saturated)
        on_iteration(Iteration(number, z, slope, predicted, search, active, saturated))
        z, active = search.z, search.accepted
        score = score if search.measured.score is None else search.measured.score
        # A sample that was rejected would be rejected again: its slope is the same.
        if not bool(active.any()):
            break
    return z, score


def _saturated(
    landscape: Landscape,
    slope: Slope,
    predicted: Float[Tensor, " batch"],
    active: Bool[Tensor, " batch"],
) -> Bool[Tensor, " batch"]:
    """Samples with nothing to gain here; refuses an objective that no attention changes."""
    flat = active & is_flat(slope.loss, predicted)
    if bool(flat.any()):
        constant = flat & is_constant(slope.visits, slope.readings)
        refuse_constant(landscape.bound.objective.name, constant)
    return flat


def _predicted(landscape: Landscape, z: Tensor, slope: Slope) -> Float[Tensor, " batch"]:
    """First-order decrease of the loss by a full step."""
    share = z.new_full((z.shape[0],), landscape.bound.settings.step_share)
    return (step_length(z, share, landscape.n_normals) * norms(slope.uphill)).to(slope.loss.dtype)


def _search(
    landscape: Landscape, z: Tensor, slope: Slope, moving: Bool[Tensor, " batch"]
) -> LineSearch[Evaluation]:
    if not bool(moving.any()):
        return LineSearch(z, Evaluation(slope.loss, None, slope.masses), moving, torch.zeros_like(slope.loss))
    settings = landscape.bound.settings
    return line_search(
        lambda share: tangential_step(z, slope.uphill, share, landscape.frame_mask, landscape.n_normals),
        lambda moved: landscape.evaluate(moved, slope.readings),
        slope.loss,
        settings.step_share * moving.to(z.dtype),
        settings.max_halvings,
    )
