"""The model that a checkpoint holds: style-free text encoder and estimator, with their units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from interp.diffusion.process import DiffusionProcess
from interp.estimators.parts.mean_mel import MeanMel, MeanMelConfig
from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig

TextModel = TextEncoder | MeanMel


@dataclass(frozen=True)
class SpeechConfig:
    """What every model has, whichever its ``estimator``; `registry.SpeechModelConfig` adds that one's sizes.

    ``mel_mean`` and ``mel_std`` turn a natural log mel into model units, in which ``x_0 - mu`` has a
    deviation near 1. ``duration_scale`` multiplies predicted durations: they are exponentials of mean logs,
    which fall short of the mean; measured on validation recordings. ``mean`` says what gives the mean mel:
    ``frames``, a `MeanMel`, or ``symbols``, a `TextEncoder` with one mean a symbol.
    """

    estimator: str
    mel_mean: float = -5.5
    mel_std: float = 1.2
    duration_scale: float = 1.0
    mean: Literal["symbols", "frames"] = "symbols"
    text: TextEncoderConfig = field(default_factory=TextEncoderConfig)
    mean_mel: MeanMelConfig = field(default_factory=MeanMelConfig)
    process: DiffusionProcess = field(default_factory=DiffusionProcess)


def text_model_of(config: SpeechConfig) -> TextModel:
    """The text encoder that a configuration names, untrained."""
    return MeanMel(config.mean_mel) if config.mean == "frames" else TextEncoder(config.text)


class SpeechModel(nn.Module):
    """Text encoder and estimator side by side; the pipeline calls them. `registry.build` makes one."""

    def __init__(self, config: SpeechConfig, estimator: nn.Module) -> None:
        super().__init__()
        self.config = config
        self.text_encoder = text_model_of(config)
        self.estimator = estimator

    def to_model_units(
        self, mel: Float[Tensor, "*batch n_mels frames"]
    ) -> Float[Tensor, "*batch n_mels frames"]:
        """Natural log mel to model units."""
        return (mel - self.config.mel_mean) / self.config.mel_std

    def to_log_mel(self, x: Float[Tensor, "*batch n_mels frames"]) -> Float[Tensor, "*batch n_mels frames"]:
        """Model units to natural log mel."""
        return x * self.config.mel_std + self.config.mel_mean
