"""Models of random weights, small enough that a case costs milliseconds."""

from __future__ import annotations

import torch
from torch import nn

from interp.estimators.bin.config import BinConfig
from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.gradtts.network import GradTTSEstimatorConfig
from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.estimators.registry import SpeechModelConfig, build
from interp.estimators.speech_model import SpeechModel
from interp.text.gradtts_frontend import GRADTTS_BLANK_ID
from interp.text.symbols import ID_OF

BIN = BinConfig(
    width=16, column_width=16, mlp_width=16, n_heads=2, n_layers=2, cross_layers=(0, 1), voice_size=16
)


def text_config(n_vocab: int) -> TextEncoderConfig:
    return TextEncoderConfig(
        n_vocab=n_vocab,
        n_feats=80,
        n_channels=16,
        filter_channels=16,
        filter_channels_dp=8,
        n_heads=2,
        n_layers=1,
    )


def small_speech_model() -> SpeechModel:
    """A whole model that speaks about two frames a symbol."""
    model = build(SpeechModelConfig(text=text_config(max(ID_OF.values()) + 1), bin=BIN))
    _randomise(model)
    model.text_encoder.proj_w.proj.bias.data.fill_(0.7)
    return model.eval().requires_grad_(False)


def small_gradtts() -> GradTTS:
    """A Grad-TTS of two speakers."""
    estimator = GradTTSEstimatorConfig(dim=16, n_feats=80, spk_emb_dim=8)
    encoder = text_config(GRADTTS_BLANK_ID + 1)
    return GradTTS(
        GradTTSConfig(n_spks=2, spk_emb_dim=8, encoder=_with_speaker(encoder), estimator=estimator)
    )


def _with_speaker(config: TextEncoderConfig) -> TextEncoderConfig:
    from dataclasses import replace

    return replace(config, spk_emb_dim=8)


def _randomise(module: nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            fan_in = parameter[0].numel() if parameter.ndim > 1 else 16
            parameter.normal_(0.0, 0.3 * fan_in**-0.5, generator=generator)
