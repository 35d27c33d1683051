"""Training loss of the `bin` estimator: v about mu, and the mass as a posterior over the sources."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator, EstimatorOutput
from interp.train.batch import Batch
from masks.groups import NULL, groups_of_kind, key_share, log_weights

MASS_FLOOR = 1e-6
SMALLEST_T = 1e-3


class BinLoss(nn.Module):
    """An estimator and its loss as one module: a distributed wrapper sees every use of the parameters.

    ``compiled`` has it compiled as one graph a crop length, at the first step of each.
    """

    def __init__(self, estimator: BinEstimator, process: DiffusionProcess, compiled: bool = False) -> None:
        super().__init__()
        self.estimator = estimator
        self.process = process
        self._losses = torch.compile(bin_losses, fullgraph=True, dynamic=False) if compiled else bin_losses

    def forward(
        self, batch: Batch, t: Float[Tensor, " batch"], noise: Float[Tensor, "batch n_mels frames"]
    ) -> Losses:
        """See `bin_losses`."""
        return self._losses(self.estimator, batch, t, noise, self.process)


@dataclass(frozen=True)
class Losses:
    """Terms of the loss, per example.

    Shapes: ``score`` (B,) mean squared error of v, ``pitch`` and ``rest`` (B,) nats per query, 0 where
    ``counts`` (B,) is False, ``t`` (B,).
    """

    score: Float[Tensor, " batch"]
    pitch: Float[Tensor, " batch"]
    rest: Float[Tensor, " batch"]
    counts: Bool[Tensor, " batch"]
    t: Float[Tensor, " batch"]

    def total(self, auxiliary: float) -> Float[Tensor, ""]:
        """Score loss plus ``auxiliary`` times the mass losses, each over the examples that count."""
        n = self.counts.sum().clamp(min=1)
        return self.score.mean() + auxiliary * (self.pitch.sum() + self.rest.sum()) / n


def bin_losses(
    estimator: BinEstimator,
    batch: Batch,
    t: Float[Tensor, " batch"],
    noise: Float[Tensor, "batch n_mels frames"],
    process: DiffusionProcess,
) -> Losses:
    """Evaluate the estimator once on noised targets; the losses themselves are float32."""
    a, sigma = (x[:, None, None] for x in process.a_and_sigma(t))
    y_t = (a * batch.y0 + sigma * noise) * batch.frame_mask[:, None]
    bank = estimator.encode_references(batch.refs)
    weights = log_weights(batch.visible[:, None], bank.membership.float())
    out = estimator(y_t, t, batch.mu, batch.frame_mask, bank, weights, relative_time=batch.relative_time)
    assert out.v is not None
    wrong = (out.v.float() - (a * noise - sigma * batch.y0)) * batch.frame_mask[:, None]
    n_cells = batch.frame_mask.sum(1) * batch.y0.shape[1]
    relative = relative_mass(out, key_share(bank.membership.float()))
    counts = batch.counts
    return Losses(
        score=wrong.square().sum((1, 2)) / n_cells,
        pitch=_source_nll(relative, "pitch", batch.pitch_from, batch.pitch_queries & counts[:, None]),
        rest=_source_nll(relative, "rest", batch.rest_from, batch.rest_queries & counts[:, None]),
        counts=counts,
        t=t,
    )


def relative_mass(
    out: EstimatorOutput, share: Float[Tensor, "batch groups"]
) -> Float[Tensor, "batch queries groups"]:
    """Mass over the group's share of its reference's keys, mean of the second half of the layers."""
    layers = sorted(out.masses)
    used = torch.stack([out.masses[i].float() for i in layers[len(layers) // 2 :]])
    mass = used.mean(0)[..., : NULL + 1]
    return mass / share[:, None, : NULL + 1].clamp(min=1e-3) + MASS_FLOOR


def _source_nll(
    mass: Float[Tensor, "batch queries groups"],
    kind: str,
    source: Int[Tensor, "batch queries"],
    on: Bool[Tensor, "batch queries"],
) -> Float[Tensor, " batch"]:
    """Mean -log of the source's share of a kind's groups and null, over counted queries."""
    answers = torch.stack([mass[..., group] for group in (*groups_of_kind(kind), NULL)], -1)
    chosen = answers.gather(-1, source[..., None])[..., 0]
    nll = (answers.sum(-1) / chosen).log()
    return (nll * on).sum(1) / on.sum(1).clamp(min=1)
