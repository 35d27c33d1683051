"""Doubts about what is no single voice that speaks: tones, chords, tunes, whisper, two voices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from made_voices import made_voice

from interp.audio.level import amplify_to
from interp.audio.mel import log_mel
from interp.audio.speech_kind import doubts
from masks.f0 import extract_f0
from masks.grid import MelGrid

GRID = MelGrid()
RATE = GRID.sample_rate
TIMES_S = np.arange(4 * RATE) / RATE


def doubted(wav: np.ndarray) -> str:
    wav = amplify_to(wav.astype(np.float32), RATE, -23.0)
    mel = log_mel(torch.from_numpy(wav)[None], GRID)[0].numpy()
    return " ".join(doubts(wav, mel, extract_f0(wav, GRID, mel.shape[1]), GRID))


def tone(hz: float, seconds: float = 4.0) -> np.ndarray:
    times_s = np.arange(int(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * hz * k * times_s) / k for k in range(1, 6))


def tune() -> np.ndarray:
    notes = [220, 277, 330, 262, 392, 330, 294, 220, 247, 330, 262, 220]
    decay = np.exp(-3 * np.arange(int(0.35 * RATE)) / RATE)
    return np.concatenate([tone(hz, 0.35) * decay for hz in notes])


def vibrato() -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(330 * 2 ** (0.5 / 12 * np.sin(2 * np.pi * 5.5 * TIMES_S))) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 8))


@pytest.mark.parametrize(
    "wav",
    [np.sin(2 * np.pi * 220 * TIMES_S), tone(220) + tone(277.2) + tone(329.6), tune(), vibrato()],
    ids=["sine", "chord", "tune", "violin"],
)
def test_tones_and_music_are_hardly_speech(wav: np.ndarray) -> None:
    assert doubted(wav).startswith("hardly speech")


def test_whisper_is_hardly_voiced() -> None:
    assert doubted(made_voice(rate=RATE, whispered=True)).startswith("no voiced frame: hardly voiced")


@pytest.mark.parametrize("median_hz", [65, 120, 220, 420])
def test_one_voice_is_not_doubted(median_hz: float) -> None:
    assert doubted(made_voice(median_hz, 5.0, RATE)) == ""


@pytest.mark.parametrize("turns", [1, 2])
def test_two_voices_are_named_with_their_pitch(turns: int) -> None:
    man, woman = made_voice(110, 2.5, RATE), made_voice(220, 2.5, RATE, formants=1.25)
    pause = np.zeros(RATE // 4)
    said = doubted(np.concatenate([man, pause, woman, pause] * turns))
    assert said.startswith("perhaps two voices")
    assert "11" in said.split("and")[0]


def test_one_voice_that_takes_up_its_pitch_is_one() -> None:
    pause = np.zeros(RATE // 4)
    assert doubted(np.concatenate([made_voice(130, 2.5, RATE), pause, made_voice(150, 2.5, RATE)])) == ""
