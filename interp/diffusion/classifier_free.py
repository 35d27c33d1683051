"""Classifier-free guidance, apart for the pitch and the rest of the style."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from jaxtyping import Float
from torch import Tensor

from masks.errors import InterpError

FULL: frozenset[str] = frozenset()
WITHOUT_PITCH = frozenset({"pitch"})
WITHOUT_REST = frozenset({"rest"})


class DroppableScore(Protocol):
    """A model whose style groups can be dropped: "pitch", "rest" or both."""

    def __call__(
        self, x_t: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"], drop: frozenset[str]
    ) -> Float[Tensor, "B n_mels T"]:
        """Score without the groups in ``drop``."""


@dataclass(frozen=True)
class ClassifierFreeGuidance:
    """``s = s_pr + (w_p - 1)(s_pr - s_0r) + (w_r - 1)(s_pr - s_p0)``; 0 marks the dropped group.

    A score function for the sampler. A weight of 1 costs nothing: its branch is never evaluated.

    Parameters
    ----------
    score : evaluates the model with the named groups dropped
    pitch_weight, rest_weight : float, at least 0; 0 drops the group, 1 leaves the model as it is,
        above 1 exaggerates it

    Raises
    ------
    InterpError
        For a weight that is negative or not finite.

    References
    ----------
    Ho and Salimans 2022, Classifier-free diffusion guidance, eq. 6, once per group.
    """

    score: DroppableScore
    pitch_weight: float = 1.0
    rest_weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse weights without a meaning."""
        for option, weight in (("cfg_pitch", self.pitch_weight), ("cfg_rest", self.rest_weight)):
            if not (math.isfinite(weight) and weight >= 0.0):
                raise InterpError(f"{option}: {weight}; allowed: 0 or more; 1 is no guidance")

    def __call__(
        self, x_t: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"]
    ) -> Float[Tensor, "B n_mels T"]:
        """Guided score at x_t."""
        return self.sharpen(self.score(x_t, t, FULL), x_t, t)

    def sharpen(
        self, full: Float[Tensor, "B n_mels T"], x_t: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"]
    ) -> Float[Tensor, "B n_mels T"]:
        """Guided score from ``s_pr`` that is already known, as after a tuner's own evaluation at x_t."""
        guided = full
        for weight, drop in ((self.pitch_weight, WITHOUT_PITCH), (self.rest_weight, WITHOUT_REST)):
            if weight != 1.0:
                guided = guided + (weight - 1.0) * (full - self.score(x_t, t, drop))
        return guided
