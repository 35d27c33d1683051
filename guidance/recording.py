"""Rows of the trace from what an iteration found and did."""

from __future__ import annotations

from collections.abc import Iterator
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
class Place:
    """Where in the reverse process normals were tuned, and the terms that masses are read by."""

    step: int
    t: float
    window: int
    terms: tuple[Term, ...]


def rows_of(done: Iteration, place: Place, frame_mask: Bool[Tensor, "batch frames"]) -> Iterator[TraceRow]:
    """One row for every sample that took part; masses are those of the first evaluation read."""
    slope, search = done.slope, done.search
    masses, reading = search.measured.masses[0], slope.readings[0]
    readouts = read_masses(place.terms, masses, reading)
    stats = noise_stats(search.z, frame_mask)
    displacement = norms((search.z - done.z) * frame_mask[:, None, :])
    gradient = norms(slope.gradient)
    for i in done.active.nonzero()[:, 0].tolist():
        moved = bool(search.accepted[i])
        yield TraceRow(
            sample=i,
            step=place.step,
            progress=1.0 - place.t,
            t=place.t,
            iteration=done.number,
            window=place.window,
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
