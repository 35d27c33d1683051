"""A note when the output has far less voice than its phonemes ask for."""

import numpy as np
import pytest

from interp.synthesis.notes import voicing_notes

EXPECTED = np.array([True] * 80 + [False] * 20)


def track(n_voiced):
    f0_hz = np.zeros(100)
    f0_hz[:n_voiced] = 120.0
    return f0_hz


@pytest.mark.parametrize("n_voiced", [40, 70, 100])
def test_enough_voice_is_not_noted(n_voiced):
    assert voicing_notes(track(n_voiced), EXPECTED) == ()


@pytest.mark.parametrize("n_voiced", [0, 10, 39])
def test_little_voice_is_noted_in_one_line_with_both_shares(n_voiced):
    (note,) = voicing_notes(track(n_voiced), EXPECTED)
    assert note.startswith(f"nearly unvoiced: {n_voiced}% of the output is voiced, 80% by its phonemes; try")
    assert "\n" not in note


def test_voice_in_the_wrong_places_does_not_count():
    assert voicing_notes(track(40)[::-1], EXPECTED)


def test_a_text_without_a_voiced_phoneme_expects_none():
    assert voicing_notes(track(0), np.zeros(100, dtype=bool)) == ()
