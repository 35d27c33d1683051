"""Settings of a training run, as a training YAML gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interp.limits import limited, require_limits
from interp.models.speech_model import SpeechModelConfig
from interp.train.examples import ExampleShares
from interp.train.mean_mel import MeanMelTraining
from interp.train.optimizer import OptimizerName
from interp.train.text import Alignment


@dataclass(frozen=True)
class DataSettings:
    """Where the recordings are and how they are widened.

    ``corpus``: folder with metadata.csv; ``cache``: folder for alignments and features; ``speakers``: whose
    recordings, names or patterns; ``variants``: Praat variants a recording; ``wide_speakers``: those who are
    there for the variety of voices alone, with ``wide_variants``, of whom the estimator but not the text
    encoder learns, from the share ``wide_kept`` of their recordings that follows its text most closely;
    ``workers``: processes.
    """

    corpus: str = "corpus"
    cache: str = "data"
    speakers: tuple[str, ...] = ()
    variants: int = limited(3, low=0)
    wide_speakers: tuple[str, ...] = ()
    wide_variants: int = limited(6, low=1)
    wide_kept: float = limited(0.7, above=0.0, high=1.0)
    workers: int = limited(2, low=1)

    def __post_init__(self) -> None:
        """Check the bounds."""
        require_limits(self)


@dataclass(frozen=True)
class TextTraining:
    """Training of the text encoder.

    ``alignment``: where durations come from, ``forced`` alignment by pocketsphinx or monotonic ``search`` by
    the text encoder itself.
    """

    alignment: Alignment = "forced"
    n_steps: int = limited(700, low=0)
    batch_size: int = limited(16, low=1)
    learning_rate: float = limited(2e-3, above=0.0)

    def __post_init__(self) -> None:
        """Check the bounds."""
        require_limits(self)


@dataclass(frozen=True)
class EstimatorTraining:
    """Training of the estimator.

    ``frames`` and ``ref_frames`` are the crops; ``auxiliary`` the weight of the mass loss; ``ema_decay`` of
    the averaged weights; ``save_every`` in steps; ``precision`` ``no`` or ``bf16``; ``decay_share`` the
    last part of the run in which the rate falls to 0; ``long_every``: every so many steps the crops are three
    times as long and a third as many, 0 for never; ``optimizer`` ``muon`` or ``adamw``.
    """

    n_steps: int = limited(5000, low=0)
    batch_size: int = limited(16, low=1)
    frames: int = limited(112, low=4)
    ref_frames: int = limited(64, low=4)
    learning_rate: float = limited(1e-3, above=0.0)
    warmup_steps: int = limited(200, low=0)
    decay_share: float = limited(0.3, low=0.0, high=1.0)
    auxiliary: float = limited(0.1, low=0.0)
    ema_decay: float = limited(0.999, low=0.0, high=1.0)
    long_every: int = limited(4, low=0)
    optimizer: OptimizerName = "muon"
    save_every: int = limited(200, low=1)
    log_every: int = limited(50, low=1)
    precision: Literal["no", "bf16"] = "no"
    shares: ExampleShares = field(default_factory=ExampleShares)

    def __post_init__(self) -> None:
        """Check the bounds."""
        require_limits(self)


@dataclass(frozen=True)
class TrainSettings:
    """A whole run: data, model, text encoder, estimator."""

    name: str = "default"
    runs: str = "runs"
    seed: int = 0
    data: DataSettings = field(default_factory=DataSettings)
    model: SpeechModelConfig = field(default_factory=SpeechModelConfig)
    text: TextTraining = field(default_factory=TextTraining)
    estimator: EstimatorTraining = field(default_factory=EstimatorTraining)
