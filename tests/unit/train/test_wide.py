"""Speakers who are there for the variety of voices: patterns, variants, filter, share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interp.corpus.metadata import of_speakers, read_corpus
from interp.estimators.registry import SpeechModelConfig
from interp.train.dataset.bank import build_bank, mean_mels
from interp.train.dataset.clearness import clearest, likeness
from interp.train.dataset.features import WIDE, Features, Variant, feature_file, write_features
from interp.train.dataset.pack import read_packs, write_packs
from interp.train.dataset.prepare import prepare_corpus
from interp.train.dataset.settings import DataSettings
from interp.train.dataset.variants import draw_variant, few_ratios
from interp.train.examples import OTHER_RATIO, ExampleDrawer, ExampleShares
from masks.errors import InterpError
from masks.grid import MelGrid

SPEAKERS = ("ann", "guest_1", "guest_2", "silent_1")


@pytest.fixture
def corpus(tmp_path) -> Path:
    rows = [f"{s}{i}.wav,{s},{i},The sun rose.,extra,0.7" for s in SPEAKERS[:3] for i in (1, 2)]
    rows += ["silent_11.wav,silent_1,1,,reference,0.7"]
    (tmp_path / "metadata.csv").write_text(
        "path,speaker,utterance,text,split,seconds\n" + "\n".join(rows) + "\n"
    )
    return tmp_path


@pytest.fixture
def wide_bank(features, texts, text_encoder):
    """Speaker c is wide."""
    marked = [replace(f, split=WIDE) if f.speaker == "c" else f for f in features]
    return build_bank(marked, texts, text_encoder, MelGrid(), fine_bins=16)


def targets(bank, n=400, **shares):
    drawer = ExampleDrawer(bank, ExampleShares(**shares), 16, 12)
    rng = np.random.default_rng(0)
    return np.array([drawer.draw(rng).target for _ in range(n)])


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["ann"], {"ann"}),
        (["guest_*"], {"guest_1", "guest_2"}),
        (["*_1", "ann"], {"ann", "guest_1", "silent_1"}),
    ],
)
def test_speakers_are_found_by_pattern(corpus, patterns, found):
    assert {u.speaker for u in of_speakers(read_corpus(corpus), patterns, corpus)} == found


def test_without_a_pattern_everybody_is_read(corpus):
    assert {u.speaker for u in read_corpus(corpus)} == set(SPEAKERS)


def test_a_pattern_that_finds_nobody_is_told(corpus):
    with pytest.raises(InterpError, match=r"metadata.csv: no recording of speaker 'gast_\*'"):
        of_speakers(read_corpus(corpus), ["ann", "gast_*"], corpus)


def test_two_formant_scales_make_two_voices():
    drawn = {few_ratios(f"speaker {i}") for i in range(40)}
    assert len(drawn) > 1
    for low, high in drawn:
        assert high - low > OTHER_RATIO
        assert 1.0 in (low, high)
    assert few_ratios("ann") == few_ratios("ann")
    variants = [draw_variant("ann/1", i, 150.0, (0.87, 1.0)) for i in range(60)]
    assert {v.formant_ratio for v in variants} == {0.87, 1.0}


def cached(corpus: Path) -> DataSettings:
    for part in ("natural", "features", WIDE):
        (corpus / "cache" / part).mkdir(parents=True)
    mel, f0_hz = np.zeros((80, 60), np.float16), np.full(60, 100, np.float32)
    for key in ("ann/1", "ann/2", "guest_1/1", "guest_1/2", "guest_2/1", "guest_2/2"):
        folder = corpus / "cache" / ("features" if key.startswith("ann") else WIDE)
        split = "extra" if key.startswith("ann") else WIDE
        for index in (0, 1):
            item = Features(key, split, index, Variant(1.0, 100.0, 1.0), mel, f0_hz)
            write_features(feature_file(folder, key, index), item)
    return DataSettings(
        str(corpus),
        str(corpus / "cache"),
        ("ann",),
        1,
        wide_speakers=("guest_*",),
        wide_variants=2,
        workers=1,
    )


def test_wide_speakers_are_a_split_of_their_own(corpus):
    prepared = prepare_corpus(cached(corpus), MelGrid(), "search")
    wide = prepared.features(WIDE)
    assert {f.speaker for f in wide} == {"guest_1", "guest_2"}
    assert sorted((f.key, f.index) for f in wide if f.speaker == "guest_1") == [
        ("guest_1/1", 0), ("guest_1/1", 1), ("guest_1/2", 0), ("guest_1/2", 1),
    ]  # fmt: skip
    assert {(f.key, f.index) for f in prepared.items if f.split != WIDE} == {("ann/1", 0), ("ann/2", 0)}


def test_without_wide_speakers_the_cache_holds_none(corpus):
    settings = replace(cached(corpus), wide_speakers=())
    assert not prepare_corpus(settings, MelGrid(), "search").features(WIDE)


def test_a_speaker_is_wide_or_not(corpus):
    with pytest.raises(InterpError, match=r"'ann' is among data\.speakers too"):
        prepare_corpus(replace(cached(corpus), wide_speakers=("a*",)), MelGrid(), "search")


def test_likeness_is_blind_to_voice_and_level():
    rng = np.random.default_rng(0)
    mel, noise = rng.normal(size=(2, 80, 50))
    voice, scale = rng.normal(size=(80, 1)), rng.uniform(0.5, 2, (80, 1))
    assert likeness(mel, mel * scale + voice) == pytest.approx(1)
    assert likeness(mel, -mel) == pytest.approx(-1)
    assert abs(likeness(mel, noise)) < 0.1
    assert likeness(mel, np.zeros_like(mel)) == 0


def test_the_clearest_recordings_stay_with_all_their_variants(texts, text_encoder):
    rng = np.random.default_rng(0)
    items = []
    for rank, key in enumerate(sorted(texts)[:6]):
        mu = mean_mels(text_encoder, {key: texts[key]})[key].T.float().numpy()
        for index in range(2):
            mel = mu / mu.std() + rank * rng.normal(size=mu.shape)
            items.append(Features(key, WIDE, index, Variant(1.0, 100.0, 1.0), mel.astype(np.float16), mel[0]))
    rng.shuffle(items)
    kept = clearest(items, texts, text_encoder, 0.5)
    assert {f.key for f in kept} == set(sorted(texts)[:3])
    assert len(kept) == 6
    assert len(clearest(items, texts, text_encoder, 1.0)) == len(items)


def test_the_share_of_wide_targets(wide_bank):
    assert wide_bank.wide.mean() == pytest.approx(1 / 3)
    for share in (0.0, 0.3, 1.0):
        assert wide_bank.wide[targets(wide_bank, wide=share)].mean() == pytest.approx(share, abs=0.08)


def test_few_partners_do_not_change_the_sources(wide_bank):
    """Five of nine recordings of the wide speaker have none of their own voice and pitch beside them."""
    keep = ~wide_bank.wide | (wide_bank.prompt_id == np.round(6 * wide_bank.log_f0).astype(int) % 4)
    one = np.flatnonzero(wide_bank.wide)[0]
    keep |= (wide_bank.voice_id == wide_bank.voice_id[one]) & (wide_bank.log_f0 == wide_bank.log_f0[one])
    names = ("voice_id", "speaker_id", "ratio", "log_f0", "prompt_id", "recording_id", "wide", "contour")
    places = ("starts", "mu_starts", "lengths")
    bank = replace(
        wide_bank,
        **{name: getattr(wide_bank, name)[keep] for name in (*names, *places)},
        boundaries=tuple(wide_bank.boundaries[i] for i in np.flatnonzero(keep)),
    )
    drawer = ExampleDrawer(bank, ExampleShares(factorised=0.0, switched=0.0, wide=1.0), 16, 12)
    rng = np.random.default_rng(0)
    plans = [drawer.draw(rng) for _ in range(500)]
    assert np.mean([p.pitch_from == p.rest_from for p in plans]) == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize(
    ("marked", "share", "says"), [("", 0.3, "no recording of a wide"), ("abc", 0.3, "alone")]
)
def test_a_share_that_cannot_be_drawn_is_told(features, texts, text_encoder, marked, share, says):
    some = [replace(f, split=WIDE) if f.speaker in marked else f for f in features]
    bank = build_bank(some, texts, text_encoder, MelGrid(), fine_bins=16)
    with pytest.raises(InterpError, match=f"shares.wide is 0.3.*{says}"):
        ExampleDrawer(bank, ExampleShares(wide=share), 16, 12)


def test_a_pack_keeps_who_is_wide(tmp_path, features, texts, text_encoder, text_config):
    marked = [replace(f, split=WIDE) if f.speaker == "c" else f for f in features]
    write_packs([tmp_path / "some.pack"], marked, texts, text_encoder, max_mib=40.0)
    found = read_packs([tmp_path / "some.pack"], SpeechModelConfig(text=text_config)).features
    assert {f.speaker for f in found if f.split == WIDE} == {"c"}
    assert {f.speaker for f in found if f.split == "train"} == {"a", "b"}
