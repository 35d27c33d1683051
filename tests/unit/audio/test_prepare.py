"""Recordings as people have them: channels, offset, rumble, hum, silence, length; what is clean stays."""

from __future__ import annotations

import numpy as np
import pytest
from made_voices import RATE, made_voice

from interp.audio.level import active_level_dbfs
from interp.audio.prepare import prepare

MAN = made_voice(120.0).astype(np.float32)
TIMES_S = np.arange(len(MAN)) / RATE


def prepared(*channels: np.ndarray, max_seconds: float = 10.0, whole: bool = False):
    return prepare(np.stack(channels, 1).astype(np.float32), RATE, max_seconds, whole=whole)


def sine(hz: float, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * TIMES_S)


def distance_db(wav: np.ndarray, wanted: np.ndarray) -> float:
    """RMS of the difference, dB below the wanted sound."""
    return float(10 * np.log10(((wav - wanted) ** 2).mean() / (wanted**2).mean() + 1e-20))


def test_a_clean_recording_stays_as_it_is_without_a_note() -> None:
    result = prepared(MAN)
    assert np.abs(result.wav - MAN).max() < 1e-3
    assert (result.notes, result.start_s) == ((), 0.0)


def test_a_lopsided_voice_does_not_lift_the_silence_beside_it() -> None:
    wav = np.concatenate([MAN + 3 * np.maximum(MAN, 0), np.zeros(4 * RATE)])
    assert wav.mean() > 0.01
    result = prepared(wav, whole=True)
    assert np.abs(result.wav[-RATE:]).max() < 1e-4
    assert not any("offset" in note for note in result.notes)


@pytest.mark.parametrize(
    ("other", "says", "gain"),
    [
        (-MAN, "channel 2 is of reversed polarity and turned", 1.0),
        (-0.97 * MAN, "channel 2 is of reversed polarity and turned", 0.985),
        (0 * MAN, "only channel 1 is used; channel 2 is silent", 1.0),
        (0.1 * MAN, "only channel 1 is used; channel 2 is more than 10 dB below the loudest", 1.0),
        (0.5 * made_voice(210.0, formants=1.2), "only channel 1 is used; channel 2 is unlike channel 1", 1.0),
        (sine(50, 0.3), "only channel 1 is used; channel 2 is unlike channel 1", 1.0),
        (0.8 * MAN, "mixed down to one", 0.9),
    ],
    ids=["reversed", "nearly", "silent", "quiet", "another voice", "hum", "alike"],
)
def test_channels_are_compared(other: np.ndarray, says: str, gain: float) -> None:
    result = prepared(1.0001 * MAN, other)
    assert distance_db(result.wav, gain * MAN) < -40
    assert any(says in note for note in result.notes)


def test_six_channels_keep_those_that_agree() -> None:
    result = prepared(MAN, -MAN, 0 * MAN, 0.1 * MAN, 0.9 * MAN)
    assert distance_db(result.wav, MAN * 2.9 / 3) < -40
    assert "channel 2 is of reversed" in result.notes[0]
    assert "channel 3 is silent" in result.notes[0]


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (0.3 + 0 * TIMES_S, "offset of 0.3"),
        (sine(17, 0.2), "rumble below 40 Hz"),
        (sine(50, 0.1), "mains hum of 50 Hz"),
        (sine(60, 0.05) + sine(180, 0.03), "mains hum of 60 Hz"),
        (sine(100, 0.05) + sine(300, 0.02), "mains hum of 50 Hz"),
    ],
    ids=["offset", "rumble", "hum 50", "hum 60", "buzz 100"],
)
def test_what_no_voice_makes_is_taken_out_with_a_note(added: np.ndarray, says: str) -> None:
    result = prepared(MAN + added)
    assert distance_db(result.wav, MAN) < -15
    assert sum(says in note for note in result.notes) == 1


def test_a_voice_of_steady_pitch_at_the_mains_multiple_is_no_hum() -> None:
    sung = sum(sine(100 * k, 0.1 / k) for k in range(1, 8))
    assert distance_db(prepared(sung).wav, sung) < -40


def test_syllables_sung_at_the_mains_multiple_are_no_hum() -> None:
    sung = sum(sine(50 * k, 0.1 / k) for k in range(2, 8)) * (TIMES_S % 0.5 < 0.35)
    assert distance_db(prepared(sung).wav, sung) < -20


def test_a_whistle_at_a_high_multiple_alone_is_no_hum() -> None:
    wav = MAN + sine(600, 0.05)
    assert distance_db(prepared(wav).wav, wav) < -20


@pytest.mark.parametrize("room", [0.0, 0.0005])
def test_silence_at_the_ends_goes_and_a_click_in_it_does_not_count(room: float) -> None:
    wav = np.concatenate([np.zeros(8 * RATE), MAN, np.zeros(8 * RATE)])
    wav += room * np.random.default_rng(0).standard_normal(len(wav))
    wav[2 * RATE : 2 * RATE + 50] += 0.8
    result = prepared(wav)
    assert result.start_s == pytest.approx(7.85, abs=0.05)
    assert len(result.wav) / RATE == pytest.approx(3.2, abs=0.15)
    assert "silence at its ends" in result.notes[0]


def test_a_short_silence_at_the_ends_stays() -> None:
    wav = np.concatenate([np.zeros(RATE // 3), MAN, np.zeros(RATE // 3)])
    assert len(prepared(wav).wav) == len(wav)


def test_of_a_long_recording_the_part_with_the_most_sound_is_used() -> None:
    wav = np.concatenate([MAN, np.zeros(6 * RATE), made_voice(120, 6.0), np.zeros(RATE), MAN])
    result = prepared(wav, max_seconds=6.0)
    assert len(result.wav) == 6 * RATE
    assert result.start_s == pytest.approx(8.9, abs=0.2)
    assert "6 s with the most sound are used" in result.notes[0]


def test_whole_keeps_times_as_they_are_in_the_file() -> None:
    wav = np.concatenate([np.zeros(2 * RATE), MAN, np.zeros(2 * RATE)])
    assert len(prepared(wav, whole=True).wav) == len(wav)
    assert len(prepared(wav, whole=True, max_seconds=3.0).wav) == 3 * RATE
    assert prepared(wav, whole=True).start_s == 0


@pytest.mark.parametrize("level", [1.0, 0.5, 0.05])
@pytest.mark.parametrize("sides", [(-1.0, 1.0), (-9.0, 1.0)], ids=["both", "one"])
def test_clipping_is_found_at_any_level(level: float, sides: tuple[float, float]) -> None:
    clipped = np.clip(MAN / np.abs(MAN).max() * 3, *sides)
    true = (clipped == sides[1]).mean()
    assert prepared(clipped * level).clipped_share > 0.5 * true > 1e-3
    assert prepared(clipped * level * 0.5 + 0.2).clipped_share > 0.5 * true


@pytest.mark.parametrize("median_hz", [70, 120, 220, 400])
def test_what_is_not_clipped_is_not_called_so(median_hz: float) -> None:
    assert prepared(made_voice(median_hz)).clipped_share < 5e-4


def test_low_tones_have_round_tops_at_any_rate() -> None:
    wav = 0.4 * np.sin(2 * np.pi * 110 * np.arange(48000) / 48000)[:, None]
    assert prepare(wav.astype(np.float32), 48000, 10.0).clipped_share == 0


def test_shortest_recordings_pass() -> None:
    short = MAN[: int(0.3 * RATE)]
    assert active_level_dbfs(prepared(short).wav, RATE) == pytest.approx(
        active_level_dbfs(short, RATE), abs=1
    )
