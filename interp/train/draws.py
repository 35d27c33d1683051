"""What a step learns from, by its seed and number alone: drawn in this process or in another, alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from interp.train.batch import Places, places_of
from interp.train.dataset.bank import FeatureBank
from interp.train.examples import ExampleDrawer
from interp.train.loss import SMALLEST_T
from interp.train.settings import EstimatorTraining

LONG_CROPS = 3  # near a whole sentence and a whole reference, as synthesis has them


@dataclass(frozen=True)
class Drawn:
    """A step's examples, their times ``t`` (B,), and the generator that its noise comes from."""

    places: Places
    t: Float[np.ndarray, " batch"]
    rng: np.random.Generator


class StepDraws:
    """Draws a step by its number; it travels to other processes without the bank's frames.

    Every ``long_every`` steps the crops are `LONG_CROPS` times as long, and as many times fewer.
    """

    def __init__(self, bank: FeatureBank, settings: EstimatorTraining, seed: int, process: int = 0) -> None:
        self._bank = bank.to("meta")
        self._settings, self._seed, self._process = settings, seed, process
        self._drawers = {crops: self._drawer(crops) for crops in (1, LONG_CROPS)}

    def _drawer(self, crops: int) -> ExampleDrawer:
        settings = self._settings
        frames, ref_frames = crops * settings.frames, crops * settings.ref_frames
        return ExampleDrawer(self._bank, settings.shares, frames, ref_frames)

    def __call__(self, step: int) -> Drawn:
        """The same wherever and whenever it is drawn."""
        settings = self._settings
        is_long = settings.long_every and step % settings.long_every == 0
        crops = LONG_CROPS if is_long else 1
        n = max(1, settings.batch_size // crops)
        rng = np.random.default_rng((self._seed, step, self._process))
        plans = [self._drawers[crops].draw(rng) for _ in range(n)]
        places = places_of(plans, self._bank, crops * settings.frames, crops * settings.ref_frames)
        return Drawn(places, _stratified(rng, n), rng)


def noise_like(y0: Float[Tensor, "*shape"], rng: np.random.Generator) -> Float[Tensor, "*shape"]:
    """Normals of a step: a GPU's own where the batch lies there, for theirs would take the way over."""
    if y0.device.type == "cpu":
        return torch.from_numpy(rng.standard_normal(y0.shape, dtype=np.float32)).to(y0)
    own = torch.Generator(y0.device).manual_seed(int(rng.integers(2**63)))
    return torch.randn(y0.shape, generator=own, device=y0.device)


def _stratified(rng: np.random.Generator, n: int) -> Float[np.ndarray, " batch"]:
    """Uniform times in (SMALLEST_T, 1), one in each n-th, shuffled: less variance than n free ones."""
    u = (rng.permutation(n) + rng.random(n)) / n
    return (SMALLEST_T + (1 - SMALLEST_T) * u).astype(np.float32)
