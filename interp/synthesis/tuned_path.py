"""Noise that is tuned before sampling: the path from normals to the masses they lead to, see `PathTuner`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.path import PathTuner
from guidance.settings import GuidanceSettings
from guidance.trace import TraceRow
from interp.diffusion.noise import NoisePath
from interp.diffusion.sampler import SamplingCancelled
from interp.estimators.contract import Binding
from interp.settings.synth import SynthSettings
from interp.synthesis.noted_masses import NotedMasses
from interp.synthesis.sampling import Sampling


@dataclass(frozen=True)
class TunedPath:
    """Runs the sampler from tuned normals to the last evaluation that is read.

    Parameters
    ----------
    noise : the path as drawn; normals that are not tuned come from it
    n_evaluations : how many are read, from the first on
    n_normals : how many are tuned: 1, that of x_T, or its increments with it
    """

    sampling: Sampling
    noise: NoisePath
    n_evaluations: int
    n_normals: int

    @property
    def normals(self) -> Float[Tensor, "batch normals n_mels frames"]:
        """What is tuned, as drawn."""
        increments = self.noise.increments[: self.n_normals - 1]
        return torch.stack([self.noise.initial, *increments], 1)

    def noise_of(self, normals: Float[Tensor, "batch normals n_mels frames"]) -> NoisePath:
        """The path with `normals` in place of what was drawn."""
        tuned = rearrange(normals, "batch normals bins frames -> normals batch bins frames")
        rest = self.noise.increments[self.n_normals - 1 :]
        return replace(self.noise, initial=tuned[0], increments=torch.cat([tuned[1:], rest]))

    def __call__(self, z: Float[Tensor, "batch rows frames"]) -> Sequence[tuple[float, AttentionMasses]]:
        """Progress and masses at every evaluation read; `z` holds the normals one above another."""
        shape = "batch (normals bins) frames -> batch normals bins frames"
        times = self.sampling.times[: self.n_evaluations]
        noted = NotedMasses(self.sampling.model, times, ends=True, recompute=torch.is_grad_enabled())
        with suppress(SamplingCancelled):
            self.sampling(noted.score, self.noise_of(rearrange(z, shape, normals=self.n_normals)))
        return [(1.0 - t, masses) for t, masses in noted.found.items()]


def evaluations_read(settings: SynthSettings, times: Sequence[float]) -> int:
    """How many evaluations a path scope reads: those in the windows, for ``initial`` 1 and the lookahead."""
    guidance = settings.guidance
    inside = sum(settings.windows.at(1.0 - t) is not None for t in times)
    return min(inside, 1 + guidance.lookahead) if guidance.scope == "initial" else inside


def normals_tuned(guidance: GuidanceSettings, sampler: str, n_evaluations: int) -> int:
    """1 for ``initial`` and for the ODE, which adds none; else all that the evaluations read depend on."""
    return n_evaluations if guidance.scope == "trajectory" and sampler == "sde" else 1


def tuned_path(
    sampling: Sampling, binding: Binding, noise: NoisePath, on_row: Callable[[TraceRow], None]
) -> NoisePath:
    """The noise tuned before sampling, by the masses that it leads to."""
    guidance, times = sampling.settings.guidance, sampling.times
    n_evaluations = evaluations_read(sampling.settings, times)
    if n_evaluations == 0:
        return noise
    n_normals = normals_tuned(guidance, sampling.settings.sampler, n_evaluations)
    path = TunedPath(sampling, noise.to_like(binding.model.mu), n_evaluations, n_normals)
    tuner = PathTuner(binding.tuning, path, times[0], on_row)
    return path.noise_of(tuner(path.normals, binding.model.frame_mask))
