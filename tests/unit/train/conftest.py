"""A synthetic corpus: every voice at every pitch says every prompt, so that each example has its partners."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig
from interp.text.symbols import BLANK_ID
from interp.train.dataset.bank import FeatureBank, build_bank
from interp.train.dataset.features import Features, Variant
from interp.train.text import TextExample
from masks.grid import MelGrid

SPEAKERS, PROMPTS, RATIOS, PITCHES_HZ = "abc", "1234", (0.87, 1.0), (100.0, 140.0, 200.0)
N_SYMBOLS = 6


@pytest.fixture(scope="session")
def text_config() -> TextEncoderConfig:
    return TextEncoderConfig(
        n_vocab=20, n_channels=8, filter_channels=12, filter_channels_dp=8, n_heads=2, n_layers=1
    )


@pytest.fixture(scope="session")
def text_encoder(text_config) -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(text_config).eval().requires_grad_(False)


@pytest.fixture(scope="session")
def texts() -> dict[str, TextExample]:
    """Symbols with blanks between and 24 to 33 frames a recording."""
    rng = np.random.default_rng(0)
    made = {}
    for speaker, prompt in product(SPEAKERS, PROMPTS):
        ids = rng.integers(2, 20, 2 * N_SYMBOLS + 1)
        ids[::2] = BLANK_ID
        durations = rng.integers(0, 2, len(ids)) + 1
        durations[3] += 24 + rng.integers(10) - min(24, durations.sum())
        made[f"{speaker}/{prompt}"] = TextExample(ids, durations, np.zeros((1, durations.sum()), np.float16))
    return made


@pytest.fixture(scope="session")
def features(texts) -> list[Features]:
    rng = np.random.default_rng(1)
    made = []
    for key, text in texts.items():
        n_frames = int(text.durations.sum())
        for index, (ratio, pitch_hz) in enumerate(product(RATIOS, PITCHES_HZ)):
            mel = rng.normal(-5.5, 1.2, (80, n_frames)).astype(np.float16)
            f0_hz = np.full(n_frames, pitch_hz, np.float32)
            f0_hz[: int(rng.integers(1, 6))] = 0
            made.append(Features(key, "train", index, Variant(ratio, pitch_hz, 1.0), mel, f0_hz))
    return made


@pytest.fixture(scope="session")
def bank(features, texts, text_encoder) -> FeatureBank:
    return build_bank(features, texts, text_encoder, MelGrid(), fine_bins=16)
