"""One batch from its noise to its mels, tuned as the settings say: every synthesis runs through here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.masses import AttentionMasses
from guidance.trace import TraceRow
from guidance.tuner import NoiseTuner
from interp.diffusion.noise import NoisePath, draw_noise
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import OnStep, SamplingCancelled, ScoreFunction, Tuner
from interp.estimators.contract import Binding, Engine, Piece
from interp.settings.synth import SynthSettings
from interp.synthesis.noted_masses import NotedMasses
from interp.synthesis.sampling import Sampling
from interp.synthesis.tuned_path import tuned_path
from masks.errors import InterpError
from masks.grid import MelGrid

LARGEST_BATCH = 8
LOWEST_LOG_MEL = np.log(1e-5)
MakeTuner = Callable[[BoundObjective, Callable[[TraceRow], None]], Tuner]


def batches_of(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Pieces that run together."""
    return (pieces[i : i + LARGEST_BATCH] for i in range(0, len(pieces), LARGEST_BATCH))


@dataclass(frozen=True)
class BatchRun:
    """Pieces, the model and objective bound to them, a sampler, and the noise that their seeds draw.

    Any of them may be replaced: conditions of an experiment change the binding, and read along.
    """

    pieces: Sequence[Piece]
    binding: Binding
    sampling: Sampling
    noise: NoisePath

    @classmethod
    def of(
        cls,
        binding: Binding,
        process: DiffusionProcess,
        pieces: Sequence[Piece],
        settings: SynthSettings,
        grid: MelGrid,
    ) -> BatchRun:
        """With the noise that the seeds of the pieces draw, on the model's device."""
        sampling = Sampling(binding.model, process, settings)
        lengths = [p.sentence.n_frames for p in pieces]
        noise = draw_noise([p.seed for p in pieces], lengths, sampling.n_increments, grid.n_mels)
        return cls(pieces, binding, sampling, noise.to_like(binding.model.mu))

    def __call__(
        self,
        score: ScoreFunction,
        on_step: OnStep | None = None,
        on_row: Callable[[TraceRow], None] = lambda row: None,
        make_tuner: MakeTuner = NoiseTuner,
    ) -> Float[Tensor, "batch n_mels frames"]:
        """Sample, with the noise tuned where the settings ask for it; model units.

        Parameters
        ----------
        on_row : told of every iteration of the tuning
        make_tuner : of a step's noise, in place of `NoiseTuner`

        Raises
        ------
        InterpError
            Where the model diverged, naming the solver and the steps.
        """
        guidance, noise, tuner = self.sampling.settings.guidance, self.noise, None
        if guidance.enabled and guidance.scope == "step":
            tuner = make_tuner(self.binding.tuning, on_row)
        elif guidance.enabled:
            noise = tuned_path(self.sampling, self.binding, noise, on_row)
        return self._finite(self.sampling(score, noise, tuner=tuner, on_step=on_step))

    def untuned(
        self, score: ScoreFunction, on_step: OnStep | None = None
    ) -> Float[Tensor, "batch n_mels frames"]:
        """Sample with the noise as it was drawn.

        Raises
        ------
        InterpError
            Where the model diverged.
        """
        return self._finite(self.sampling(score, self.noise, on_step=on_step))

    def untuned_masses(self, t: float) -> AttentionMasses:
        """Masses of the untuned run at one of its times; the run is left as soon as they are known."""
        noted = NotedMasses(self.binding.model, (t,), ends=True)
        with suppress(SamplingCancelled):
            self.sampling(noted.score, self.noise)
        return noted.found[t]

    def cut(self, x: Float[Tensor, "batch n_mels frames"]) -> list[Float[Tensor, "n_mels _"]]:
        """The real frames of every piece."""
        return [x[i, :, : p.sentence.n_frames] for i, p in enumerate(self.pieces)]

    def _finite(self, x: Tensor) -> Tensor:
        s = self.sampling.settings
        if not bool(x.isfinite().all()):
            raise InterpError(
                f"checkpoint: its mel is not finite after {s.n_timesteps} steps of {s.sampler} {s.solver}; "
                "raise --timesteps, choose --solver euler, or another checkpoint"
            )
        return x


def log_mel_of(engine: Engine, x: Float[Tensor, "n_mels frames"]) -> Float[np.ndarray, "n_mels frames"]:
    """Natural log mel of model units, not below the floor of real ones."""
    return np.asarray(np.maximum(engine.to_log_mel(x).cpu().numpy(), LOWEST_LOG_MEL))
