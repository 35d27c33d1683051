"""Settings of a training run, as a training YAML gives them."""

from __future__ import annotations

from dataclasses import dataclass, field

from interp.models.speech_model import SpeechModelConfig
from interp.train.examples import ExampleShares
from interp.train.text import Alignment


@dataclass(frozen=True)
class DataSettings:
    """Where the recordings are and how they are widened.

    ``corpus``: folder with metadata.csv; ``cache``: folder for alignments and features; ``speakers``: whose
    recordings; ``variants``: Praat variants a recording; ``workers``: processes.
    """

    corpus: str = "corpus"
    cache: str = "data"
    speakers: tuple[str, ...] = ()
    variants: int = 3
    workers: int = 2


@dataclass(frozen=True)
class TextTraining:
    """Training of the text encoder.

    ``alignment``: where durations come from, ``forced`` alignment by pocketsphinx or monotonic ``search`` by
    the text encoder itself.
    """

    alignment: Alignment = "forced"
    n_steps: int = 700
    batch_size: int = 16
    learning_rate: float = 2e-3


@dataclass(frozen=True)
class EstimatorTraining:
    """Training of the estimator.

    ``frames`` and ``ref_frames`` are the crops; ``auxiliary`` the weight of the mass loss; ``ema_decay`` of
    the averaged weights; ``save_every`` in steps; ``precision`` ``no`` or ``bf16``; ``decay_share`` the
    last part of the run in which the rate falls to 0.
    """

    n_steps: int = 5000
    batch_size: int = 16
    frames: int = 112
    ref_frames: int = 64
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    decay_share: float = 0.3
    auxiliary: float = 0.1
    ema_decay: float = 0.999
    save_every: int = 200
    log_every: int = 50
    precision: str = "no"
    shares: ExampleShares = field(default_factory=ExampleShares)


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
