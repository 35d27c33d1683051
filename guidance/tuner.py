"""The tuner that is plugged into the sampler: the noise of a step in, tuned noise and the score there out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from jaxtyping import Float
from torch import Tensor

from guidance.descent import Iteration, Landscape, descend
from guidance.recording import Place, rows_of
from guidance.trace import TraceRow
from guidance.tuning import StepState, Tuning


@dataclass(frozen=True)
class NoiseTuner:
    """Tunes the normals behind x_t inside the windows of progress, sample by sample: scope ``step``.

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
        if not settings.enabled or settings.step_share == 0:
            return None
        window = self.tuning.windows.at(state.progress)
        return window if window is not None and self.tuning.objective.terms(window) else None

    def _tune(self, state: StepState, window: int) -> tuple[Tensor, Tensor] | None:
        tuning, terms = self.tuning, self.tuning.objective.terms(window)
        landscape = Landscape(
            tuning.objective.name,
            state.frame_mask,
            partial(tuning.slope, state, terms),
            partial(tuning.evaluate, state, terms),
            partial(tuning.fresh_slope, state, terms),
        )
        place = Place(state.index, state.t, window, terms)
        kept = state.z

        def record(done: Iteration) -> None:
            nonlocal kept
            kept = done.search.z
            for row in rows_of(done, place, state.frame_mask):
                self.on_row(row)

        score = descend(landscape, state.z, tuning.settings, record)
        return None if score is None else (kept, score)
