"""What one synthesis returns, and all that the report, the figure and the command line say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from guidance.readout import MassReadout
from guidance.trace import TraceSummary
from interp.settings.synth import SynthSettings
from masks.grid import MelGrid
from masks.spans import WordSpan


@dataclass(frozen=True)
class ReferenceResult:
    """A reference as it was heard.

    Parameters
    ----------
    path : as the user gave it
    wav : (samples,) float32, at the grid's rate
    mel : (n_mels, frames), natural log
    f0_hz : (frames,), 0 where unvoiced
    mask : (n_mels, frames) bool, its pitch cells
    """

    path: str
    wav: Float[np.ndarray, " samples"]
    mel: Float[np.ndarray, "n_mels frames"]
    f0_hz: Float[np.ndarray, " frames"]
    mask: Bool[np.ndarray, "n_mels frames"]


@dataclass(frozen=True)
class GuidanceResult:
    """What the tuning did.

    Parameters
    ----------
    objective, scope : names
    windows : start and end of each window, in progress
    summary : of the trace's rows: iterations, losses, displacement
    mass_before, mass_after : at the first evaluation after the last tuned step, of the untuned twin on the
        same noise path and of this run; None unless a report was asked for
    trace : a plain mapping per iteration, one line each of ``trace.jsonl``
    """

    objective: str
    scope: str
    windows: tuple[tuple[float, float], ...]
    summary: TraceSummary
    mass_before: MassReadout | None
    mass_after: MassReadout | None
    trace: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Synthesis:
    """A spoken sentence with everything that is known about it.

    Parameters
    ----------
    text : as given
    phonemes : symbols without the blanks between them, one per entry of ``durations``
    durations : (symbols,) frames of each, blanks counted with a neighbour: they sum to the frames of ``mel``
    words : words and their frames, in order
    mel, mu : (n_mels, frames), natural log: the output, and the encoder's mean
    wav : (samples,) float32 in [-1, 1], at ``grid.sample_rate``
    f0_hz : (frames,), of the output, 0 where unvoiced
    target_mask : (n_mels, frames) bool, the output's cells that were taken for pitch
    references : one or two, in order
    guidance : None when nothing was tuned
    settings : resolved
    seconds_wall : time taken, seconds
    split_frame : temp: the first frame that follows reference 2; None in freq
    notes : one line for each thing the user should know
    checkpoint_sha256 : of the checkpoint's file, in hexadecimal
    """

    text: str
    phonemes: tuple[str, ...]
    durations: Int[np.ndarray, " symbols"]
    words: tuple[WordSpan, ...]
    mel: Float[np.ndarray, "n_mels frames"]
    mu: Float[np.ndarray, "n_mels frames"]
    wav: Float[np.ndarray, " samples"]
    f0_hz: Float[np.ndarray, " frames"]
    target_mask: Bool[np.ndarray, "n_mels frames"]
    references: tuple[ReferenceResult, ...]
    guidance: GuidanceResult | None
    settings: SynthSettings
    seconds_wall: float
    grid: MelGrid
    split_frame: int | None = None
    notes: tuple[str, ...] = ()
    checkpoint_sha256: str = ""

    @property
    def sample_rate(self) -> int:
        """Rate of ``wav``, Hz."""
        return self.grid.sample_rate

    @property
    def seconds_audio(self) -> float:
        """Length of ``wav``, seconds."""
        return len(self.wav) / self.sample_rate

    @property
    def real_time_factor(self) -> float:
        """Seconds of work per second of speech."""
        return self.seconds_wall / self.seconds_audio
