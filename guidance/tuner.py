"""The tuner that is plugged into the sampler: the noise of a step in, tuned noise and the score there out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.degeneracy import is_flat, refuse_degenerate
from guidance.layers import left_out
from guidance.noise_stats import noise_stats
from guidance.objectives import Reading, Term
from guidance.readout import read_masses
from guidance.step import LineSearch, line_search, norms, tangential_step
from guidance.trace import TraceRow
from guidance.tuning import Evaluation, Slope, StepState, Tuning


@dataclass(frozen=True)
class NoiseTuner:
    """Tunes the normals behind x_t inside the windows of progress, sample by sample.

    Outside the windows, at a step share of 0, and where nothing is left to gain it returns None, and the
    sampler goes on as if it were not there.

    Parameters
    ----------
    tuning : the model, the objective and the settings
    on_row : called with every row of the trace as it is made
    """

    tuning: Tuning
    on_row: Callable[[TraceRow], None] = field(default=lambda row: None)

    def __call__(
        self, state: StepState
    ) -> tuple[Float[Tensor, "batch n_mels frames"], Float[Tensor, "batch n_mels frames"]] | None:
        """Tuned normals and the score at the x_t they give, or None to leave this step alone.

        Raises
        ------
        InterpError
            when no noise can change the objective, it is not finite, or it does not fit the model or mode
        """
        window = self._window(state)
        return None if window is None else self._tune(state, window)

    def _window(self, state: StepState) -> int | None:
        settings = self.tuning.settings
        if (
            not settings.enabled
            or settings.step_share == 0
            or (settings.scope == "initial" and state.index > 0)
        ):
            return None
        window = settings.windows.at(state.progress)
        return window if window is not None and self.tuning.objective.terms(window) else None

    def _tune(self, state: StepState, window: int) -> tuple[Tensor, Tensor] | None:
        terms = self.tuning.objective.terms(window)
        z, score = state.z, None
        readings: tuple[Reading, ...] = ()
        active = torch.ones(z.shape[0], dtype=torch.bool, device=z.device)
        for iteration in range(self.tuning.settings.epochs):
            slope = self.tuning.slope(state, terms, z, readings)
            readings = slope.readings
            saturated = active & self._saturated(state, terms, z, slope, active)
            search = self._search(state, terms, z, slope, active & ~saturated)
            self._record(state, window, iteration, z, slope, search, active, saturated)
            z, active = search.z, search.accepted
            score = score if search.measured.score is None else search.measured.score
            # A sample that was rejected would be rejected again: its slope is the same.
            if not bool(active.any()):
                break
        return None if score is None else (z, score)

    def _saturated(
        self,
        state: StepState,
        terms: tuple[Term, ...],
        z: Tensor,
        slope: Slope,
        active: Bool[Tensor, " batch"],
    ) -> Bool[Tensor, " batch"]:
        """Samples with nothing to gain here, though there is at fresh noise; refuses those without either."""
        predicted = self._predicted(z, slope)
        flat = active & is_flat(slope.loss, predicted)
        if bool(flat.any()):
            fresh = self.tuning.fresh_slope(state, terms, slope.readings)
            flat_there = is_flat(fresh.loss, self._predicted(state.z, fresh))
            refuse_degenerate(self.tuning.objective.name, flat & flat_there, predicted)
        return flat

    def _predicted(self, z: Tensor, slope: Slope) -> Float[Tensor, " batch"]:
        """First-order decrease of the loss by a full step."""
        return (self.tuning.settings.step_share * norms(z) * norms(slope.uphill)).to(slope.loss.dtype)

    def _search(
        self,
        state: StepState,
        terms: tuple[Term, ...],
        z: Tensor,
        slope: Slope,
        moving: Bool[Tensor, " batch"],
    ) -> LineSearch[Evaluation]:
        if not bool(moving.any()):
            return LineSearch(
                z, Evaluation(slope.loss, None, slope.masses), moving, torch.zeros_like(slope.loss)
            )
        settings = self.tuning.settings
        return line_search(
            lambda share: tangential_step(z, slope.uphill, share, state.frame_mask),
            lambda moved: self.tuning.evaluate(state, terms, moved, slope.readings),
            slope.loss,
            settings.step_share * moving.to(z.dtype),
            settings.max_halvings,
        )

    def _record(
        self,
        state: StepState,
        window: int,
        iteration: int,
        z: Tensor,
        slope: Slope,
        search: LineSearch[Evaluation],
        active: Bool[Tensor, " batch"],
        saturated: Bool[Tensor, " batch"],
    ) -> None:
        terms, masses, reading = (
            self.tuning.objective.terms(window),
            search.measured.masses[0],
            slope.readings[0],
        )
        readouts = read_masses(terms, masses, reading)
        stats = noise_stats(search.z, state.frame_mask)
        displacement = norms((search.z - z) * state.frame_mask[:, None, :])
        for i in active.nonzero()[:, 0].tolist():
            moved = bool(search.accepted[i])
            self.on_row(
                TraceRow(
                    sample=i,
                    step=state.index,
                    progress=state.progress,
                    t=state.t,
                    iteration=iteration,
                    window=window,
                    outcome="accepted" if moved else "saturated" if bool(saturated[i]) else "rejected",
                    loss_before=float(slope.loss[i]),
                    loss_after=float((search.measured if moved else slope).loss[i]),
                    step_size=float(search.share[i]) if moved else 0.0,
                    displacement_sigma=float(displacement[i]),
                    grad_norm=float(norms(slope.gradient)[i]),
                    mass=readouts[i],
                    noise=stats[i],
                    layers_left_out=left_out(reading.layer_weights, masses.layers, i),
                )
            )
