"""Scopes ``initial`` and ``trajectory``: normals tuned together, before sampling, by masses along the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.degeneracy import fresh_normals
from guidance.descent import Iteration, Landscape, Readings, descend
from guidance.masses import AttentionMasses
from guidance.recording import Place, rows_of
from guidance.trace import TraceRow
from guidance.tuning import Evaluation, Slope, Tuning, Visit, mean_loss

Way = Callable[[Tensor], Sequence[tuple[float, AttentionMasses]]]
"""Normals (batch, normals * n_mels, frames) -> progress and masses at the evaluations to be read, in order.

It keeps the graph where gradients are on."""


@dataclass(frozen=True)
class PathTuner:
    """Tunes several normals as one, each kept on its own shell.

    Parameters
    ----------
    tuning : the objective and the settings
    way : runs the sampler from given normals as far as masses are read
    t : diffusion time of the first evaluation
    on_row : called with every row of the trace as it is made
    """

    tuning: Tuning
    way: Way
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
        settings, objective = self.tuning.settings, self.tuning.objective
        window = self.tuning.windows.at(1.0 - self.t)
        if not settings.enabled or settings.step_share == 0 or window is None or not objective.terms(window):
            return normals
        n_normals = normals.shape[1]
        kept = normals.flatten(1, 2)
        landscape = self._landscape(kept, frame_mask, n_normals)
        place = Place(0, self.t, window, objective.terms(window))

        def record(done: Iteration) -> None:
            nonlocal kept
            kept = done.search.z
            for row in rows_of(done, place, frame_mask):
                self.on_row(row)

        descend(landscape, kept, settings, record)
        return kept.reshape(normals.shape)

    def _landscape(self, z: Tensor, frame_mask: Tensor, n_normals: int) -> Landscape:
        def slope(at: Tensor, readings: Readings) -> Slope:
            return self.tuning.slope_of(self._visits, at, frame_mask, readings, n_normals=n_normals)

        def evaluate(at: Tensor, readings: Readings) -> Evaluation:
            with torch.no_grad():
                visits = self._visits(at)
                return Evaluation(mean_loss(visits, readings), None, tuple(v.masses for v in visits))

        def fresh(readings: Readings) -> Slope:
            return slope(fresh_normals(z, frame_mask), readings)

        return Landscape(self.tuning.objective.name, frame_mask, slope, evaluate, fresh, n_normals)

    def _visits(self, z: Tensor) -> tuple[Visit, ...]:
        """What is found along the way, with the terms of the window it lies in."""
        windows, objective = self.tuning.windows, self.tuning.objective
        found = ((windows.at(progress), masses) for progress, masses in self.way(z))
        return tuple(
            Visit(objective.terms(w), masses) for w, masses in found if w is not None and objective.terms(w)
        )
