"""A note when the output misses the pitch of reference 1: both figures, and why."""

import numpy as np
import pytest

from interp.synthesis.notes import pitch_notes


def note(hz, asked_hz, voiced_s=2.0, tuned=True):
    return pitch_notes(np.full(50, hz), np.full(90, asked_hz), voiced_s, tuned)


@pytest.mark.parametrize(("hz", "asked_hz"), [(120, 120), (120, 134), (0, 150), (150, 0)])
def test_near_enough_or_unvoiced_is_not_noted(hz, asked_hz):
    assert note(float(hz), float(asked_hz)) == ()


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ((250.0, 500.0), "the voice reaches from 80 to 290 Hz"),
        ((250.0, 200.0, 0.2), "0.2 s of voice are too short"),
        ((250.0, 200.0, 2.0, False), "not tuned"),
        ((250.0, 200.0), "unsure"),
    ],
)
def test_both_figures_and_the_reason_are_given(case, why):
    (line,) = note(*case)
    assert f"{case[0]:.0f} Hz" in line
    assert f"{case[1]:.0f} Hz" in line
    assert ("-12.0" if case[1] > 300 else "+3.9") in line
    assert why in line


def test_only_voiced_frames_count():
    f0_hz = np.concatenate([np.zeros(70), np.full(30, 200.0)])
    assert pitch_notes(f0_hz, np.full(90, 200.0), 1.0, True) == ()
