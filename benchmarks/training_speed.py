"""Seconds of a training step by batch size, compiled and not, on the device that is there.

python benchmarks/training_speed.py configs/train/voice_gpu.yaml --pack pack/voice-1.npz --batch 256

"first" is the time to the end of the first eight steps, compilation of both crop lengths included. Of the
examples' time a step waits only for what the draw workers cannot keep up with: "drawing" is one worker's.
"waits" are those of one step for the GPU.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import click
import torch

from interp.backends.place import Place
from interp.backends.run import results_in_order
from interp.estimators.bin.network import BinEstimator
from interp.estimators.registry import build
from interp.settings.resolve import resolve
from interp.train.dataset.bank import FeatureBank, build_bank
from interp.train.dataset.pack import read_packs
from interp.train.draws import StepDraws
from interp.train.estimator import Trainer, accelerator_for, fresh_state
from interp.train.settings import TrainSettings
from masks.grid import MelGrid

WARM = 8  # two of them long
HEAD = "batch  compiled  first, s  s a step  examples a s  drawing, s  peak GiB  waits"


def finished() -> float:
    """The time at which all that was asked of the device is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def n_waits(step: Callable[[], object]) -> int:
    """How often a step waits for the GPU; each wait leaves it idle while the next launches are prepared."""
    if not torch.cuda.is_available():
        return 0
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return sum("synchroniz" in str(w.message) for w in seen)


def measured(settings: TrainSettings, bank: FeatureBank, n_steps: int) -> str:
    """A line of the table."""
    training, model = settings.estimator, settings.model
    accelerator = accelerator_for(training)
    estimator = build(model).estimator.to(accelerator.device)
    assert isinstance(estimator, BinEstimator)
    state = fresh_state(estimator, training)
    trainer = Trainer(state, bank, training, model.process, model.mel_mean, model.mel_std, accelerator)
    draws = StepDraws(bank, training, settings.seed)
    start = time.perf_counter()
    draws(1)
    drawing = time.perf_counter() - start
    begin = finished()
    with closing(results_in_order(draws, count(1), Place(workers=training.draw_workers))) as coming:
        for step in range(1, WARM + 1):
            trainer.step(step, next(coming), training.learning_rate)
        warm = finished()
        for step in range(WARM + 1, WARM + n_steps + 1):
            trainer.step(step, next(coming), training.learning_rate)
        a_step = (finished() - warm) / n_steps
        waits = n_waits(partial(trainer.step, step + 1, next(coming), training.learning_rate))
    peak = torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else 0.0
    return (
        f"{training.batch_size:5d}  {training.compile!s:8}  {warm - begin:8.1f}  {a_step:8.4f}"
        f"  {training.batch_size / a_step:12.0f}  {drawing:10.3f}  {peak:8.1f}  {waits:5d}"
    )


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, required=True, type=click.Path(path_type=Path))
@click.option("--batch", "batches", multiple=True, type=int, default=(256,), show_default=True)
@click.option("--compile", "compiled", multiple=True, type=bool, default=(True, False), show_default=True)
@click.option("--steps", default=40, show_default=True, help="Steps that are timed, after eight.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE")
def main(
    config: Path,
    packs: tuple[Path, ...],
    batches: tuple[int, ...],
    compiled: tuple[bool, ...],
    steps: int,
    assignments: tuple[str, ...],
) -> None:
    """Print a table of the two."""
    settings = resolve(TrainSettings, config, assignments)
    start = time.perf_counter()
    pack = read_packs(packs, settings.model)
    read = time.perf_counter()
    encoder = pack.encoder.to("cuda" if torch.cuda.is_available() else "cpu")
    bank = build_bank(pack.features, pack.texts, encoder, MelGrid(), settings.model.bin.fine_bins)
    print(
        f"{len(bank.lengths)} items, {len(bank.mel)} frames: read in {read - start:.1f} s, bank in "
        f"{time.perf_counter() - read:.1f} s\n{HEAD}"
    )
    for batch_size in batches:
        for on in compiled:
            if torch.cuda.is_available():
                torch.cuda.reset_peak_memory_stats()
            training = replace(settings.estimator, batch_size=batch_size, compile=on)
            print(measured(replace(settings, estimator=training), bank, steps), flush=True)


if __name__ == "__main__":
    main()
