"""Second stage: every sound is measured against its references, as far as it has not been yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from interp.audio.read import load_reference
from interp.backends.place import HERE, Place
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.measures import choose, measure_scene
from interp.evaluation.scene import Scene
from interp.experiment.plan import Arm
from interp.experiment.spec import MeasuresSpec
from interp.experiment.store import Store
from interp.experiment.trial import Trial
from interp.experiment.work import work_through
from masks.errors import InterpError
from masks.grid import MelGrid


@dataclass(frozen=True)
class MeasureUnit:
    """A case under every condition, so that its references are read once; what to measure of each."""

    runs: Path
    trial: Trial
    ref_max_seconds: float
    wanted: tuple[tuple[str, tuple[str, ...]], ...]


def measure_all(
    runs: Path,
    arms: Sequence[Arm],
    trials: Sequence[Trial],
    spec: MeasuresSpec,
    ref_max_seconds: float,
    place: Place = HERE,
) -> tuple[str, ...]:
    """Measure what is missing; gives the measures that are left out, for their packages are.

    Outputs are held against as much of the references as the model heard, `ref_max_seconds`.

    Raises
    ------
    InterpError
        When a measure is unknown, or a file is damaged.
    """
    store, chosen = Store(runs), (choose_or_none(spec.all), choose_or_none((*spec.all, *spec.some)))
    units: list[tuple[MeasureUnit]] = []
    for number, trial in enumerate(trials):
        names = chosen[number < spec.some_cases]
        wanted = [(a.name, _missing(store, a.name, trial.name, names)) for a in arms]
        left = tuple((arm, missing) for arm, missing in wanted if missing)
        if left:
            units.append((MeasureUnit(runs, trial, ref_max_seconds, left),))
    work_through(units, measure_trial, place, "measure")
    return tuple(m.name for m in choose((*spec.all, *spec.some)) if m.missing)


def measure_trial(unit: MeasureUnit) -> None:
    """Measure a case under the conditions named."""
    store, trial = Store(unit.runs), unit.trial
    refs = tuple(_reference(path, unit.ref_max_seconds) for path in trial.refs)
    for arm, names in unit.wanted:
        output = load_clip(store.sound(arm, trial.name))
        _, _, split_s = store.details(arm, trial.name)
        texts = (trial.ref1_text, trial.ref2_text)
        scene = Scene(output, (refs[0], refs[1]), trial.text, texts, split_s)
        store.add_figures(arm, trial.name, _figures(scene, names, store.sound(arm, trial.name)))


def choose_or_none(names: Sequence[str]) -> tuple[str, ...]:
    """Names of the measures chosen whose packages are there; empty for none.

    Raises
    ------
    InterpError
        When a name is unknown.
    """
    return tuple(m.name for m in choose(names) if not m.missing) if names else ()


def _missing(store: Store, arm: str, trial: str, names: Sequence[str]) -> tuple[str, ...]:
    if not store.is_made(arm, trial):
        return ()
    there = store.figures(arm, trial)
    return tuple(m.name for m in (choose(names) if names else ()) if not set(m.keys) <= set(there))


def _figures(scene: Scene, names: Sequence[str], path: Path) -> dict[str, float | None]:
    try:
        return measure_scene(scene, names).figures
    except (ValueError, RuntimeError) as error:  # a package that trips over a sound should be found by it
        raise InterpError(f"{path}: cannot be measured ({error}); leave out one of {names}") from error


@lru_cache(maxsize=8)
def _reference(path: Path, max_seconds: float) -> Clip:
    """As much of it as the model heard, at its own level."""
    grid = MelGrid()
    return Clip(load_reference(path, grid, max_seconds=max_seconds, level_dbfs=None).wav, grid)
