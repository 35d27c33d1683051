"""What every tuning iteration did, one row per sample, and the sum of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from guidance.noise_stats import NoiseStats
from guidance.readout import MassReadout


@dataclass(frozen=True)
class TraceRow:
    """One tuning iteration of one sample.

    Parameters
    ----------
    sample : index in the batch
    step, progress, t : the sampler's step
    iteration : 0, 1 ... within the step
    window : 1 or 2
    outcome : ``accepted``; ``rejected``: no halving lowered the loss; ``saturated``: nothing was left to gain
    loss_before, loss_after : the objective; equal unless accepted
    predicted_decrease : of the loss, to first order, by a step of full length
    step_size : length of the step taken, as a share of the normal's norm, 0 unless accepted
    displacement_sigma : the same length in sigmas
    grad_norm : of the loss with respect to the normals
    mass : of the style groups, at the point that was kept
    noise : statistics of the normals that were kept
    layers_left_out : layers too coarse to tell pitch queries from the rest
    """

    sample: int
    step: int
    progress: float
    t: float
    iteration: int
    window: int
    outcome: Literal["accepted", "rejected", "saturated"]
    loss_before: float
    loss_after: float
    predicted_decrease: float
    step_size: float
    displacement_sigma: float
    grad_norm: float
    mass: MassReadout
    noise: NoiseStats
    layers_left_out: tuple[int, ...]

    @property
    def accepted(self) -> bool:
        """Whether the normals moved."""
        return self.outcome == "accepted"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as a line of ``trace.jsonl`` holds them."""
        return {**asdict(self), "accepted": self.accepted}


@dataclass(frozen=True)
class TraceSummary:
    """The rows of one sample, summed up.

    Parameters
    ----------
    iterations, accepted : how many were done, and how many moved the normals
    loss_first, loss_last : before the first iteration and after the last; None without iterations
    displacement_share, displacement_sigma : mean length of an accepted step, as a share and in sigmas
    """

    iterations: int
    accepted: int
    loss_first: float | None
    loss_last: float | None
    displacement_share: float
    displacement_sigma: float


def summarise(rows: Sequence[TraceRow], sample: int = 0) -> TraceSummary:
    """Sum up the rows of one sample."""
    mine = [row for row in rows if row.sample == sample]
    moved = [row for row in mine if row.accepted]
    n = max(len(moved), 1)
    return TraceSummary(
        iterations=len(mine),
        accepted=len(moved),
        loss_first=mine[0].loss_before if mine else None,
        loss_last=mine[-1].loss_after if mine else None,
        displacement_share=sum(row.step_size for row in moved) / n,
        displacement_sigma=sum(row.displacement_sigma for row in moved) / n,
    )
