"""Training of the mean mel and its durations, on symbols whose times are known."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from interp.estimators.parts.alignment import frame_mask_of
from interp.estimators.parts.duration import duration_loss
from interp.estimators.parts.mean_mel import MeanMel, MeanMelConfig
from interp.train.state import move_average
from interp.train.text import TextExample
from masks.limits import Limited, limited

log = logging.getLogger(__name__)

DURATION_WEIGHT = 0.2
VALID_ITEMS = 96
LENGTH_POOL = 8  # batches' worth of neighbours in length that a batch is drawn from


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


@dataclass(frozen=True)
class MeanMelBatch:
    """Padded: ``ids``, ``durations`` (B, N), ``lengths`` (B,), ``mel`` (B, n_mels, T) in model units."""

    ids: Int[Tensor, "batch symbols"]
    durations: Int[Tensor, "batch symbols"]
    lengths: Int[Tensor, " batch"]
    mel: Float[Tensor, "batch n_mels frames"]


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
    rng, started = np.random.default_rng(seed), time.monotonic()
    by_length = np.argsort([e.mel.shape[1] for e in train])
    for step in range(1, settings.n_steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * _rate(step, settings)
        chosen = [train[i] for i in near_in_length(by_length, settings.batch_size, rng)]
        mel, duration = mean_mel_losses(net, collate(chosen, mel_mean, mel_std), bf16)
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
    net: MeanMel, batch: MeanMelBatch, bf16: bool
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
    some = valid[:VALID_ITEMS]
    with torch.no_grad():
        rows = [
            mean_mel_losses(net, collate(some[i : i + 16], mel_mean, mel_std), bf16)
            for i in range(0, len(some), 16)
        ]
    mel, duration = torch.tensor(rows).mean(0).tolist()
    return mel, duration


def near_in_length(
    by_length: Int[np.ndarray, " examples"], n: int, rng: np.random.Generator
) -> Int[np.ndarray, " chosen"]:
    """A batch of examples of similar length, so that little of it is padding."""
    pool = LENGTH_POOL * n
    start = int(rng.integers(0, max(1, len(by_length) - pool + 1)))
    return rng.choice(by_length[start : start + pool], min(n, len(by_length)), replace=False)


def collate(examples: Sequence[TextExample], mel_mean: float, mel_std: float) -> MeanMelBatch:
    """Pad a batch."""
    n = max(len(e.ids) for e in examples)
    frames = max(e.mel.shape[1] for e in examples)
    ids, durations = (torch.zeros(len(examples), n, dtype=torch.long) for _ in range(2))
    mel = torch.zeros(len(examples), examples[0].mel.shape[0], frames)
    for i, e in enumerate(examples):
        ids[i, : len(e.ids)] = torch.from_numpy(e.ids)
        durations[i, : len(e.ids)] = torch.from_numpy(e.durations)
        mel[i, :, : e.mel.shape[1]] = (torch.from_numpy(e.mel).float() - mel_mean) / mel_std
    return MeanMelBatch(ids, durations, torch.tensor([len(e.ids) for e in examples]), mel)


def _rate(step: int, settings: MeanMelTraining) -> float:
    left = (settings.n_steps - step) / (settings.decay_share * settings.n_steps)
    fall = 0.5 - 0.5 * math.cos(math.pi * min(1.0, left))
    return min(1.0, step / settings.warmup_steps) * max(0.01, fall)
