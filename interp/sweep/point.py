"""One synthesis of a sweep, what came of it, and several of equal settings that run together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from interp.backends.contract import Backend
from interp.settings.resolve import mapping_of
from interp.settings.synth import SynthSettings
from interp.system.digest import hash_of

Figures = Mapping[str, float | None]


@dataclass(frozen=True)
class Point:
    """One synthesis.

    Parameters
    ----------
    number : int from 1, its row in the ledger
    axes : what was varied, as the file names it
    baseline : whether it belongs to the control
    settings : resolved, with the point's own seed
    text : what to say
    ref1, ref2 : sound files
    checkpoint_sha256 : of the weights that the sweep was planned with
    references_sha256 : of both recordings
    batch : int, points of one batch have equal settings but for the seed
    """

    number: int
    axes: Mapping[str, Any]
    baseline: bool
    settings: SynthSettings
    text: str
    ref1: Path
    ref2: Path
    checkpoint_sha256: str
    references_sha256: tuple[str, str]
    batch: int = 0

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that decides the result, in plain values; not the device, nor where the files lie."""
        settings = mapping_of(self.settings)
        del settings["device"], settings["checkpoint"]
        return {
            "settings": settings,
            "baseline": self.baseline,
            "text": self.text,
            "checkpoint": self.checkpoint_sha256,
            "references": list(self.references_sha256),
        }

    @property
    def key(self) -> str:
        """Hash of the identity."""
        return hash_of(self.identity)

    @property
    def shared_key(self) -> str:
        """Hash of the settings without the seed: equal for points that may run in one batch."""
        return hash_of({**mapping_of(self.settings), "seed": 0})

    @property
    def shared_settings(self) -> SynthSettings:
        """Settings without the seed: what points of one batch have in common."""
        return replace(self.settings, seed=0)


@dataclass(frozen=True)
class Batch:
    """Points that run together, the measures of each, and whether their sound is kept."""

    points: tuple[Point, ...]
    measures: tuple[str, ...] = ("pitch",)
    keep_audio: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a point: figures, or one line of error.

    Parameters
    ----------
    number : of the point
    figures : name to value, None where there is none to give; None for a failed point
    error : one line, None for a point that is done
    seconds : float, of work
    versions : name of a package to its version
    checkpoint_sha256 : of the weights that were used
    worker : name of the process and machine
    audio : bytes of an OGG file, where it is kept
    """

    number: int
    figures: Figures | None
    error: str | None
    seconds: float
    versions: Mapping[str, str]
    checkpoint_sha256: str
    worker: str
    audio: bytes | None = None


Speakers = Backend[Batch, Sequence[Outcome]]
