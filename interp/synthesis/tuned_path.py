"""Noise that is tuned before sampling: the path from normals to the masses they lead to, see `PathTuner`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from guidance.masses import AttentionMasses
from guidance.path import PathTuner
from guidance.settings import GuidanceSettings
from guidance.trace import TraceRow
from interp.diffusion.noise import NoisePath
from interp.diffusion.sampler import SamplingCancelled
from interp.estimators.contract import BatchModel, Binding
from interp.settings.synth import SynthSettings
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
        reader = _Reader(self.sampling.model, self.n_evaluations)
        with suppress(SamplingCancelled):
            self.sampling(reader, self.noise_of(rearrange(z, shape, normals=self.n_normals)))
        return reader.found


@dataclass
class _Reader:
    """A score function that notes the masses, and stops the sampler at the last evaluation wanted."""

    model: BatchModel
    n_evaluations: int
    found: list[tuple[float, AttentionMasses]] = field(default_factory=list)

    def __call__(self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]) -> Tensor:
        progress = 1.0 - float(t[0])
        if len(self.found) + 1 == self.n_evaluations:
            self.found.append((progress, self.model.masses(x_t, t)))
            raise SamplingCancelled(f"all {self.n_evaluations} evaluations are read")
        score, masses = self._evaluate(x_t, t)
        self.found.append((progress, masses))
        return score

    def _evaluate(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, AttentionMasses]:
        """Evaluations along the way are computed again in the backward pass: memory of one, not of all."""
        if not torch.is_grad_enabled():
            return self.model.score_and_masses(x_t, t)
        both: tuple[Tensor, AttentionMasses] = checkpoint(
            self.model.score_and_masses, x_t, t, use_reentrant=False
        )
        return both


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
