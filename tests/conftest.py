"""A small model with random weights, and random references; settings of all tests.

Property tests have no deadline, since the machines they run on are shared.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import settings
from torch import nn

from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.network import BinEstimator
from interp.estimators.parts.reference_tokens import References
from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.estimators.registry import SpeechModelConfig, build
from interp.estimators.speech_model import SpeechModel
from interp.text.symbols import ID_OF

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

SMALL_BIN = BinConfig(
    width=16, column_width=24, mlp_width=24, n_heads=2, n_layers=4, cross_layers=(1, 2, 3), voice_size=16
)
SMALL_TEXT = TextEncoderConfig(
    n_vocab=max(ID_OF.values()) + 1,
    n_feats=80,
    n_channels=16,
    filter_channels=24,
    filter_channels_dp=12,
    n_heads=2,
    n_layers=1,
)


def randomise(module: nn.Module, seed: int = 0) -> None:
    """Every weight is drawn, so that no gate is shut and no bias is 0, the adaptive ones included."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            fan_in = parameter[0].numel() if parameter.ndim > 1 else 16
            parameter.normal_(0.0, fan_in**-0.5, generator=generator)


@pytest.fixture
def small_bin() -> BinConfig:
    return SMALL_BIN


@pytest.fixture
def estimator() -> BinEstimator:
    """A `bin` estimator of random weights, nothing requires a gradient."""
    made = BinEstimator(SMALL_BIN).eval().requires_grad_(False)
    randomise(made)
    return made


@pytest.fixture
def random_references() -> Callable[..., References]:
    """References of given lengths, a pair for each sentence; cells near no harmonic, drawn at random."""

    def draw(lengths: list[tuple[int, int]], seed: int = 1) -> References:
        frames = max(n for pair in lengths for n in pair)
        generator = torch.Generator().manual_seed(seed)
        shape = (len(lengths), 2)
        mask = torch.arange(frames) < torch.tensor(lengths)[..., None]
        cells = torch.rand(*shape, 80, frames, generator=generator) < 0.4
        cells[:, :, 16:] = False
        f0_hz = 80 + 150 * torch.rand(*shape, frames, generator=generator)
        return References(
            mel=torch.randn(*shape, 80, frames, generator=generator) * mask[:, :, None],
            f0_hz=f0_hz * (torch.rand(*shape, frames, generator=generator) < 0.8) * mask,
            pitch_cells=cells & mask[:, :, None],
            frame_mask=mask,
            voice=torch.randn(*shape, 16, generator=generator),
            relative_time=torch.arange(frames) / torch.tensor(lengths)[..., None] * mask,
        )

    return draw


@pytest.fixture
def speech_model() -> SpeechModel:
    """A whole model of random weights that speaks four frames a symbol, or so."""
    model = build(SpeechModelConfig(text=SMALL_TEXT, bin=SMALL_BIN)).eval().requires_grad_(False)
    randomise(model)
    model.text_encoder.proj_w.proj.weight.mul_(0.1)
    model.text_encoder.proj_w.proj.bias.fill_(0.7)
    return model
