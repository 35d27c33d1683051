"""First stage: every condition speaks every case that it has not spoken yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from interp.backends.place import HERE, Place
from interp.experiment.bench import Bench
from interp.experiment.plan import Arm
from interp.experiment.store import Store
from interp.experiment.trial import Trial
from interp.experiment.work import work_through
from interp.synthesis.pipeline import Synthesizer
from masks.errors import InterpError


@dataclass(frozen=True)
class SpeakUnit:
    """Cases of one condition that run together."""

    runs: Path
    arm: Arm
    trials: tuple[Trial, ...]


def synthesise(
    runs: Path, arms: Sequence[Arm], trials: Sequence[Trial], batch: int, place: Place = HERE
) -> None:
    """Speak what is missing, cases through all conditions, so that what an interruption leaves is paired."""
    store = Store(runs)
    groups = []
    for start in range(0, len(trials), batch):
        group = []
        for arm in arms:
            chosen = arm.cases_of(trials)[start : start + batch]
            left = tuple(t for t in chosen if not store.is_made(arm.name, t.name))
            if left:
                group.append(SpeakUnit(runs, arm, left))
        groups.append(group)
    work_through([group for group in groups if group], speak, place, "synthesise")


def speak(unit: SpeakUnit) -> None:
    """Speak a unit; a batch that fails is taken apart, and a case that fails alone is noted as failed."""
    arm, store = unit.arm, Store(unit.runs)
    bench = bench_of(arm.settings.checkpoint, arm.settings.device)
    try:
        settings, _ = bench.engine.adapt(arm.settings)
        made = arm.condition(bench, unit.trials, settings)
    except InterpError as error:
        if len(unit.trials) > 1:
            for trial in unit.trials:
                speak(replace(unit, trials=(trial,)))
        else:
            store.keep_failure(arm.name, unit.trials[0].name, str(error))
        return
    for trial, one in zip(unit.trials, made, strict=True):
        store.keep(arm.name, trial.name, one, bench.grid.sample_rate)


# Kept in each worker: the weights, and with them the features of every reference that was heard.
@lru_cache(maxsize=1)
def bench_of(checkpoint: str, device: str) -> Bench:
    """The bench of a checkpoint."""
    return Bench(Synthesizer.load(checkpoint, device))
