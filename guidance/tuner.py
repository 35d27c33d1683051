"""The tuner that is plugged into the sampler: the noise of a step in, tuned noise and the score there out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import BoundObjective, Evaluation, Slope, Visit, mean_loss
from guidance.descent import Readings, descend
from guidance.recording import Recorder
from guidance.step_state import StepState
from guidance.terms import Term
from guidance.trace import TraceRow


@dataclass(frozen=True)
class StepLandscape:
    """A `Landscape`: the objective over the normal behind one x_t."""

    bound: BoundObjective
    state: StepState
    terms: tuple[Term, ...]
    n_normals: int = 1

    @property
    def frame_mask(self) -> Bool[Tensor, "batch frames"]:
        """True on real frames."""
        return self.state.frame_mask

    def slope(self, z: Float[Tensor, "batch n_mels frames"], readings: Readings) -> Slope:
        """Of what one evaluation at ``mean + spread * z`` finds."""
        bound, state = self.bound, self.state
        queries = bound.queries if bound.queries_at is None else bound.queries_at(state)
        return bound.slope(
            lambda leaf: self._visit(state.mean + state.spread * leaf),
            z, state.frame_mask, readings, queries=queries,
        )  # fmt: skip

    def evaluate(self, z: Float[Tensor, "batch n_mels frames"], readings: Readings) -> Evaluation:
        """Loss and score, of the whole network."""
        state = self.state
        with torch.no_grad():
            score, masses = self.bound.model.score_and_masses(state.mean + state.spread * z, state.times)
            return Evaluation(mean_loss((Visit(self.terms, masses),), readings), score, (masses,))

    def _visit(self, x_t: Tensor) -> tuple[Visit, ...]:
        return (Visit(self.terms, self.bound.model.masses(x_t, self.state.times)),)


@dataclass(frozen=True)
class NoiseTuner:
    """Tunes the normals behind x_t inside the windows of progress, sample by sample: scope ``step``.

    Outside the windows, at a step share of 0, and where nothing is left to gain it returns None, and the
    sampler goes on as if it were not there.

    Parameters
    ----------
    bound : the objective, with its model and settings
    on_row : called with every row of the trace as it is made
    """

    bound: BoundObjective
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
        window = self.bound.window_at(state.progress)
        if window is None:
            return None
        terms = self.bound.objective.terms(window)
        recorder = Recorder(self.on_row, state.frame_mask, state.index, state.t, window, terms)
        z, score = descend(StepLandscape(self.bound, state, terms), state.z, recorder)
        return None if score is None else (z, score)
