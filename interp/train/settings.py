"""Settings of a training run, as a training YAML gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interp.estimators.registry import SpeechModelConfig
from interp.train.dataset.settings import DataSettings
from interp.train.examples import ExampleShares
from interp.train.mean_mel import MeanMelTraining
from interp.train.optimizer import OptimizerName
from interp.train.text import Alignment
from masks.limits import Limited, limited


@dataclass(frozen=True)
class TextTraining(Limited):
    """Training of the text encoder.

    ``alignment``: where durations come from, ``forced`` alignment by pocketsphinx or monotonic ``search`` by
    the text encoder itself.
    """

    alignment: Alignment = "forced"
    n_steps: int = limited(700, low=0)
    batch_size: int = limited(16, low=1)
    learning_rate: float = limited(2e-3, above=0.0)


@dataclass(frozen=True)
class EstimatorTraining(Limited):
    """Training of the estimator.

    ``frames`` and ``ref_frames`` are the crops; ``auxiliary`` the weight of the mass loss; ``ema_decay`` of
    the averaged weights; ``save_every`` in steps; ``precision`` ``no`` or ``bf16``; ``decay_share`` the
    last part of the run in which the rate falls to 0; ``long_every``: every so many steps the crops are three
    times as long and a third as many, 0 for never; ``optimizer`` ``muon`` or ``adamw``; ``draw_workers``:
    processes that draw the examples of coming steps, 1 for this one; ``compile``: whether the loss is
    compiled, which takes a minute or more at its first steps.
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
    draw_workers: int = limited(1, low=1)
    compile: bool = False
    shares: ExampleShares = field(default_factory=ExampleShares)


@dataclass(frozen=True)
class TrainSettings:
    """A whole run: data, model, text encoder, estimator.

    Of ``text`` and ``mean_mel`` one is read: that of the text encoder which ``model.mean`` names. ``start``:
    a file of weights to go on from, text encoder and estimator, where the run's folder has none.
    """

    name: str = "default"
    runs: str = "runs"
    seed: int = 0
    start: str = ""
    data: DataSettings = field(default_factory=DataSettings)
    model: SpeechModelConfig = field(default_factory=SpeechModelConfig)
    text: TextTraining = field(default_factory=TextTraining)
    mean_mel: MeanMelTraining = field(default_factory=MeanMelTraining)
    estimator: EstimatorTraining = field(default_factory=EstimatorTraining)
