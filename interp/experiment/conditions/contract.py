"""What a condition is: a way from cases to sound, under settings of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from interp.experiment.bench import Bench
from interp.experiment.made import Made
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings

UNGUIDED: Mapping[str, Setting] = {"guidance.enabled": False}


class Condition(Protocol):
    """One column of the comparison."""

    @property
    def changes(self) -> Mapping[str, Setting]:
        """Dotted settings that it changes; the experiment's file may change them again."""
        ...

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """Speak the cases; each comes out the same alone and among others."""
        ...
