"""What guidance is told about the sampler's step at hand."""

from __future__ import annotations

from typing import Protocol

from jaxtyping import Float
from torch import Tensor


class StepState(Protocol):
    """A step of the sampler: ``x_t = mean + spread * z``."""

    @property
    def index(self) -> int:
        """The step, from 0."""
        ...

    @property
    def t(self) -> float:
        """Diffusion time at which the estimator is evaluated, 1 is noise."""
        ...

    @property
    def times(self) -> Float[Tensor, " batch"]:
        """``t`` once per sample."""
        ...

    @property
    def progress(self) -> float:
        """``1 - t``."""
        ...

    @property
    def mean(self) -> Tensor:
        """What x_t would be without the normals, (batch, n_mels, frames)."""
        ...

    @property
    def spread(self) -> float | Tensor:
        """Deviation that the normals are scaled by."""
        ...

    @property
    def z(self) -> Tensor:
        """The standard normals that produced x_t, (batch, n_mels, frames)."""
        ...

    @property
    def mu(self) -> Tensor:
        """The text encoder's mean, (batch, n_mels, frames)."""
        ...

    @property
    def frame_mask(self) -> Tensor:
        """True on real frames, (batch, frames)."""
        ...

    @property
    def clean(self) -> Tensor | None:
        """Clean mel predicted by the step before, (batch, n_mels, frames) in model units; None at first."""
        ...
