"""Settings of a vocoder's training, as its YAML gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interp.vocoders.neural.config import VocoderConfig
from masks.errors import InterpError
from masks.limits import limited, require_limits


@dataclass(frozen=True)
class VoiceData:
    """Which recordings, and how they are widened.

    ``corpus``: folder with metadata.csv; ``cache``: folder for the prepared samples; ``splits``: of the
    table; ``varied``: share of the recordings that are there a second time, through Praat; ``workers``:
    processes.
    """

    corpus: str = "corpus"
    cache: str = "data"
    splits: tuple[str, ...] = ("train", "reference", "extra")
    varied: float = limited(0.5, low=0.0, high=1.0)
    workers: int = limited(2, low=1)

    def __post_init__(self) -> None:
        """Check the bounds."""
        require_limits(self)


@dataclass(frozen=True)
class VocoderTraining:
    """Three phases in one count of steps: F0 alone, reconstruction, reconstruction with discriminators.

    ``pitch_steps``: end of the first; ``adversarial_from``: start of the last; ``frames`` of a crop;
    ``gain_db``: level of crops is drawn within it; ``judge_rate``: of the discriminators, constant;
    ``rate_end``: what is left of the other rates after ``n_steps``, falling by the same factor every step;
    ``ramp_steps``: over which the adversarial weight grows.
    """

    pitch_steps: int = limited(600, low=0)
    adversarial_from: int = limited(6000, low=0)
    n_steps: int = limited(12000, low=0)
    batch_size: int = limited(16, low=1)
    frames: int = limited(32, low=8)
    gain_db: float = limited(6.0, low=0.0)
    pitch_rate: float = limited(3e-3, above=0.0)
    learning_rate: float = limited(1e-3, above=0.0)
    judge_rate: float = limited(3e-4, above=0.0)
    rate_end: float = limited(0.1, above=0.0, high=1.0)
    warmup_steps: int = limited(100, low=0)
    mel_weight: float = limited(5.0, low=0.0)
    stft_weight: float = limited(1.0, low=0.0)
    adversarial_weight: float = limited(1.0, low=0.0)
    feature_weight: float = limited(10.0, low=0.0)
    ramp_steps: int = limited(300, low=0)
    judge_width: int = limited(8, low=1)
    ema_decay: float = limited(0.999, low=0.0, high=1.0)
    save_every: int = limited(500, low=1)
    log_every: int = limited(50, low=1)
    precision: Literal["no", "bf16"] = "no"

    def __post_init__(self) -> None:
        """Check the bounds, and the order of the phases."""
        require_limits(self)
        if self.adversarial_from < self.pitch_steps:
            raise InterpError(
                f"adversarial_from: {self.adversarial_from} is before pitch_steps, {self.pitch_steps}, end"
            )


@dataclass(frozen=True)
class VocoderSettings:
    """A whole run: data, model, training."""

    name: str = "vocoder"
    runs: str = "runs"
    seed: int = 0
    data: VoiceData = field(default_factory=VoiceData)
    model: VocoderConfig = field(default_factory=VocoderConfig)
    training: VocoderTraining = field(default_factory=VocoderTraining)
