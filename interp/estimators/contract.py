"""What an engine is: text to a sentence, and sentences with references to a model of x_t and t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.masses import GuidedModel
from interp.audio.reference import ReferenceFeatures
from interp.diffusion.process import DiffusionProcess
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from masks.grid import MelGrid


@dataclass(frozen=True)
class TargetCells:
    """Pitch cells and spans of one sentence.

    Shapes: ``pitch`` (n_mels, T) bool, empty where pitch is not asked for; ``spans`` (2, T) weights of the
    parts that follow reference 1 and 2, None in freq mode; ``f0_median_hz`` of reference 1, 0 where it has
    no voice.
    """

    pitch: Bool[np.ndarray, "n_mels frames"]
    spans: Float[Tensor, "spans frames"] | None
    f0_median_hz: float


@dataclass(frozen=True)
class Piece:
    """One sentence of one text, with its two references, the cells that follow each, and its seed.

    ``text`` is the number of the text that the sentence belongs to.
    """

    text: int
    sentence: Sentence
    pair: Sequence[ReferenceFeatures]
    target: TargetCells
    seed: int


class BatchModel(GuidedModel, Protocol):
    """Score and masses of a batch of sentences, with their text and references bound."""

    @property
    def mu(self) -> Float[Tensor, "batch n_mels frames"]:
        """Mean mel, model units."""
        ...

    @property
    def frame_mask(self) -> Bool[Tensor, "batch frames"]:
        """True on real frames."""
        ...


@dataclass(frozen=True)
class Binding:
    """A batch ready to be sampled: its model, what tuning would do to its noise, and notes of every piece."""

    model: BatchModel
    tuning: BoundObjective
    notes: Sequence[tuple[str, ...]]


class Engine(Protocol):
    """A loaded checkpoint as the pipeline knows it."""

    @property
    def process(self) -> DiffusionProcess:
        """The forward process that the estimator was trained for."""
        ...

    def adapt(self, settings: SynthSettings) -> tuple[SynthSettings, tuple[str, ...]]:
        """The settings as this estimator follows them, and a note for each that it follows otherwise.

        Raises
        ------
        InterpError
            For a setting that it cannot follow at all.
        """
        ...

    def encode(self, text: str, settings: SynthSettings) -> Sentence:
        """Symbols, durations and mu of one sentence.

        Raises
        ------
        InterpError
            When the text has no word.
        """
        ...

    def bind(self, pieces: Sequence[Piece], settings: SynthSettings, grid: MelGrid) -> Binding:
        """Model and objective of a batch; what depends on the references alone is computed here, once.

        Raises
        ------
        InterpError
            When a reference will not do, or the objective or its layers do not fit.
        """
        ...

    def to_log_mel(self, x: Float[Tensor, "*batch n_mels frames"]) -> Float[Tensor, "*batch n_mels frames"]:
        """Model units to natural log mel."""
        ...


def pad_batch(
    mus: Sequence[Float[Tensor, "n_mels _"]],
) -> tuple[Float[Tensor, "batch n_mels frames"], Bool[Tensor, "batch frames"]]:
    """Means of several sentences in one tensor, 0 past their ends, and where they are real."""
    longest = max(mu.shape[1] for mu in mus)
    padded = torch.stack([torch.nn.functional.pad(mu, (0, longest - mu.shape[1])) for mu in mus])
    lengths = torch.tensor([mu.shape[1] for mu in mus], device=padded.device)
    return padded, torch.arange(longest, device=padded.device) < lengths[:, None]
