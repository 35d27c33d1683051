"""The optimisers of a run, Muon for the matrices of hidden layers and AdamW for all else, and its rate."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import nn

from masks.errors import InterpError

OptimizerName = Literal["adamw", "muon"]
# Not between hidden layers: what reads inputs and numbers, and what writes outputs.
OUTER = ("inputs.", "outputs.", "tokens.", "time.", "relative_time.", "row_position", "modulation.", "final.")


def rate_at(step: int, n_steps: int, warmup_steps: int, decay_share: float, least: float) -> float:
    """Share of the learning rate: linear warm-up, constant, then half a cosine down to ``least``."""
    return rate_left(step, warmup_steps, (n_steps - step) / max(1, decay_share * n_steps), least)


def rate_left(step: int, warmup_steps: int, left: float, least: float) -> float:
    """The same where the share of the fall that is ``left`` is known; 1 or more before it."""
    fall = 0.5 - 0.5 * math.cos(math.pi * min(1.0, left))
    return min(1.0, step / max(1, warmup_steps)) * max(least, fall)


def optimizers_of(model: nn.Module, name: OptimizerName, learning_rate: float) -> list[torch.optim.Optimizer]:
    """Optimisers that share the model's parameters between them; on a GPU in few launches.

    Muon's steps are scaled to AdamW's (root mean square 0.2), so that one rate serves both (Jordan 2024;
    Liu et al. 2025, "Muon is scalable").

    Raises
    ------
    InterpError
        When this PyTorch has no Muon.
    """
    named = list(model.named_parameters())
    inner = [p for n, p in named if p.ndim == 2 and not any(part in n for part in OUTER)]
    if name == "adamw":
        inner = []
    elif not hasattr(torch.optim, "Muon"):
        raise InterpError("estimator.optimizer: muon needs PyTorch 2.9 or later; update it, or say adamw")
    chosen = {id(p) for p in inner}
    rest = [p for _, p in named if id(p) not in chosen]
    on_gpu = rest[0].device.type == "cuda"
    fused = True if on_gpu else None
    adamw = torch.optim.AdamW(rest, learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=fused)
    if not inner:
        return [adamw]
    muon = (_stacked_muon() if on_gpu else torch.optim.Muon)(
        inner, learning_rate, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw"
    )
    return [adamw, muon]


def _stacked_muon() -> type[torch.optim.Muon]:
    from interp.train.stacked_muon import StackedMuon  # an older PyTorch has no Muon to derive it from

    return StackedMuon
