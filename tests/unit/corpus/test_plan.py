"""Families hold what they promise, and depend on the seed and their number alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest

from interp.corpus.contours import N_CONTOURS, OWN_MELODY, contours_semitones
from interp.corpus.plan import HIGHEST_HZ, LOWEST_HZ, UNSEEN_SPLIT, family_of
from interp.corpus.settings import CorpusSettings
from interp.corpus.texts import SPLITS
from interp.corpus.timbres import timbres
from interp.corpus.voices import ENGLISH, HOME_HZ, UNSEEN

SETTINGS = CorpusSettings(held_share=0.2)


@pytest.fixture(scope="module")
def families():
    from interp.corpus.settings import Shares
    from interp.corpus.texts import read_texts

    texts = read_texts(None, None, Shares())
    return [family_of(number, texts, SETTINGS) for number in range(1500)]


def test_a_family_depends_on_seed_and_number_alone(families, made_texts):
    assert family_of(7, made_texts, SETTINGS) == families[7]
    assert family_of(7, made_texts, replace(SETTINGS, hours=1.0, workers=1)) == families[7]
    assert family_of(7, made_texts, replace(SETTINGS, seed=1)) != families[7]
    assert [item.n for family in families for item in family] == list(range(4 * 1500))


def test_a_family_is_two_voices_of_one_pitch_that_say_two_sentences_each(families):
    for family in families:
        assert len({(i.median_hz, i.contour, i.range, i.family, i.split) for i in family}) == 1
        assert [i.timbre for i in family] == [family[0].timbre] * 2 + [family[2].timbre] * 2
        for first, second in (family[:2], family[2:]):
            assert first.sentence != second.sentence
        assert not timbres()[family[0].timbre].has_a_voice_of(timbres()[family[2].timbre])


def test_only_a_family_with_its_own_melody_says_the_same_in_two_voices(families):
    parallel = [f for f in families if f[0].contour == OWN_MELODY]
    assert 0.15 < len(parallel) / len(families) < 0.25
    for f in parallel:
        assert [i.sentence for i in f[:2]] == [i.sentence for i in f[2:]]
        assert len({(i.prosody, i.speed) for i in f}) == 1
    bent = [f for f in families if f[0].contour != OWN_MELODY]
    assert all(len({i.sentence.name for i in f}) == 4 for f in bent)
    assert {f[0].contour for f in bent} == set(range(1, N_CONTOURS))


def test_levels_stay_where_both_timbres_can_speak(families):
    for family in families:
        bend = contours_semitones()[family[0].contour]
        assert family[0].median_hz * 2 ** (bend.min() / 12) >= LOWEST_HZ
        assert family[0].median_hz * 2 ** (bend.max() / 12) <= HIGHEST_HZ
        for item in family:
            assert abs(item.shift) <= SETTINGS.largest_shift + 0.01
            assert item.home_hz == timbres()[item.timbre].home_hz


def test_a_timbre_comes_back_at_other_levels_with_other_contours(families):
    found = defaultdict(set)
    for family in families:
        for item in family:
            found[item.timbre].add((item.median_hz, item.contour))
    for drawn in (found[name] for name in timbres() if name not in UNSEEN):
        levels = sorted(hz for hz, _ in drawn)
        assert len(drawn) >= 4
        assert levels[-1] > levels[0] * 2 ** (2 / 12)
        assert len({contour for _, contour in drawn}) > 1


def test_strangers_and_held_sentences_stay_in_their_splits(families):
    items = [item for family in families for item in family]
    assert {i.split for i in items} == {*SPLITS, UNSEEN_SPLIT}
    assert all((i.timbre in UNSEEN) == (i.split == UNSEEN_SPLIT) for i in items)
    assert all(i.sentence.split == i.split for i in items if i.split != UNSEEN_SPLIT)
    assert all(i.sentence.split != "train" for i in items if i.split == UNSEEN_SPLIT)
    assert {i.timbre for i in items if i.split == UNSEEN_SPLIT} == set(UNSEEN)
    assert not {i.prosody for i in items} & set(UNSEEN)
    texts = defaultdict(set)
    for i in items:
        texts[i.sentence.text].add(i.sentence.split)
    assert all(len(splits) == 1 for splits in texts.values())


def test_timbres():
    assert len(timbres()) == len(HOME_HZ) + 150
    mixes = [t for t in timbres().values() if len(t.weights) > 1]
    assert len(mixes) == 150
    for mix in mixes:
        assert sum(share for _, share in mix.weights) == pytest.approx(1.0)
        assert not {voice for voice, _ in mix.weights} & set(UNSEEN)
        assert 0.86 < mix.ratio < 1.16
        assert min(HOME_HZ.values()) * 0.86 < mix.home_hz < max(HOME_HZ.values()) * 1.16
    assert sum(mix.ratio != 1.0 for mix in mixes) == 75
    assert len(ENGLISH) == 22


def test_contours_are_frozen():
    curves = contours_semitones()
    assert curves.shape == (N_CONTOURS, 101)
    assert not curves[OWN_MELODY].any()
    assert abs(curves).max() <= 6.0
    assert abs(curves.mean(axis=1)).max() < 0.5  # not 0 where it is clipped
    assert curves[1, [0, 50, 100]] == pytest.approx(FROZEN[1], abs=1e-6)
    assert curves[63, [0, 50, 100]] == pytest.approx(FROZEN[63], abs=1e-6)
    assert all(abs(a - b).mean() > 0.3 for a, b in pairwise(curves))


FROZEN = {1: (5.726014, 3.6411518, 4.5055983), 63: (-3.1542567, 2.2926861, 0.9203159)}
