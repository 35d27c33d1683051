"""Training of the estimator; seed and number determine every step, so a run resumes to the step."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
from interp.train.batch import Batch, BatchMaker
from interp.train.dataset.bank import FeatureBank
from interp.train.examples import ExampleDrawer
from interp.train.loss import SMALLEST_T, BinLoss, Losses
from interp.train.optimizer import optimizers_of
from interp.train.run_log import Report
from interp.train.settings import EstimatorTraining
from interp.train.start import go_on_from
from interp.train.state import TrainState, load_newest, move_average, save_state
from masks.reduce import PatchGrid

log = logging.getLogger(__name__)
LONG_CROPS = 3  # near a whole sentence and a whole reference, as synthesis has them


def train_estimator(
    estimator: BinEstimator,
    bank: FeatureBank,
    settings: EstimatorTraining,
    folder: Path,
    *,
    process: DiffusionProcess,
    mel_mean: float,
    mel_std: float,
    seed: int,
    report: Report,
    stop_at: int | None = None,
    start: Path | None = None,
) -> TrainState:
    """Train from where ``folder/state.safetensors`` stands to ``settings.n_steps``.

    Under ``accelerate launch`` with several processes each draws ``batch_size`` examples of its own a step,
    and the first one writes.

    Parameters
    ----------
    report : called with the step and the mean losses every ``log_every`` steps, by the first process only
    stop_at : a step to stop at earlier, without changing the schedule
    start : weights to go on from where ``folder`` has none

    Returns
    -------
    TrainState with the trained and the averaged weights
    """
    accelerator = Accelerator(mixed_precision=settings.precision, cpu=not torch.cuda.is_available())
    torch.manual_seed(seed)
    state = _fresh_state(estimator.to(accelerator.device), settings)
    saved = folder / "state.safetensors"
    if not load_newest(folder, state) and start is not None:
        go_on_from(start, state)
    model, *optimizers = accelerator.prepare(BinLoss(estimator, process), *state.optimizers)
    short, long = (
        _Source(bank, bank.to(accelerator.device), _patch_grid(estimator), settings, mel_mean, mel_std, crops)
        for crops in (1, LONG_CROPS)
    )
    last = min(settings.n_steps, stop_at or settings.n_steps)
    seen: list[dict[str, float]] = []
    for step in tqdm(
        range(state.step + 1, last + 1),
        initial=state.step,
        total=last,
        desc="train",
        unit="step",
        disable=not accelerator.is_main_process,
    ):
        _set_rate(optimizers, settings, step)
        source = long if settings.long_every and step % settings.long_every == 0 else short
        losses = model(*source.drawn((seed, step, accelerator.process_index)))
        accelerator.backward(losses.total(settings.auxiliary))
        accelerator.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        state.step = step
        move_average(state.average, estimator, step, settings.ema_decay)
        seen.append(summary(losses))
        if step % settings.log_every == 0:
            if accelerator.is_main_process:
                report(step, mean_of(seen))
            seen.clear()
        if accelerator.is_main_process and (step % settings.save_every == 0 or step == last):
            save_state(saved, state)
    accelerator.wait_for_everyone()
    return state


def _fresh_state(estimator: BinEstimator, settings: EstimatorTraining) -> TrainState:
    optimizers = optimizers_of(estimator, settings.optimizer, settings.learning_rate)
    average = {k: v.detach().clone() for k, v in estimator.state_dict().items()}
    return TrainState(estimator, average, optimizers)


def _patch_grid(estimator: BinEstimator) -> PatchGrid:
    return PatchGrid(estimator.config.row_heights, estimator.config.patch_frames)


class _Source:
    """Batches of crops ``crops`` times as long as the settings', as many times fewer of them."""

    def __init__(
        self,
        bank: FeatureBank,
        bank_there: FeatureBank,
        grid: PatchGrid,
        settings: EstimatorTraining,
        mel_mean: float,
        mel_std: float,
        crops: int,
    ) -> None:
        frames, ref_frames = crops * settings.frames, crops * settings.ref_frames
        self._n = max(1, settings.batch_size // crops)
        self._maker = BatchMaker(bank_there, grid, frames, ref_frames, mel_mean, mel_std)
        self._drawer = ExampleDrawer(bank, settings.shares, frames, ref_frames)

    def drawn(self, key: tuple[int, ...]) -> tuple[Batch, Tensor, Tensor]:
        """Batch, times (B,) and noise (B, n_mels, T) of a step, the same wherever it is drawn."""
        rng = np.random.default_rng(key)
        batch = self._maker.make([self._drawer.draw(rng) for _ in range(self._n)])
        t = torch.from_numpy(_stratified(rng, self._n)).to(batch.y0)
        noise = torch.from_numpy(rng.standard_normal(batch.y0.shape, dtype=np.float32)).to(batch.y0)
        return batch, t, noise


def _stratified(rng: np.random.Generator, n: int) -> np.ndarray:
    """Uniform times in (SMALLEST_T, 1), one in each n-th, shuffled: less variance than n free ones."""
    u = (rng.permutation(n) + rng.random(n)) / n
    return (SMALLEST_T + (1 - SMALLEST_T) * u).astype(np.float32)


def _set_rate(optimizers: Iterable[torch.optim.Optimizer], settings: EstimatorTraining, step: int) -> None:
    """Linear warm-up, constant, half a cosine to 0 at the end."""
    left = (settings.n_steps - step) / max(1, settings.decay_share * settings.n_steps)
    fall = 0.5 - 0.5 * math.cos(math.pi * min(1.0, left))
    for group in (g for o in optimizers for g in o.param_groups):
        group["lr"] = (
            settings.learning_rate * min(1.0, step / max(1, settings.warmup_steps)) * max(fall, 1e-3)
        )


def summary(losses: Losses) -> dict[str, float]:
    """Figures of one batch; the mass losses of late times (t < 0.3) apart, where x_t shows its source."""
    late = losses.counts & (losses.t < 0.3)

    def mean(x: Tensor, on: Tensor) -> float:
        return float((x * on).sum() / on.sum()) if bool(on.any()) else math.nan

    with torch.no_grad():
        return {
            "score": float(losses.score.mean()),
            "pitch": mean(losses.pitch, losses.counts),
            "rest": mean(losses.rest, losses.counts),
            "pitch_late": mean(losses.pitch, late),
            "rest_late": mean(losses.rest, late),
        }


def mean_of(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of every figure, leaving out what is not a number; NaN where nothing is left."""
    known = {k: [row[k] for row in rows if not math.isnan(row[k])] for k in rows[0]}
    return {k: float(np.mean(values)) if values else math.nan for k, values in known.items()}
