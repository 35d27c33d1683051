"""temp: outputs whose switch, jump and leak are known."""

import numpy as np
import pytest

from interp.evaluation.switch import KEYS, change_point, switch

RATE = 22050
LOW, HIGH = 120.0, 180.0
JUMP = 12 * np.log2(HIGH / LOW)


@pytest.fixture(scope="module")
def refs(tone):
    return tone(LOW), tone(HIGH)


@pytest.fixture
def heard(tone, refs, against):
    """Figures of an output that changes from 120 to 180 Hz at a time, asked to at 1 s."""

    def found(at, split_s=1.0):
        track = np.where(np.arange(2 * RATE) / RATE < at, LOW, HIGH)
        return switch(against(tone(track, 2.0), *refs, split_s=split_s))

    return found


def test_a_switch_on_time(heard):
    found = heard(1.0)
    assert found["switch.found_s"] == pytest.approx(1.0, abs=0.03)
    assert found["switch.late_s"] == pytest.approx(0, abs=0.03)
    assert found["switch.explained"] > 0.95
    assert found["switch.jump_semitones"] == pytest.approx(JUMP, abs=0.1)
    assert found["switch.first.ref1_semitones"] == pytest.approx(0, abs=0.1)
    assert found["switch.second.ref2_semitones"] == pytest.approx(0, abs=0.1)
    assert found["switch.first.ref2_semitones"] == pytest.approx(-JUMP, abs=0.1)
    for side in ("before", "after"):
        assert found[f"switch.leak_{side}_400ms"] == pytest.approx(0, abs=0.05)


def test_a_late_switch_leaks(heard):
    found = heard(1.25)
    assert found["switch.late_s"] == pytest.approx(0.25, abs=0.03)
    assert found["switch.leak_after_100ms"] == pytest.approx(1, abs=0.05)
    assert found["switch.leak_after_800ms"] == pytest.approx(0, abs=0.05)
    assert found["switch.leak_before_100ms"] == pytest.approx(0, abs=0.05)


def test_an_output_between_both(tone, refs, against):
    found = switch(against(tone(np.sqrt(LOW * HIGH), 2.0), *refs, split_s=1.0))
    assert found["switch.leak_before_200ms"] == pytest.approx(0.5, abs=0.02)
    assert found["switch.leak_after_200ms"] == pytest.approx(0.5, abs=0.02)
    assert found["switch.jump_semitones"] == pytest.approx(0, abs=0.05)


def test_a_step_in_level(tone, refs, against):
    from interp.evaluation.clip import Clip

    quiet = tone(LOW, 2.0)
    wav = quiet.wav * np.where(np.arange(len(quiet.wav)) < RATE, 1.0, 0.5).astype(np.float32)
    found = switch(against(Clip(wav, quiet.grid), *refs, split_s=1.0))
    assert found["switch.jump_db"] == pytest.approx(-6, abs=0.5)


def test_freq_has_no_switch(voice, stranger, against):
    assert switch(against(voice, voice, stranger)) == dict.fromkeys(KEYS)


def test_equal_references_leak_nothing(tone, against):
    found = switch(against(tone(LOW, 2.0), tone(LOW), tone(LOW), split_s=1.0))
    assert set(found) == set(KEYS)
    assert found["switch.leak_before_100ms"] is None


@pytest.mark.parametrize("at", [8, 20, 32])
def test_change_point(at):
    values = np.where(np.arange(40) < at, 1.0, 2.0) + 0.01 * np.random.default_rng(0).standard_normal(40)
    index, explained = change_point(values)
    assert index == at
    assert explained > 0.99


def test_change_point_of_nothing():
    assert change_point(np.zeros(15)) is None
    assert change_point(np.zeros(16)) == (8, 0.0)
