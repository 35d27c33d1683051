"""Training of the vocoder: F0, then reconstruction, then discriminators; seed and number determine a step."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn
from tqdm import tqdm

from interp.train.run_log import Report
from interp.train.state import TrainState, load_newest, load_state, move_average, save_state
from interp.train.vocoder.bank import VoiceBank, draw_crops
from interp.train.vocoder.discriminators import Discriminators
from interp.train.vocoder.settings import VocoderTraining
from interp.train.vocoder.step import Figures, StepInputs, adversarial, pitch, reconstruction
from interp.vocoders.neural.network import VocoderNetwork
from masks.errors import InterpError

STATE = "state.safetensors"
BETAS = (0.8, 0.99)
GRADIENT_LIMIT = 10.0
log = logging.getLogger(__name__)


def train_vocoder(
    network: VocoderNetwork,
    bank: VoiceBank,
    settings: VocoderTraining,
    folder: Path,
    *,
    seed: int,
    report: Report,
    on_save: Callable[[TrainState], None],
    stop_at: int | None = None,
) -> TrainState:
    """Train from where ``folder`` stands to ``settings.n_steps``.

    Parameters
    ----------
    report : called with the step and the mean figures every ``log_every`` steps
    on_save : called with the state every ``save_every`` steps and at the end
    stop_at : a step to stop at earlier, without changing the schedule

    Returns
    -------
    TrainState with the trained and the averaged weights

    Raises
    ------
    InterpError
        When there are several processes, or no recording is as long as a crop.
    """
    accelerator = Accelerator(mixed_precision=settings.precision, cpu=not torch.cuda.is_available())
    if accelerator.num_processes > 1:
        raise InterpError("train-vocoder: runs in one process; start it without accelerate launch")
    torch.manual_seed(seed)
    state = fresh_state(network.to(accelerator.device), settings.learning_rate)
    judges = fresh_state(Discriminators(settings.judge_width).to(accelerator.device), settings.judge_rate)
    load_newest(folder, state)
    load_judges(folder, state.step, judges)
    last = min(settings.n_steps, stop_at or settings.n_steps)
    seen: list[Figures] = []
    for step in tqdm(
        range(state.step + 1, last + 1), initial=state.step, total=last, desc="vocoder", unit="step"
    ):
        inputs = step_inputs(network, bank, settings, seed, step, accelerator.device)
        seen.append(_one_step(accelerator, state, judges, inputs, settings, step))
        if step % settings.log_every == 0:
            report(step, _means(seen))
            seen.clear()
        if step % settings.save_every == 0 or step == last:
            save_both(folder, state, judges, settings)
            on_save(state)
    return state


def step_inputs(
    network: VocoderNetwork,
    bank: VoiceBank,
    settings: VocoderTraining,
    seed: int,
    step: int,
    device: torch.device,
) -> StepInputs:
    """Crops, noise and start phases of a step, the same whenever it is run."""
    rng = np.random.default_rng((seed, step))
    grid, n, frames = network.grid, settings.batch_size, settings.frames
    crops = draw_crops(bank, grid, rng, n, frames, settings.gain_db, device)
    n_noise = frames * grid.hop_length + grid.n_fft - grid.hop_length
    noise = rng.standard_normal((n, n_noise), dtype=np.float32)
    start = rng.random(n, dtype=np.float32)
    return StepInputs(crops, torch.from_numpy(noise).to(device), torch.from_numpy(start).to(device))


def fresh_state(model: nn.Module, rate: float) -> TrainState:
    """A state at step 0, its average equal to the weights."""
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    return TrainState(model, average, [torch.optim.AdamW(model.parameters(), rate, betas=BETAS)])


def rate_at(settings: VocoderTraining, step: int) -> float:
    """Share of the learning rate: a cosine to a twentieth over the first phase, then a steady decay."""
    if step <= settings.pitch_steps:
        return _warm(step, settings) * (0.525 + 0.475 * math.cos(math.pi * step / settings.pitch_steps))
    past = step - settings.pitch_steps
    gone = past / (settings.n_steps - settings.pitch_steps)
    return _warm(past, settings) * math.pow(settings.rate_end, gone)


def _warm(step: int, settings: VocoderTraining) -> float:
    return min(1.0, step / max(1, settings.warmup_steps))


def _one_step(
    accelerator: Accelerator,
    state: TrainState,
    judges: TrainState,
    inputs: StepInputs,
    settings: VocoderTraining,
    step: int,
) -> Figures:
    network = state.model
    assert isinstance(network, VocoderNetwork)
    share = rate_at(settings, step)
    if step <= settings.pitch_steps:
        loss, figures = pitch(accelerator, network, inputs)
    elif step <= settings.adversarial_from:
        loss, figures = reconstruction(accelerator, network, inputs, settings)
    else:
        grown = min(1.0, (step - settings.adversarial_from) / max(1, settings.ramp_steps))
        judges_loss, loss, figures = adversarial(accelerator, network, judges.model, inputs, settings, grown)
        accelerator.backward(judges_loss)
        _update(judges, settings.judge_rate, step)
    accelerator.backward(loss)
    rate = settings.pitch_rate if step <= settings.pitch_steps else settings.learning_rate
    _update(state, rate * share, step)
    move_average(state.average, state.model, state.step, settings.ema_decay)
    return figures


def _update(state: TrainState, rate: float, step: int) -> None:
    (optimizer,) = state.optimizers
    for group in optimizer.param_groups:
        group["lr"] = rate
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), GRADIENT_LIMIT)
    optimizer.step()
    optimizer.zero_grad()
    state.step = step


def save_both(folder: Path, state: TrainState, judges: TrainState, settings: VocoderTraining) -> None:
    """The discriminators first and under their step's name, so that a stop in between loses nothing."""
    if state.step > settings.adversarial_from:
        save_state(_judges_file(folder, state.step), judges)
    save_state(folder / STATE, state)
    for old in folder.glob("judges-*.safetensors"):
        if old != _judges_file(folder, state.step):
            old.unlink()


def load_judges(folder: Path, step: int, judges: TrainState) -> None:
    """Go on with the discriminators of the same step; anew, and said so, where others are found."""
    path = _judges_file(folder, step)
    if path.exists():
        load_state(path, judges)
    elif any(folder.glob("judges-*.safetensors")):
        log.warning("%s: holds discriminators of another step than %d; they start anew", folder, step)


def _judges_file(folder: Path, step: int) -> Path:
    return folder / f"judges-{step}.safetensors"


def _means(rows: list[Figures]) -> Figures:
    """Mean of every figure over the steps that have it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}
