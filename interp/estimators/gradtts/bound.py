"""Grad-TTS's estimator with text and speakers bound: what sampler and guidance know of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.masses import AttentionMasses
from interp.estimators.gradtts.network import GradTTSEstimator
from masks.groups import STYLE_GROUPS

N_LAYERS = 6


@dataclass(frozen=True)
class BoundGradTTS:
    """Score and masses of a batch of sentences.

    The softmax of linear attention runs over the cells of the target and is the same for every query, so
    that masses belong to a layer: one query each, on regions of the target's own grid.

    Parameters
    ----------
    mu, frame_mask : (B, n_mels, T) and (B, T)
    regions : (B, G, n_mels, T), weight of each cell in the regions named `STYLE_GROUPS`; those of one
        reference sum to 1 in every real cell
    layers : attention layers that masses are read from, of six: three down, middle, two up
    speaker_plane : (B, n_mels, T), None for a model of one speaker
    """

    estimator: GradTTSEstimator
    mu: Float[Tensor, "batch n_mels frames"]
    frame_mask: Bool[Tensor, "batch frames"]
    regions: Float[Tensor, "batch groups n_mels frames"]
    layers: tuple[int, ...]
    speaker_plane: Float[Tensor, "batch n_mels frames"] | None

    def score(self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]) -> Tensor:
        """Score at x_t."""
        score: Tensor = self.estimator(x_t, self.frame_mask, self.mu, t, speaker_plane=self.speaker_plane)
        return score

    def masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> AttentionMasses:
        """Masses with a graph back to x_t; the whole U-Net runs, as its last layers attend too."""
        return self.score_and_masses(x_t, t)[1]

    def score_and_masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> tuple[Tensor, AttentionMasses]:
        """Both of one evaluation."""
        score, found = self.estimator.score_and_masses(
            x_t, self.frame_mask, self.mu, t, self.regions, speaker_plane=self.speaker_plane
        )
        mass = tuple(found[i][:, None] for i in self.layers)
        return score, AttentionMasses(self.layers, mass, self._gates(), STYLE_GROUPS)

    def _gates(self) -> Float[Tensor, " layers"]:
        """Sizes of the layers' learned gates, which stand for what a layer contributes."""
        gates = [attention.fn.g.detach().abs()[0] for attention in self.estimator.attentions()]
        return torch.stack([gates[i] for i in self.layers])
