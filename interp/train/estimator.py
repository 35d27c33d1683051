"""Training of the estimator; seed and number determine every step, so a run resumes to the step."""

from __future__ import annotations

import logging
from contextlib import closing
from itertools import count
from pathlib import Path

import torch
from accelerate import Accelerator
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from interp.backends.place import Place
from interp.backends.run import results_in_order
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
from interp.train.batch import BatchMaker
from interp.train.dataset.bank import FeatureBank
from interp.train.draws import Drawn, StepDraws, noise_like
from interp.train.loss import BinLoss, Losses
from interp.train.optimizer import optimizers_of
from interp.train.run_log import Report
from interp.train.schedule import BySteps, ByTime, Schedule
from interp.train.settings import EstimatorTraining
from interp.train.start import go_on_from
from interp.train.state import TrainState, load_newest, move_average, save_state
from masks.errors import InterpError
from masks.reduce import PatchGrid

log = logging.getLogger(__name__)
FIGURES = ("score", "pitch", "rest", "pitch_late", "rest_late")


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
    until: float | None = None,
    start: Path | None = None,
) -> TrainState:
    """Train from where ``folder/state.safetensors`` stands to ``settings.n_steps``, or for a time.

    Under ``accelerate launch`` with several processes each draws ``batch_size`` examples of its own a step,
    and the first one writes.

    Parameters
    ----------
    report : called with the step and the mean losses every ``log_every`` steps, by the first process only
    stop_at : a step to stop at earlier, without changing the schedule
    until : time of `time.monotonic` at which to end, whatever ``n_steps`` says; the rate is planned by it
    start : weights to go on from where ``folder`` has none

    Returns
    -------
    TrainState with the trained and the averaged weights

    Raises
    ------
    InterpError
        When several processes are to end by time: each has its own clock.
    """
    accelerator = accelerator_for(settings)
    if until is not None and accelerator.num_processes > 1:
        raise InterpError("--seconds: not with several processes, whose clocks differ; say --stop-at")
    torch.manual_seed(seed)
    state = fresh_state(estimator.to(accelerator.device), settings)
    saved = folder / "state.safetensors"
    if not load_newest(folder, state) and start is not None:
        go_on_from(start, state)
    trainer = Trainer(state, bank, settings, process, mel_mean, mel_std, accelerator)
    schedule = _schedule(settings, state.step, stop_at, until)
    saved_at, seen = state.step, Seen()
    draws = StepDraws(bank, settings, seed, accelerator.process_index)
    coming = results_in_order(draws, count(state.step + 1), Place(workers=settings.draw_workers))
    with closing(coming) as all_drawn:
        steps = tqdm(
            zip(schedule.steps(), all_drawn, strict=False),
            initial=state.step,
            total=schedule.last,
            desc="train",
            unit="step",
            disable=not accelerator.is_main_process,
        )
        for step, drawn in steps:
            seen.add(trainer.step(step, drawn, schedule.rate(step)))
            if step % settings.log_every == 0:
                figures = seen.means()
                if accelerator.is_main_process:
                    report(step, figures)
            if accelerator.is_main_process and step % settings.save_every == 0:
                save_state(saved, state)
                saved_at = step
    if accelerator.is_main_process and state.step > saved_at:
        save_state(saved, state)
    accelerator.wait_for_everyone()
    return state


def accelerator_for(settings: EstimatorTraining) -> Accelerator:
    """The GPU that is there, at its full speed, else the CPU."""
    accelerator = Accelerator(mixed_precision=settings.precision, cpu=not torch.cuda.is_available())
    if accelerator.device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 for what is left in float32
        torch.backends.cudnn.benchmark = True
    return accelerator


class Trainer:
    """Does the steps of a run on an accelerator; none of them waits for a GPU."""

    def __init__(
        self,
        state: TrainState,
        bank: FeatureBank,
        settings: EstimatorTraining,
        process: DiffusionProcess,
        mel_mean: float,
        mel_std: float,
        accelerator: Accelerator,
    ) -> None:
        assert isinstance(state.model, BinEstimator)
        self._state, self._estimator = state, state.model
        self._settings, self._accelerator = settings, accelerator
        loss = BinLoss(state.model, process, settings.compile)
        self._loss, *self._optimizers = accelerator.prepare(loss, *state.optimizers)
        there, grid = bank.to(accelerator.device), _patch_grid(state.model)
        self._maker = BatchMaker(there, grid, settings.frames, settings.ref_frames, mel_mean, mel_std)

    def step(self, number: int, drawn: Drawn, rate: float) -> Losses:
        """Learn from what was drawn for a step; returns its losses."""
        batch = self._maker.gather(drawn.places)
        losses: Losses = self._loss(batch, self._maker.there(drawn.t), noise_like(batch.y0, drawn.rng))
        self._accelerator.backward(losses.total(self._settings.auxiliary))
        self._accelerator.clip_grad_norm_(self._loss.parameters(), 1.0)
        for optimizer in self._optimizers:
            _set_rate(optimizer, rate)
            optimizer.step()
            optimizer.zero_grad()
        self._state.step = number
        move_average(self._state.average, self._estimator, number, self._settings.ema_decay)
        return losses


def fresh_state(estimator: BinEstimator, settings: EstimatorTraining) -> TrainState:
    """A run at its start; the estimator lies where it is trained."""
    optimizers = optimizers_of(estimator, settings.optimizer, settings.learning_rate)
    average = {k: v.detach().clone() for k, v in estimator.state_dict().items()}
    return TrainState(estimator, average, optimizers)


def _patch_grid(estimator: BinEstimator) -> PatchGrid:
    return PatchGrid(estimator.config.row_heights, estimator.config.patch_frames)


def _schedule(settings: EstimatorTraining, done: int, stop_at: int | None, until: float | None) -> Schedule:
    if until is not None:
        return ByTime(settings, done + 1, stop_at, until)
    return BySteps(settings, done + 1, min(settings.n_steps, stop_at or settings.n_steps))


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


class Seen:
    """Figures of the steps since they were last asked for; until then they stay where they were made."""

    def __init__(self) -> None:
        self._rows: list[Float[Tensor, " figures"]] = []

    def add(self, losses: Losses) -> None:
        """Keep a batch's figures (`FIGURES`)."""
        self._rows.append(summary(losses))

    def means(self) -> dict[str, float]:
        """Mean of every figure, leaving out what is not a number; NaN where nothing is left. Starts anew."""
        means = torch.stack(self._rows).cpu().double().nanmean(0).tolist()
        self._rows.clear()
        return dict(zip(FIGURES, means, strict=True))


def summary(losses: Losses) -> Float[Tensor, " figures"]:
    """Figures of one batch; the mass losses of late times (t < 0.3) apart, where x_t shows its source.

    NaN where a batch holds no such example.
    """
    late = losses.counts & (losses.t < 0.3)

    def mean(x: Tensor, on: Tensor) -> Tensor:
        return (x * on).sum() / on.sum()

    with torch.no_grad():
        masses = [mean(x, on) for on in (losses.counts, late) for x in (losses.pitch, losses.rest)]
        return torch.stack([losses.score.mean(), *masses])
