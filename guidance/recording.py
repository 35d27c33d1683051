"""Rows of the trace from what an iteration found and did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Bool
from torch import Tensor

from guidance.descent import Iteration
from guidance.layers import left_out
from guidance.noise_stats import noise_stats
from guidance.readout import read_masses
from guidance.step import norms
from guidance.terms import Term
from guidance.trace import TraceRow


@dataclass(frozen=True)
class Recorder:
    """Hands on one row for every sample that took part in an iteration.

    Parameters
    ----------
    on_row : called with every row
    frame_mask : (batch, frames), True on real frames
    step, t, window : where in the reverse process normals are tuned
    terms : what masses are read by, those of the first evaluation
    """

    on_row: Callable[[TraceRow], None]
    frame_mask: Bool[Tensor, "batch frames"]
    step: int
    t: float
    window: int
    terms: tuple[Term, ...]

    def __call__(self, done: Iteration) -> None:
        """Write down an iteration."""
        slope, search = done.slope, done.search
        masses, reading = search.measured.masses[0], slope.readings[0]
        readouts = read_masses(self.terms, masses, reading)
        stats = noise_stats(search.z, self.frame_mask)
        displacement = norms((search.z - done.z) * self.frame_mask[:, None, :])
        gradient = norms(slope.gradient)
        for i in done.active.nonzero()[:, 0].tolist():
            moved = bool(search.accepted[i])
            self.on_row(
                TraceRow(
                    sample=i,
                    step=self.step,
                    progress=1.0 - self.t,
                    t=self.t,
                    iteration=done.number,
                    window=self.window,
                    outcome="accepted" if moved else "saturated" if bool(done.saturated[i]) else "rejected",
                    loss_before=float(slope.loss[i]),
                    loss_after=float((search.measured if moved else slope).loss[i]),
                    predicted_decrease=float(done.predicted[i]),
                    step_size=float(search.share[i]) if moved else 0.0,
                    displacement_sigma=float(displacement[i]),
                    grad_norm=float(gradient[i]),
                    mass=readouts[i],
                    noise=stats[i],
                    layers_left_out=left_out(reading.layer_weights, masses.layers, i),
                )
            )
