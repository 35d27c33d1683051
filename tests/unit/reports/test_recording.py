"""`interp check`: verdicts with their reasons, on recordings whose faults are made on purpose."""

import numpy as np
import pytest
import soundfile
from made_voices import made_voice

from interp.reports.recording import check_pair, check_recording, lines_of, lines_of_pair

RATE = 16000


def speech_like(f0=120.0, seconds=3.0, amplitude=0.1, rate=RATE):
    """Harmonics of a moving F0 in syllables of 0.35 s with pauses of 0.15 s."""
    t = np.arange(int(seconds * rate)) / rate
    voiced = (t % 0.5) < 0.35
    phase = 2 * np.pi * np.cumsum(f0 * 2 ** (np.sin(2 * np.pi * 1.3 * t) / 6)) / rate
    return amplitude * voiced * sum(np.sin(h * phase) / h for h in range(1, 8))


def noise(samples, level_dbfs):
    return 10 ** (level_dbfs / 20) * np.random.default_rng(0).standard_normal(samples)


@pytest.fixture
def checked(tmp_path):
    def check(wav, rate=RATE, name="a.wav"):
        soundfile.write(tmp_path / name, wav, rate, subtype="FLOAT")
        return check_recording(tmp_path / name)

    return check


def reasons(result):
    return " ".join(finding.reason for finding in result.findings)


def test_good_recording_is_ok_and_measured(checked):
    result = checked(speech_like() + noise(3 * RATE, -70))
    assert result.verdict == "ok", result.findings
    assert result.pitch.median_hz == pytest.approx(120, rel=0.02)
    assert result.pitch.voiced_share == pytest.approx(0.7, abs=0.1)
    assert result.seconds == pytest.approx(3.0)
    assert "ok" in lines_of(result)[0]


@pytest.mark.parametrize("level", [-45, -55, -65])
def test_noise_is_estimated(checked, level):
    result = checked(speech_like() + noise(3 * RATE, level))
    assert result.snr_db == pytest.approx(result.level_dbfs - level, abs=2)


@pytest.mark.parametrize(
    ("make", "verdict", "says"),
    [
        (lambda: noise(3 * RATE, -20), "bad", "no voiced frame"),
        (lambda: speech_like() + noise(3 * RATE, -30), "warn", "noise lies"),
        (lambda: speech_like(seconds=1.0), "warn", "short"),
        (lambda: speech_like(seconds=12.0), "warn", "only the 10 s with the most sound"),
        (lambda: speech_like(amplitude=0.002), "warn", "quiet"),
        (lambda: np.clip(speech_like(amplitude=1.0), -1, 1), "warn", "clipped"),
    ],
)
def test_faults(checked, make, verdict, says):
    result = checked(make())
    assert result.verdict == verdict
    assert says in reasons(result)


def test_low_rate_sounds_dull(checked):
    assert "nothing above 4 kHz" in reasons(checked(speech_like(rate=8000), 8000))


def test_pair_distance(checked):
    low = checked(speech_like(100), name="low.wav")
    high = checked(speech_like(200, amplitude=0.05), name="high.wav")
    pair = check_pair(low, high)
    assert pair.semitones == pytest.approx(12, abs=0.1)
    assert pair.level_db == pytest.approx(-6, abs=0.1)
    assert pair.verdict == "ok"
    assert "+12.0 semitones" in " ".join(lines_of_pair(pair))


def test_pair_too_close_is_warned_of(checked):
    pair = check_pair(checked(speech_like(100), name="a.wav"), checked(speech_like(110), name="b.wav"))
    assert pair.verdict == "warn"
    assert "1.6" in pair.findings[0].reason or "1.7" in pair.findings[0].reason


def test_pair_with_an_unvoiced_one(checked):
    pair = check_pair(checked(speech_like(100), name="a.wav"), checked(noise(3 * RATE, -20), name="b.wav"))
    assert pair.semitones is None
    assert "pitch unknown" in " ".join(lines_of_pair(pair))


def test_no_pause_no_noise_estimate(checked):
    t = np.arange(3 * RATE) / RATE
    result = checked(0.1 * sum(np.sin(2 * np.pi * 120 * h * t) for h in range(1, 8)))
    assert result.snr_db is None
    assert "unknown, no pause" in " ".join(lines_of(result))


@pytest.mark.parametrize(
    ("make", "verdict", "says"),
    [
        (lambda: np.sin(2 * np.pi * 220 * np.arange(3 * RATE) / RATE) / 3, "warn", "hardly speech"),
        (lambda: made_voice(whispered=True), "bad", "hardly voiced"),
        (lambda: made_voice(420, formants=1.3), "ok", ""),
        (lambda: np.clip(made_voice() * 8, -1, 1) / 2, "warn", "clipped"),
    ],
    ids=["tone", "whisper", "child", "clipped and turned down"],
)
def test_kinds_of_recordings(checked, make, verdict, says):
    result = checked(make())
    assert result.verdict == verdict, result.findings
    assert says in reasons(result)


def test_what_was_changed_is_told_and_does_not_count_against_it(checked):
    man = made_voice()
    silence = np.zeros(8 * RATE)
    plain, changed = checked(man), checked(np.concatenate([silence, man, silence]) + 0.3)
    assert plain.verdict == changed.verdict == "ok"
    assert changed.pitch.median_hz == pytest.approx(plain.pitch.median_hz, rel=0.01)
    assert changed.level_dbfs == pytest.approx(plain.level_dbfs, abs=0.5)
    told = " ".join(lines_of(changed))
    assert "silence at its ends" in told
    assert "offset of 0.3" in told


def test_one_reversed_channel_is_heard(checked):
    man = made_voice()
    result = checked(np.stack([man, -man], 1))
    assert result.verdict == "ok"
    assert "reversed polarity" in " ".join(lines_of(result))
