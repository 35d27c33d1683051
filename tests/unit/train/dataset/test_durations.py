from __future__ import annotations

import numpy as np
import pytest

from interp.corpus.align import SILENCE, AlignedWord
from interp.text.lexicon import cmudict_lexicon
from interp.text.symbols import BLANK, SPACE
from interp.train.dataset.durations import timed_symbols
from masks.grid import MelGrid

GRID = MelGrid()
SECONDS = 2.0
N_FRAMES = round(SECONDS * GRID.frame_rate_hz)
# "the sun, rose." with a pause after the comma and silence at both ends
ALIGNED = [
    AlignedWord("the", ("DH", "AH"), (0.0, 0.35, 0.45)),
    AlignedWord("sun", ("S", "AH", "N"), (0.45, 0.6, 0.7, 0.8)),
    AlignedWord("", (SILENCE,), (0.8, 1.2)),
    AlignedWord("rose", ("R", "OW", "Z"), (1.2, 1.3, 1.5, 2.0)),
]
TEXT = "The sun, rose."


@pytest.fixture(scope="module")
def lexicon():
    return cmudict_lexicon()


def mel_of(start_s=0.3, end_s=1.7):
    times = (np.arange(N_FRAMES) + 0.5) / GRID.frame_rate_hz
    loud = (times > start_s) & (times < end_s)
    return np.where(loud, -3.0, -11.0)[None].repeat(80, 0).astype(np.float32)


def timed(lexicon, words=ALIGNED, text=TEXT, mel=None):
    return timed_symbols(words, text, mel_of() if mel is None else mel, GRID, lexicon)


def edges_s(found):
    ends = np.cumsum(found.durations) / GRID.frame_rate_hz
    return dict(zip(range(len(ends)), ends, strict=True))


def test_symbols_in_order_with_blanks_between(lexicon):
    found = timed(lexicon)
    spoken = ("DH", "AH0", SPACE, "S", "AH1", "N", ",", SPACE, "R", "OW1", "Z", ".")
    assert found.symbols[1::2] == spoken
    assert set(found.symbols[0::2]) == {BLANK}
    assert len(found.symbols) == 2 * len(spoken) + 1


def test_durations_sum_to_the_frames_and_none_is_negative(lexicon):
    found = timed(lexicon)
    assert found.durations.sum() == N_FRAMES
    assert (found.durations >= 0).all()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_alignment(lexicon, seed):
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.uniform(0, SECONDS, 12))
    words, at = [], 0
    for word in ALIGNED:
        n = len(word.phones)
        words.append(AlignedWord(word.text, word.phones, tuple(edges[at : at + n + 1])))
        at += n
    mel = mel_of(*np.sort(rng.uniform(0, SECONDS, 2)))
    mel[:, N_FRAMES // 2] = -3.0
    found = timed(lexicon, words, mel=mel)
    assert found.durations.sum() == N_FRAMES
    assert (found.durations >= 0).all()


def test_words_that_overlap(lexicon):
    early = tuple(x - 0.2 for x in ALIGNED[1].edges_s)
    found = timed(lexicon, [ALIGNED[0], AlignedWord("sun", ALIGNED[1].phones, early), *ALIGNED[2:]])
    assert found.durations.sum() == N_FRAMES
    assert (found.durations >= 0).all()


def test_silence_at_the_ends_is_no_phones(lexicon):
    found = timed(lexicon)
    ends = edges_s(found)
    assert ends[0] == pytest.approx(0.3, abs=0.02), "the first blank"
    z = len(found.symbols) - 4
    assert found.symbols[z] == "Z"
    assert ends[z] < 1.72


def test_a_pause_belongs_to_the_mark(lexicon):
    found = timed(lexicon)
    comma = found.symbols.index(",")
    pause = found.durations[comma] / GRID.frame_rate_hz
    assert pause == pytest.approx(0.4, abs=0.02)
    assert found.durations[comma + 2] == 0, "the space after it"


def test_phones_begin_where_they_are_aligned(lexicon):
    found = timed(lexicon)
    starts = (np.cumsum(found.durations) - found.durations) / GRID.frame_rate_hz
    assert starts[found.symbols.index("OW1")] == pytest.approx(1.3, abs=0.007)
    assert starts[found.symbols.index("N")] == pytest.approx(0.7, abs=0.007)


@pytest.mark.parametrize("text", ["The moon, rose.", "The sun.", "...", ""])
def test_another_text_is_left_out(lexicon, text):
    assert timed(lexicon, text=text) is None
    assert timed(lexicon, words=[], text="...") is None
