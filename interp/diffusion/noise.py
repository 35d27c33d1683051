"""All randomness of one synthesis as data: the normals of x_T and of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from masks.errors import InterpError


@dataclass(frozen=True)
class NoisePath:
    """Standard normals of a run of the sampler; zero on padded frames.

    Parameters
    ----------
    initial : (B, n_mels, T) normals of x_T
    increments : (n_steps, B, n_mels, T) normals of the steps, from noise to data
    """

    initial: Float[Tensor, "B n_mels T"]
    increments: Float[Tensor, "n_steps B n_mels T"]

    @property
    def n_steps(self) -> int:
        """Number of increments."""
        return self.increments.shape[0]

    def to_like(self, like: Tensor) -> NoisePath:
        """The same path on the device and in the dtype of ``like``."""
        return NoisePath(self.initial.to(like), self.increments.to(like))


def draw_noise(seeds: Sequence[int], lengths: Sequence[int], n_steps: int, n_mels: int = 80) -> NoisePath:
    """Draw a path, one generator per sample, on the CPU in float32.

    A sample's normals depend on its own seed, length and step count alone: not on the batch around it, the
    padding or the device. The initial normals do not depend on the step count either.

    Parameters
    ----------
    seeds : one a sample
    lengths : frames of each sample, at least 1
    n_steps : int, at least 0
    n_mels : int

    Returns
    -------
    NoisePath, padded with zeros to the longest length

    Raises
    ------
    InterpError
        If the numbers of seeds and lengths differ, or one of them is out of range.
    """
    _check_drawing(seeds, lengths, n_steps)
    longest = max(lengths)
    initial = torch.zeros(len(seeds), n_mels, longest)
    increments = torch.zeros(n_steps, len(seeds), n_mels, longest)
    for sample, (seed, length) in enumerate(zip(seeds, lengths, strict=True)):
        generator = torch.Generator().manual_seed(seed)
        initial[sample, :, :length] = torch.randn(n_mels, length, generator=generator)
        increments[:, sample, :, :length] = torch.randn(n_steps, n_mels, length, generator=generator)
    return NoisePath(initial, increments)


def _check_drawing(seeds: Sequence[int], lengths: Sequence[int], n_steps: int) -> None:
    if not seeds or len(seeds) != len(lengths):
        raise InterpError(f"noise: {len(seeds)} seeds for {len(lengths)} lengths; give as many, one or more")
    if min(lengths) < 1 or n_steps < 0:
        raise InterpError(
            f"noise: shortest length {min(lengths)}, n_steps {n_steps}; allowed: 1 or more, 0 or more"
        )
    outside = [seed for seed in seeds if not -(2**63) <= seed < 2**64]
    if outside:
        raise InterpError(f"noise: seed {outside[0]} does not fit in 64 bits; give one from 0 to 2**64 - 1")
