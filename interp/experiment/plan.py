"""An experiment that can run: its cases, and every condition with its resolved settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interp.experiment.conditions import CONDITIONS, Condition
from interp.experiment.draw import draw_trials
from interp.experiment.spec import ConditionSpec, ExperimentSpec
from interp.experiment.trial import Trial
from interp.settings.dotted import settings_of
from interp.settings.resolve import mapping_of
from interp.settings.synth import SynthSettings
from interp.system.digest import hash_of
from interp.system.files import write_json
from interp.system.nearest import did_you_mean
from masks.errors import InterpError

TRIALS = "cases.json"
DECIDED_ELSEWHERE = ("checkpoint", "device", "seed")


@dataclass(frozen=True)
class Arm:
    """A condition of the file: its name there, the condition, its settings, dose series, number of cases."""

    name: str
    base: str
    settings: SynthSettings
    dose: Mapping[str, float]
    n_cases: int | None = None

    @property
    def condition(self) -> Condition:
        """What it runs."""
        return CONDITIONS[self.base]

    def cases_of(self, trials: Sequence[Trial]) -> Sequence[Trial]:
        """Those of all cases that it speaks: the first ones, or all."""
        return trials[: self.n_cases]

    @property
    def identity(self) -> dict[str, Any]:
        """What decides its results, beside case and weights."""
        settings = mapping_of(self.settings)
        return {"condition": self.base, **{k: v for k, v in settings.items() if k not in DECIDED_ELSEWHERE}}


def arms_of(spec: ExperimentSpec, where: str) -> tuple[Arm, ...]:
    """Conditions with settings: defaults < experiment < condition of the program < condition of the file.

    Raises
    ------
    InterpError
        For a condition or setting that is not known, or settings that contradict each other.
    """
    return tuple(_arm(name, chosen, spec, where) for name, chosen in spec.conditions.items())


def trials_of(spec: ExperimentSpec, where: Path) -> tuple[Trial, ...]:
    """The cases: listed, drawn before and kept in the runs folder, or drawn now and kept there.

    Raises
    ------
    InterpError
        When they cannot be drawn.
    """
    if spec.cases.listed:
        return _listed(spec, where.parent)
    assert spec.corpus is not None
    max_seconds = settings_of(spec.base, {}, str(where)).ref_max_seconds
    kept, key = spec.runs / TRIALS, hash_of([mapping_of(spec.cases), max_seconds])
    if kept.is_file() and (found := _kept(kept, key, spec.corpus)):
        return found
    trials = draw_trials(spec.corpus, spec.cases, max_seconds)
    write_json(kept, {"drawn_by": key, "cases": [t.as_dict(spec.corpus) for t in trials]})
    return trials


def _arm(name: str, chosen: ConditionSpec, spec: ExperimentSpec, where: str) -> Arm:
    base = chosen.base or name
    if base not in CONDITIONS:
        hint = did_you_mean(base, CONDITIONS) or "give its base"
        raise InterpError(
            f"{where}: conditions.{name}: no condition {base!r}, {hint} allowed: {', '.join(CONDITIONS)}"
        )
    if not name or not all(c.isalnum() or c in "._-" for c in name):
        raise InterpError(f"{where}: conditions: {name!r} names a folder; use letters, digits, '.', '_', '-'")
    below = {**dict(spec.base), "checkpoint": spec.checkpoint, "device": spec.device}
    above = {**CONDITIONS[base].changes, **chosen.set}
    return Arm(
        name, base, settings_of(below, above, f"{where}: conditions.{name}"), chosen.dose, chosen.cases
    )


def _listed(spec: ExperimentSpec, folder: Path) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            f"{i:04d}", i, c.text, folder / c.ref1, folder / c.ref2, c.seed, c.same_gender, c.ref1_text,
            c.ref2_text,
        )
        for i, c in enumerate(spec.cases.listed, start=1)
    )  # fmt: skip


def _kept(path: Path, key: str, corpus: Path) -> tuple[Trial, ...] | None:
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("drawn_by") != key:
        return None
    return tuple(Trial.from_dict(values, corpus) for values in found["cases"])
