"""Scopes ``initial`` and ``trajectory``: normals tuned before sampling, by masses along their path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import BoundObjective, Evaluation, Slope, Visit, mean_loss
from guidance.descent import Readings, descend
from guidance.masses import AttentionMasses
from guidance.recording import Recorder
from guidance.trace import TraceRow

TunedPath = Callable[[Tensor], Sequence[tuple[float, AttentionMasses]]]
"""Normals (batch, normals * n_mels, frames) -> progress and masses at the evaluations to be read, in order.

It keeps the graph where gradients are on."""


@dataclass(frozen=True)
class PathLandscape:
    """A `Landscape`: the objective over several normals, by the evaluations that they lead to."""

    bound: BoundObjective
    tuned_path: TunedPath
    frame_mask: Bool[Tensor, "batch frames"]
    n_normals: int

    def slope(self, z: Float[Tensor, "batch rows frames"], readings: Readings) -> Slope:
        """Of the mean over the evaluations."""
        return self.bound.slope(self._visits, z, self.frame_mask, readings, n_normals=self.n_normals)

    def evaluate(self, z: Float[Tensor, "batch rows frames"], readings: Readings) -> Evaluation:
        """Loss alone: the score at the last evaluation is of no use to the first."""
        with torch.no_grad():
            visits = self._visits(z)
            return Evaluation(mean_loss(visits, readings), None, tuple(v.masses for v in visits))

    def _visits(self, z: Tensor) -> tuple[Visit, ...]:
        """What is found along the path, with the terms of the window it lies in."""
        found = ((self.bound.window_at(progress), masses) for progress, masses in self.tuned_path(z))
        return tuple(Visit(self.bound.objective.terms(w), masses) for w, masses in found if w is not None)


@dataclass(frozen=True)
class PathTuner:
    """Tunes several normals as one, each kept on its own shell.

    Parameters
    ----------
    bound : the objective, with its model and settings
    tuned_path : runs the sampler from given normals as far as masses are read
    t : diffusion time of the first evaluation
    on_row : called with every row of the trace as it is made
    """

    bound: BoundObjective
    tuned_path: TunedPath
    t: float
    on_row: Callable[[TraceRow], None] = field(default=lambda row: None)

    def __call__(
        self,
        normals: Float[Tensor, "batch normals n_mels frames"],
        frame_mask: Bool[Tensor, "batch frames"],
    ) -> Float[Tensor, "batch normals n_mels frames"]:
        """Tuned normals; the same bits where the settings tune nothing.

        Raises
        ------
        InterpError
            when no noise can change the objective, it is not finite, or it does not fit the model or mode
        """
        window = self.bound.window_at(1.0 - self.t)
        if window is None:
            return normals
        drawn = normals.flatten(1, 2)
        landscape = PathLandscape(self.bound, self.tuned_path, frame_mask, normals.shape[1])
        terms = self.bound.objective.terms(window)
        tuned, _ = descend(landscape, drawn, Recorder(self.on_row, frame_mask, 0, self.t, window, terms))
        return tuned.reshape(normals.shape)
