"""Training of the mean mel and its durations, on symbols whose times are known."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from interp.estimators.parts.alignment import frame_mask_of
from interp.estimators.parts.duration import duration_loss
from interp.estimators.parts.mean_mel import MeanMel, MeanMelConfig
from interp.train.optimizer import rate_at
from interp.train.state import move_average
from interp.train.text import TextBatch, TextExample, mean_losses, text_batches
from masks.limits import Limited, limited

log = logging.getLogger(__name__)

DURATION_WEIGHT = 0.2
VALID_ITEMS = 96


@dataclass(frozen=True)
class MeanMelTraining(Limited):
    """``n_steps`` of ``batch_size`` examples; ``decay_share``: their last part, in which the rate falls."""

    n_steps: int = limited(1500, low=0)
    batch_size: int = limited(24, low=1)
    learning_rate: float = limited(2e-3, above=0.0)
    warmup_steps: int = limited(150, low=1)
    decay_share: float = limited(0.5, above=0.0, high=1.0)
    ema_decay: float = limited(0.995, low=0.0, high=1.0)
    valid_every: int = limited(200, low=1)


def train_mean_mel(
    config: MeanMelConfig,
    train: Sequence[TextExample],
    valid: Sequence[TextExample],
    settings: MeanMelTraining,
    *,
    mel_mean: float,
    mel_std: float,
    seed: int = 0,
    bf16: bool = True,
) -> MeanMel:
    """Fit mean mel and log durations by squared error; returns averaged weights, frozen."""
    torch.manual_seed(seed)
    net = MeanMel(config)
    average = copy.deepcopy(net).eval().requires_grad_(False)
    weights = average.state_dict()  # the same memory
    optimizer = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    started = time.monotonic()
    batches = text_batches(train, settings.batch_size, mel_mean, mel_std, seed)
    for step in range(1, settings.n_steps + 1):
        share = rate_at(step, settings.n_steps, settings.warmup_steps, settings.decay_share, least=0.01)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * share
        mel, duration = mean_mel_losses(net, next(batches), bf16)
        torch.autograd.backward(mel + DURATION_WEIGHT * duration)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        move_average(weights, net, step, settings.ema_decay)
        if step % settings.valid_every == 0 or step == settings.n_steps:
            found = valid_losses(average, valid, mel_mean, mel_std, bf16)
            log.info(
                "mean mel step %d: %.3f nat^2, log durations %.3f, %.0f s",
                step, found[0] * mel_std**2, found[1], time.monotonic() - started,
            )  # fmt: skip
    return average


def mean_mel_losses(
    net: MeanMel, batch: TextBatch, bf16: bool
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Mean squared error over real cells, and of log durations over real symbols."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        encoded = net.encode(batch.ids, batch.lengths)
        mu = net.decode(encoded.hidden, batch.durations)
    mask = frame_mask_of(batch.durations)[:, None]
    wrong = (mu.float() - batch.mel).square() * mask
    return (
        wrong.sum() / (mask.sum() * mu.shape[1]),
        duration_loss(encoded.log_durations.float(), batch.durations, encoded.x_mask),
    )


def valid_losses(
    net: MeanMel, valid: Sequence[TextExample], mel_mean: float, mel_std: float, bf16: bool
) -> tuple[float, float]:
    """Means over the first `VALID_ITEMS` examples."""
    return mean_losses(
        valid[:VALID_ITEMS], mel_mean, mel_std, lambda batch: mean_mel_losses(net, batch, bf16)
    )
