"""Griffin-Lim: the mel comes back, in time, and twice the same."""

from typing import get_args

import numpy as np
import pytest
import torch

from interp.audio.mel import log_mel
from interp.settings.synth import SynthSettings, VocoderName
from interp.vocoders.choose import VOCODERS, make_vocoder
from interp.vocoders.griffin_lim import spectrum_of_mel
from masks.errors import InterpError
from masks.grid import MelGrid

GRID = MelGrid()


def mel_of(wav):
    return log_mel(torch.from_numpy(np.asarray(wav, dtype=np.float32))[None], GRID)[0].numpy()


@pytest.fixture(scope="module")
def voice():
    t = np.arange(256 * 60) / GRID.sample_rate
    glide = 2 * np.pi * (120 * t + 40 * t**2)
    return sum(np.sin(h * glide) / h for h in range(1, 25)) * 0.1 * (t > 0.2)


def test_mel_comes_back(voice):
    mel = mel_of(voice)
    wav = make_vocoder("griffin-lim", GRID)(mel)
    assert wav.shape == (60 * 256,)
    loud = mel > -7
    assert np.abs(mel_of(wav) - mel)[loud].mean() < 0.25


def test_onset_stays_where_it_was(voice):
    wav = make_vocoder("griffin-lim", GRID)(mel_of(voice))
    onset = np.flatnonzero(np.abs(wav) > 0.1)[0] / GRID.sample_rate
    assert onset == pytest.approx(0.2, abs=0.012)


def test_same_mel_same_samples(voice):
    vocoder = make_vocoder("griffin-lim", GRID)
    assert np.array_equal(vocoder(mel_of(voice)), vocoder(mel_of(voice)))


def test_spectrum_has_the_mel_it_was_made_of(voice):
    mel = mel_of(voice)
    spectrum = spectrum_of_mel(mel, GRID)
    assert (spectrum >= 0).all()
    assert np.abs(np.log(np.maximum(GRID.filter_bank @ spectrum, 1e-5)) - mel).mean() < 0.03


def test_unknown_vocoder():
    with pytest.raises(InterpError, match="griffin-lim"):
        make_vocoder("hifi", GRID)


def test_what_a_setting_may_name_is_what_is_registered():
    vocoders = {SynthSettings(vocoder=name).vocoder for name in VOCODERS}
    assert vocoders == set(get_args(VocoderName))
