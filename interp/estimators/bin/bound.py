"""The `bin` estimator with text and references bound: what sampler and guidance know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.masses import AttentionMasses
from interp.diffusion.classifier_free import FULL, ClassifierFreeGuidance
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator, EstimatorOutput, KeyBank
from masks.groups import GROUP_NAMES


@dataclass(frozen=True)
class BoundModel:
    """Score and masses of a batch of sentences.

    Parameters
    ----------
    mu, frame_mask : (B, n_mels, T) in model units and (B, T)
    bank : keys and values of the references, computed once
    log_weights : by the style groups that are dropped ("pitch", "rest"): (B, Q or 1, G)
    layers : style attention layers that masses are read from, counted among those that attend
    pitch_weight, rest_weight : of classifier-free guidance; 1 costs nothing
    """

    estimator: BinEstimator
    process: DiffusionProcess
    mu: Float[Tensor, "batch n_mels frames"]
    frame_mask: Bool[Tensor, "batch frames"]
    bank: KeyBank
    log_weights: Mapping[frozenset[str], Float[Tensor, "batch queries groups"]]
    layers: tuple[int, ...]
    pitch_weight: float = 1.0
    rest_weight: float = 1.0

    def score(self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]) -> Tensor:
        """Score at x_t, with classifier-free guidance where a weight is not 1."""
        return self._classifier_free(x_t, t)

    def masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> AttentionMasses:
        """Masses with a graph back to x_t; the pass ends after the last layer that is read."""
        last = self.estimator.config.cross_layers[self.layers[-1]]
        return self._masses_of(self._evaluate(x_t, t, FULL, last))

    def score_and_masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> tuple[Tensor, AttentionMasses]:
        """Both of one evaluation; masses are those of the model with all style."""
        out = self._evaluate(x_t, t, FULL)
        return self._classifier_free.sharpen(self._score_of(out, x_t, t), x_t, t), self._masses_of(out)

    @property
    def _classifier_free(self) -> ClassifierFreeGuidance:
        return ClassifierFreeGuidance(self._plain_score, self.pitch_weight, self.rest_weight)

    def _plain_score(self, x_t: Tensor, t: Tensor, drop: frozenset[str]) -> Tensor:
        return self._score_of(self._evaluate(x_t, t, drop), x_t, t)

    def _evaluate(
        self, x_t: Tensor, t: Tensor, drop: frozenset[str], stop_after: int | None = None
    ) -> EstimatorOutput:
        out: EstimatorOutput = self.estimator(
            x_t - self.mu,
            t,
            self.mu,
            self.frame_mask,
            self.bank,
            self.log_weights[drop],
            stop_after=stop_after,
        )
        return out

    def _score_of(self, out: EstimatorOutput, x_t: Tensor, t: Tensor) -> Tensor:
        assert out.v is not None
        return self.process.score_of_v(x_t - self.mu, out.v, t)

    def _masses_of(self, out: EstimatorOutput) -> AttentionMasses:
        at = [self.estimator.config.cross_layers[i] for i in self.layers]
        weight = torch.stack([out.contributions[i] for i in at])
        return AttentionMasses(self.layers, tuple(_precise(out.masses[i]) for i in at), weight, GROUP_NAMES)


def _precise(mass: Tensor) -> Tensor:
    """In float32 or better, whatever the model ran in."""
    return mass.to(torch.promote_types(mass.dtype, torch.float32))
