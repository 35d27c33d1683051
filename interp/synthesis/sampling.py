"""A sampler as the settings ask for it, bound to a batch: what every run of one synthesis has in common."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from interp.diffusion.noise import NoisePath
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import OnStep, ScoreFunction, Tuner, sample
from interp.diffusion.solvers import make_solver
from interp.estimators.contract import BatchModel
from interp.settings.synth import SynthSettings


@dataclass(frozen=True)
class Sampling:
    """See `sample`."""

    model: BatchModel
    process: DiffusionProcess
    settings: SynthSettings

    @property
    def times(self) -> tuple[float, ...]:
        """Diffusion times of the evaluations, falling."""
        s = self.settings
        return make_solver(s.solver, s.sampler, s.n_timesteps, self.process).evaluation_times

    @property
    def n_increments(self) -> int:
        """Normals that a path needs beside those of x_T."""
        return self.settings.n_timesteps if self.settings.sampler == "sde" else 0

    def __call__(
        self,
        score_fn: ScoreFunction,
        noise: NoisePath,
        *,
        tuner: Tuner | None = None,
        on_step: OnStep | None = None,
    ) -> Float[Tensor, "batch n_mels frames"]:
        """Run from noise to a mel in model units."""
        s = self.settings
        return sample(
            score_fn, self.model.mu, self.model.frame_mask, noise, process=self.process,
            n_timesteps=s.n_timesteps, sampler=s.sampler, solver=s.solver, temperature=s.temperature,
            tuner=tuner, on_step=on_step,
        )  # fmt: skip
