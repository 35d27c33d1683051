"""Recordings in, WAV files out: what can be used is used and noted, what cannot is one clear error."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from interp.audio.level import active_level_dbfs
from interp.audio.read import LONGEST_S, load_reference, read_audio
from interp.audio.write import save_wav
from masks.errors import InterpError

RATE = 16000


def harmonics(seconds=1.0, rate=RATE, f0=150.0, amplitude=0.2):
    t = np.arange(int(seconds * rate)) / rate
    return amplitude * sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 6))


@pytest.fixture
def write(tmp_path):
    def to_file(wav, rate=RATE, name="a.wav", **kwargs):
        soundfile.write(tmp_path / name, wav, rate, **kwargs)
        return tmp_path / name

    return to_file


def dominant_hz(wav, rate):
    return np.argmax(np.abs(np.fft.rfft(wav * np.hanning(len(wav))))) * rate / len(wav)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_any_rate_keeps_pitch_and_length(write, rate):
    heard = load_reference(write(harmonics(rate=rate), rate))
    assert heard.sample_rate == 22050
    assert heard.seconds == pytest.approx(1.0, abs=2e-3)
    assert dominant_hz(heard.wav, 22050) == pytest.approx(150, abs=1.5)
    assert heard.wav.dtype == np.float32


def test_nothing_above_8_khz_is_left(write):
    t = np.arange(48000) / 48000
    wav = harmonics(rate=48000) + 0.3 * np.sin(2 * np.pi * 9500 * t)
    heard = load_reference(write(wav, 48000)).wav
    spectrum = np.abs(np.fft.rfft(heard[2000:-2000]))
    above = np.fft.rfftfreq(len(heard) - 4000, 1 / 22050) > 8300
    assert spectrum[above].max() < 1e-3 * spectrum.max()


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_formats(write, name):
    assert load_reference(write(harmonics(), name=name)).seconds == pytest.approx(1.0, abs=0.1)


def test_plain_recording_has_no_note(write):
    assert load_reference(write(harmonics())).notes == ()


def test_every_change_is_noted(write):
    wav = harmonics(seconds=12.0, rate=44100)
    heard = load_reference(write(np.stack([wav, 0.5 * wav], axis=1), 44100))
    assert heard.seconds == pytest.approx(LONGEST_S, abs=1e-3)
    cut, mixed, resampled = heard.notes
    assert "12.0 s" in cut
    assert "10 s" in cut
    assert "2 channels" in mixed
    assert "44100 Hz" in resampled
    assert all("a.wav" in note for note in heard.notes)


@pytest.mark.parametrize("amplitude", [0.005, 0.2])
def test_level_of_the_active_part_is_set(write, amplitude):
    wav = np.concatenate([np.zeros(RATE), harmonics(amplitude=amplitude)])
    assert active_level_dbfs(load_reference(write(wav)).wav, 22050) == pytest.approx(-23, abs=0.1)


def test_level_can_be_left_alone(write):
    path = write(harmonics(amplitude=0.01))
    heard = load_reference(path, level_dbfs=None)
    assert active_level_dbfs(heard.wav, 22050) == pytest.approx(active_level_dbfs(*read_audio(path)), abs=0.1)


def test_constant_offset_is_removed(write):
    assert abs(load_reference(write(harmonics() + 0.3)).wav.mean()) < 1e-3


def with_value(value):
    wav = harmonics()
    wav[100] = value
    return wav


@pytest.mark.parametrize(
    ("wav", "says"),
    [
        (np.zeros(0), "no samples"),
        (np.zeros(RATE), "silent"),
        (np.full(RATE, 0.4), "silent"),
        (1e-4 * harmonics(), "silent"),
        (harmonics(0.29), "too short"),
        (with_value(np.nan), "1 samples are NaN or infinite"),
        (with_value(np.inf), "1 samples are NaN or infinite"),
    ],
)
def test_unusable_samples(write, wav, says):
    path = write(wav, subtype="FLOAT")
    with pytest.raises(InterpError, match=says) as caught:
        load_reference(path)
    assert str(path) in str(caught.value)


def test_rate_too_low(write):
    with pytest.raises(InterpError, match="4000 Hz"):
        load_reference(write(harmonics(rate=4000), 4000))


def test_missing_folder_empty_and_text(tmp_path):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("hello")
    cases = {
        "none.wav": "no such file",
        ".": "folder",
        "empty.wav": "empty",
        "text.wav": "not readable as sound",
    }
    for name, says in cases.items():
        with pytest.raises(InterpError, match=says) as caught:
            load_reference(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_truncated_file_is_told(write):
    path = write(harmonics(), name="a.flac")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InterpError, match=r"a\.flac"):
        load_reference(path)


def test_saved_full_scale_never_wraps(tmp_path):
    wav = np.array([1.0, -1.0, 1.5, -1.5, 32767.6 / 32768, 0.0])
    save_wav(tmp_path / "o.wav", wav, RATE)
    pcm, rate = soundfile.read(tmp_path / "o.wav", dtype="int16")
    assert pcm.tolist() == [32767, -32767, 32767, -32767, 32767, 0]
    assert rate == RATE
    assert soundfile.info(tmp_path / "o.wav").subtype == "PCM_16"


def test_saved_wav_reads_back(tmp_path):
    wav = harmonics()
    save_wav(tmp_path / "o.wav", wav, RATE)
    again, _ = read_audio(tmp_path / "o.wav")
    assert np.abs(again - wav).max() < 1e-4


LONG_OGG = """
import numpy as np
from interp.audio.write import save_wav
t = np.arange(120 * 22050) / 22050
save_wav({path!r}, 0.1 * np.sin(2 * np.pi * 220 * t), 22050)
"""


def test_two_minutes_can_be_written_as_ogg(tmp_path):
    """In a process of its own: libsndfile ends it where it is given all samples at once."""
    path = tmp_path / "o.ogg"
    subprocess.run([sys.executable, "-c", LONG_OGG.format(path=str(path))], check=True)
    assert soundfile.info(path).frames == 120 * 22050
