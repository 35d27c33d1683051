"""One pitch in both bands, or two."""

import pytest

from interp.evaluation.clip import Clip
from interp.evaluation.cross_band import KEYS, cross_band, f0_above, f0_below
from interp.evaluation.psola import with_pitch


def mixed(low, high):
    n = min(len(low.wav), len(high.wav))
    return Clip(low.wav[:n] + high.wav[:n], low.grid)


def test_one_tone(tone, against):
    clip = tone(130.0)
    found = cross_band(against(clip, clip))
    assert found["cross_band.agreement"] == 1
    assert found["cross_band.semitones"] < 0.1
    assert found["cross_band.consistent"] == 1


def test_two_tones(tone, against):
    clip = mixed(tone(120.0, high_hz=450.0), tone(170.0, low_hz=560.0))
    found = cross_band(against(clip, clip))
    assert found["cross_band.agreement"] < 0.05
    assert found["cross_band.semitones"] == pytest.approx(6.03, abs=0.2)
    assert found["cross_band.consistent"] == 0


@pytest.mark.parametrize("name", ["voice", "stranger"])
def test_natural_speech_has_one_pitch(request, against, name):
    clip = request.getfixturevalue(name)
    assert cross_band(against(clip, clip))["cross_band.consistent"] == 1


def test_a_splice_of_two_voices_has_two(voice, stranger, against):
    from scipy.signal import butter, sosfiltfilt

    halves = [
        Clip(sosfiltfilt(butter(8, 500, kind, fs=22050, output="sos"), clip.wav).astype("float32"), clip.grid)
        for kind, clip in (("low", voice), ("high", stranger))
    ]
    spliced = mixed(*halves)
    assert cross_band(against(spliced, spliced))["cross_band.consistent"] == 0


def test_psola_keeps_one_pitch(voice, against):
    moved = with_pitch(voice, 130.0)
    assert cross_band(against(moved, moved))["cross_band.consistent"] == 1


def test_bands_are_apart(tone):
    assert (f0_below(tone(120.0, low_hz=560.0)) > 0).mean() < 0.1
    assert (f0_above(tone(120.0, high_hz=450.0)) > 0).mean() < 0.2


def test_nothing_above_is_no_figure(tone, against):
    clip = Clip(tone(120.0, high_hz=300.0).wav[: 256 * 12], tone(120.0).grid)
    assert cross_band(against(clip, clip)) == dict.fromkeys(KEYS)
