"""`interp check`: verdicts with their reasons, on recordings whose faults are made on purpose."""

import numpy as np
import pytest
import soundfile

from interp.reports.recording import check_pair, check_recording, lines_of, lines_of_pair

RATE = 16000


def speech_like(f0=120.0, seconds=3.0, amplitude=0.1, rate=RATE):
    """Harmonics in syllables of 0.35 s with pauses of 0.15 s."""
    t = np.arange(int(seconds * rate)) / rate
    voiced = (t % 0.5) < 0.35
    return amplitude * voiced * sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 8))


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
    assert result.pitch.median_hz == pytest.approx(120, rel=0.01)
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
        (lambda: speech_like(seconds=12.0), "warn", "only its first 10 s"),
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
