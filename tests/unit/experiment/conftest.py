"""A bench with a model of random weights; recordings and a vocoder that buzz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from guidance.settings import GuidanceSettings
from interp.checkpoints.checkpoint import Checkpoint
from interp.experiment.bench import Bench
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Synthesizer

RATE = 22050
SETTINGS = SynthSettings(n_timesteps=4, guidance=GuidanceSettings(step_share=0.05, t_tal1=0.4, t_tal2=0.7))


def buzz(f0_hz, seconds=0.7):
    """Harmonics of a pitch that wavers by a twentieth."""
    t = np.arange(round(seconds * RATE)) / RATE
    cycles = np.cumsum(f0_hz * (1 + 0.05 * np.sin(2 * np.pi * 3 * t))) / RATE
    noise = 1e-3 * np.random.default_rng(0).standard_normal(len(t))
    return (0.1 * sum(np.sin(2 * np.pi * h * cycles) / h for h in range(1, 12)) + noise).astype(np.float32)


def write_buzz(path, f0_hz, seconds=0.7):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, buzz(f0_hz, seconds), RATE)
    return path


@pytest.fixture(scope="session")
def voices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    return {
        name: write_buzz(folder / f"{name}.wav", f0_hz, seconds)
        for name, f0_hz, seconds in (("low", 110, 0.5), ("high", 190, 0.7), ("middle", 140, 0.6))
    }


@pytest.fixture
def trials(voices):
    low, high = voices["low"], voices["high"]
    return (
        Trial("0001", 1, "The boy was there.", low, high, 3, False),
        Trial("0002", 2, "No.", high, low, 11, False),
    )


@pytest.fixture
def synthesizer(speech_model):
    return Synthesizer(Checkpoint(speech_model, Path("random.safetensors"), {}, "0" * 64))


@pytest.fixture
def bench(synthesizer, monkeypatch):
    def make_vocoder(name, grid):
        return lambda mel: buzz(150, mel.shape[1] * grid.hop_length / RATE)

    monkeypatch.setattr("interp.experiment.bench.make_vocoder", make_vocoder)
    return Bench(synthesizer)


@pytest.fixture
def settings():
    return SETTINGS
