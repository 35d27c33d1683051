"""Contours: tracks whose errors can be counted by hand, and recordings laid over each other."""

import numpy as np
import pytest

from interp.corpus.align import AlignedWord
from interp.evaluation.clip import Clip
from interp.evaluation.contour import compare_contours, contour
from interp.evaluation.phones import PhoneTimes, common_edges
from interp.evaluation.warp import warp_by_dtw, warp_by_phones

TEXT = "We were walking along the shore."
TRACK = np.array([0, 100, 110, 120, 130, 140, 150, 0, 0, 0], dtype=float)
HERE = np.arange(10.0)


def test_a_track_against_itself():
    found = compare_contours(TRACK, TRACK, HERE)
    assert found["correlation"] == pytest.approx(1)
    assert all(value == pytest.approx(0, abs=1e-9) for key, value in found.items() if key != "correlation")


def test_errors_are_counted():
    wrong = TRACK.copy()
    wrong[1] *= 1.3  # gross
    wrong[2] *= 1.1  # not gross
    wrong[6], wrong[8] = 0, 90  # two voicing errors
    found = compare_contours(wrong, TRACK, HERE)
    assert found["gross_error"] == pytest.approx(1 / 5)
    assert found["voicing_error"] == pytest.approx(2 / 10)
    assert found["frame_error"] == pytest.approx(3 / 10)


def test_another_level_keeps_the_shape():
    found = compare_contours(TRACK * 2 ** (3 / 12), TRACK, HERE)
    assert found["rmse_semitones"] == pytest.approx(3)
    assert found["shape_semitones"] == pytest.approx(0, abs=1e-9)
    assert found["correlation"] == pytest.approx(1)


def test_upside_down_correlates_negatively():
    assert compare_contours(TRACK, np.where(TRACK > 0, 1e4 / np.maximum(TRACK, 1), 0), HERE)[
        "correlation"
    ] == pytest.approx(-1)


def test_frames_beyond_the_alignment_do_not_count():
    wrong, positions = TRACK.copy(), HERE.copy()
    wrong[0], positions[0] = 300, np.nan
    assert compare_contours(wrong, TRACK, positions)["frame_error"] == 0


def test_too_few_common_frames():
    found = compare_contours(TRACK, np.roll(TRACK, 6), HERE)
    assert found["correlation"] is None
    assert found["voicing_error"] == pytest.approx(0.8)


def test_dtw_finds_a_delay(voice):
    delayed = Clip(np.concatenate([np.zeros(256 * 20, dtype=np.float32), voice.wav]), voice.grid)
    positions = warp_by_dtw(delayed, voice)
    assert len(positions) == len(delayed.f0_hz)
    assert np.median(np.arange(len(positions)) - positions) == pytest.approx(20, abs=0.5)


def test_shifted_by_praat(voice, change, against):
    found = contour(against(change(voice, 3.0), voice, text=TEXT, ref_texts=(TEXT, "Other words.")))
    assert found["contour.ref1.rmse_semitones"] == pytest.approx(3, abs=0.4)
    assert found["contour.ref1.shape_semitones"] < 1
    assert found["contour.ref1.correlation"] > 0.9
    assert found["contour.ref2.correlation"] is None, "contours of other words mean nothing"


@pytest.mark.parametrize("texts", [(None, None), (TEXT, None)])
def test_unknown_words_give_no_contour(voice, against, texts):
    found = contour(against(voice, voice, text=texts[0], ref_texts=(texts[1], texts[1])))
    assert set(found.values()) == {None}


def test_the_same_words_in_other_letters(voice, against):
    found = contour(against(voice, voice, text="Dr. Who", ref_texts=("doctor who!", None)))
    assert found["contour.ref1.correlation"] == pytest.approx(1)


def word(text, phones, *edges):
    return AlignedWord(text, phones, edges)


PAUSE = word("", ("SIL",), 0.0, 0.1)


def test_common_edges():
    here = (PAUSE, word("a", ("AH",), 0.1, 0.3), word("cat", ("K", "AE", "T"), 0.3, 0.4, 0.6, 0.7))
    there = (word("a", ("EY",), 0.0, 0.2), PAUSE, word("cat", ("K", "AE", "T"), 0.5, 0.6, 0.7, 0.9))
    spoken, other = common_edges(here, there)
    assert spoken.phones == other.phones == ("a", "K", "AE", "T")
    assert spoken.edges_s.tolist() == [0.1, 0.3, 0.4, 0.6, 0.7]
    assert other.edges_s.tolist() == [0.0, 0.5, 0.6, 0.7, 0.9]


def test_other_words_share_no_edges():
    assert common_edges((word("a", ("AH",), 0, 1),), (word("the", ("DH",), 0, 1),)) is None
    assert common_edges((PAUSE,), (PAUSE,)) is None


def test_warp_by_phones_is_linear_within_a_phone(voice):
    spoken = PhoneTimes(("a", "b"), np.array([0.5, 1.0, 1.5]))
    other = PhoneTimes(("a", "b"), np.array([0.0, 1.0, 1.25]))
    positions = warp_by_phones(voice, voice, spoken, other)
    there_s = (positions + 0.5) / voice.grid.frame_rate_hz
    times = voice.times_s
    assert np.isnan(positions[(times < 0.5) | (times > 1.5)]).all()
    assert there_s[np.abs(times - 0.75).argmin()] == pytest.approx(0.5, abs=0.02)
    assert there_s[np.abs(times - 1.25).argmin()] == pytest.approx(1.125, abs=0.01)
