"""Time spans: where they split, how they fade, how they reach the queries; phonemes that match."""

from __future__ import annotations

import pytest
import torch

from masks import (
    InterpError,
    MelGrid,
    PatchGrid,
    WordSpan,
    phoneme_matches,
    query_spans,
    span_weights,
    split_at_seconds,
    split_at_share,
    split_at_word,
)

GRID = MelGrid()
WORDS = (WordSpan("The", 0, 4), WordSpan("boy", 4, 20), WordSpan("saw", 20, 40), WordSpan("the", 40, 44))


def test_a_hard_split_gives_whole_frames() -> None:
    assert span_weights(5, 2.0).tolist() == [[1, 1, 0, 0, 0], [0, 0, 1, 1, 1]]
    assert span_weights(3, 0.0)[1].tolist() == [1, 1, 1]
    assert span_weights(3, 3.0)[0].tolist() == [1, 1, 1]


def test_a_crossfade_is_a_ramp_centred_on_the_split() -> None:
    second = span_weights(6, 3.0, 4.0)[1]
    assert second.tolist() == [0, 0.125, 0.375, 0.625, 0.875, 1]


def test_splits_by_share_time_and_word() -> None:
    assert split_at_share(0.25, 80) == 20
    assert split_at_seconds(0.5, 80, GRID) == pytest.approx(0.5 * 22050 / 256)
    assert split_at_word("SAW", WORDS) == 20
    assert split_at_word("the", WORDS) == 0


def test_wrong_splits_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(InterpError, match=r"1\.2 is no share.*0 .*to 1"):
        split_at_share(1.2, 80)
    with pytest.raises(InterpError, match=r"5 s lies outside.*0 to 0\.93 s"):
        split_at_seconds(5.0, 80, GRID)
    with pytest.raises(InterpError, match=r"'girl' is not in the sentence.*The boy saw the"):
        split_at_word("girl", WORDS)
    with pytest.raises(InterpError, match="crossfade: -1"):
        span_weights(5, 2.0, -1.0)


def test_queries_get_the_mean_of_their_column_in_every_row() -> None:
    weights = span_weights(10, 6.0)
    found = query_spans(weights, PatchGrid((1, 1, 2), 4))
    assert found[1].tolist() == [0, 0.5, 1] * 3
    assert query_spans(torch.stack([weights, weights]), PatchGrid((1, 1, 2), 4)).shape == (2, 2, 9)


def test_phonemes_match_whatever_their_stress_and_blanks_match_nothing() -> None:
    found = phoneme_matches(["DH", "AH0", "_", ","], ["AH1", "_", ",", "DH", "S"])
    assert found.int().tolist() == [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [0] * 5, [0] * 5]
