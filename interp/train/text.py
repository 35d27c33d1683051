"""Training of the text encoder and duration predictor, durations given or searched: minutes on a CPU.

The mean mel is fitted to every voice and Praat variant alike, so that it carries no style.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from interp.estimators.parts.alignment import expand, frame_mask_of, search_durations
from interp.estimators.parts.duration import duration_loss
from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig

LENGTH_POOL = 8  # batches' worth of neighbours in length that a batch is drawn from
log = logging.getLogger(__name__)

Alignment = Literal["forced", "search"]


@dataclass(frozen=True)
class TextExample:
    """One recording: ``ids`` (N,), ``durations`` (N,) frames, ``mel`` (n_mels, T) float16 log mel."""

    ids: Int[np.ndarray, " symbols"]
    durations: Int[np.ndarray, " symbols"]
    mel: Float[np.ndarray, "n_mels frames"]


@dataclass(frozen=True)
class TextBatch:
    """Padded: ``ids``, ``durations`` (B, N), ``lengths`` (B,), ``mel`` (B, n_mels, T) in model units."""

    ids: Int[Tensor, "batch symbols"]
    durations: Int[Tensor, "batch symbols"]
    lengths: Int[Tensor, " batch"]
    mel: Float[Tensor, "batch n_mels frames"]


def train_text_encoder(
    config: TextEncoderConfig,
    train: Sequence[TextExample],
    valid: Sequence[TextExample],
    *,
    mel_mean: float,
    mel_std: float,
    n_steps: int,
    batch_size: int = 16,
    learning_rate: float = 2e-3,
    alignment: Alignment = "forced",
    seed: int = 0,
    device: str = "cpu",
) -> TextEncoder:
    """Fit mean mel (squared error, the Gaussian prior loss) and log durations.

    Parameters
    ----------
    alignment : ``forced`` fits the examples' durations; ``search`` those that the encoder itself finds
        likeliest at every step (Grad-TTS, algorithm 1), and reads only the sum of the examples' own

    Returns
    -------
    TextEncoder in evaluation mode, parameters frozen
    """
    torch.manual_seed(seed)
    encoder = TextEncoder(config).to(device)
    optimizer = torch.optim.AdamW(encoder.parameters(), learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=n_steps, pct_start=0.1
    )
    batches = text_batches(train, batch_size, mel_mean, mel_std, seed)
    seen: list[tuple[float, float]] = []
    for step in range(1, n_steps + 1):
        prior, duration = text_losses(encoder, next(batches), device, alignment)
        torch.autograd.backward(prior + duration)
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        seen.append((float(prior.detach()), float(duration.detach())))
        if step % 100 == 0:
            prior_mean, duration_mean = np.mean(seen[-100:], 0)
            log.info("text step %d: prior %.4f, duration %.4f", step, prior_mean, duration_mean)
    encoder.eval().requires_grad_(False)
    if valid:
        prior_mean, duration_mean = mean_losses(
            valid, mel_mean, mel_std, lambda batch: text_losses(encoder, batch, device, alignment)
        )
        log.info("text valid: prior %.4f, duration %.4f", prior_mean, duration_mean)
    return encoder


def mean_losses(
    examples: Sequence[TextExample],
    mel_mean: float,
    mel_std: float,
    losses: Callable[[TextBatch], tuple[Tensor, Tensor]],
) -> tuple[float, float]:
    """Means of two losses over batches of 16 examples."""
    batches = [collate(examples[i : i + 16], mel_mean, mel_std) for i in range(0, len(examples), 16)]
    with torch.no_grad():
        first, second = torch.tensor([losses(batch) for batch in batches]).mean(0).tolist()
    return first, second


def text_losses(
    encoder: TextEncoder, batch: TextBatch, device: str, alignment: Alignment = "forced"
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Mean squared error of the mean mel over real cells, and of log durations."""
    ids, durations, mel = (x.to(device) for x in (batch.ids, batch.durations, batch.mel))
    encoded = encoder(ids, batch.lengths.to(device))
    frame_mask = frame_mask_of(durations)
    if alignment == "search":
        durations = search_durations(encoded.mu_x, encoded.x_mask, mel, frame_mask)
    mu = expand(encoded.mu_x, durations)
    mask = frame_mask[:, None]
    prior = ((mu - mel).square() * mask).sum() / (mask.sum() * mel.shape[1])
    return prior, duration_loss(encoded.log_durations, durations, encoded.x_mask)


def text_batches(
    examples: Sequence[TextExample], batch_size: int, mel_mean: float, mel_std: float, seed: int
) -> Iterator[TextBatch]:
    """Endless random batches of examples of similar length, so that little of them is padding."""
    rng, pool = np.random.default_rng(seed), LENGTH_POOL * batch_size
    by_length = np.argsort([e.mel.shape[1] for e in examples])
    while True:
        start = int(rng.integers(0, max(1, len(examples) - pool + 1)))
        near = by_length[start : start + pool]
        chosen = rng.choice(near, min(batch_size, len(near)), replace=False)
        yield collate([examples[i] for i in chosen], mel_mean, mel_std)


def collate(examples: Sequence[TextExample], mel_mean: float, mel_std: float) -> TextBatch:
    """Pad to the longest."""
    lengths = torch.tensor([len(e.ids) for e in examples])
    pad = torch.nn.utils.rnn.pad_sequence
    ids = pad([torch.from_numpy(e.ids) for e in examples], batch_first=True)
    durations = pad([torch.from_numpy(e.durations) for e in examples], batch_first=True)
    frames = [(torch.from_numpy(e.mel.astype(np.float32)).T - mel_mean) / mel_std for e in examples]
    return TextBatch(ids, durations, lengths, pad(frames, batch_first=True).transpose(1, 2))
