from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from interp.estimators.parts.text_encoder import TextEncoder
from interp.estimators.registry import SpeechModelConfig
from interp.train.dataset.pack import FILE_BYTES, evenly, quantise, read_packs, restore, write_packs
from masks.errors import InterpError


@pytest.fixture
def packed(tmp_path, features, texts, text_encoder):
    path = tmp_path / "some.pack"
    n = write_packs([path], features, texts, text_encoder, max_mib=40.0)
    assert n == [len(features)]
    return path


def by_name(features):
    return {(f.key, f.index): f for f in features}


def test_features_come_back(packed, features, text_config):
    found, wanted = (
        by_name(read_packs([packed], SpeechModelConfig(text=text_config)).features),
        by_name(features),
    )
    assert found.keys() == wanted.keys()
    for name, f in wanted.items():
        # an eighth of a neper, and half a step of float16 at 10
        assert np.abs(found[name].mel.astype(np.float32) - f.mel.astype(np.float32)).max() < 0.125 + 0.004
        assert np.abs(found[name].f0_hz - f.f0_hz).max() <= 0.01
        assert np.array_equal(found[name].f0_hz > 0, f.f0_hz > 0)
        assert found[name].variant == f.variant
        assert (found[name].mel.dtype, found[name].f0_hz.dtype) == (np.float16, np.float32)


def test_texts_come_back(packed, texts, text_config):
    found = read_packs([packed], SpeechModelConfig(text=text_config)).texts
    assert found.keys() == texts.keys()
    for key, text in texts.items():
        assert np.array_equal(found[key].ids, text.ids)
        assert np.array_equal(found[key].durations, text.durations)


def test_the_text_encoder_comes_back_in_half_precision(packed, text_encoder, text_config):
    found = read_packs([packed], SpeechModelConfig(text=text_config)).encoder
    assert not found.training
    for name, value in text_encoder.state_dict().items():
        assert torch.equal(found.state_dict()[name], value.half().float()), name


def test_quantisation_spans_what_a_mel_holds():
    mel = np.linspace(np.log(1e-5), 4.0, 999, dtype=np.float32)[None]
    assert np.abs(restore(quantise(mel)).astype(np.float32) - mel).max() < 0.13
    assert quantise(np.array([[-99.0, 99.0]])).tolist() == [[0, 255]]


def encoder_mib(text_encoder):
    return (sum(2 * v.numel() for v in text_encoder.state_dict().values()) + FILE_BYTES) / 2**20


def test_little_room_thins_every_voice_alike(
    tmp_path, features, texts, text_encoder, text_config, monkeypatch
):
    monkeypatch.setattr("interp.train.dataset.pack.KEPT_OF_A_VOICE", 2)
    path = tmp_path / "small.pack"
    max_mib = encoder_mib(text_encoder) + 0.06
    (n,) = write_packs([path], features, texts, text_encoder, max_mib=max_mib)
    found = read_packs([path], SpeechModelConfig(text=text_config)).features
    assert 0.4 * len(features) < n == len(found) < 0.8 * len(features)
    counts = Counter(f.voice for f in found)
    assert len(counts) == 6
    assert max(counts.values()) - min(counts.values()) <= 1
    assert path.stat().st_size <= max_mib * 2**20


def test_a_rare_voice_keeps_its_items(features):
    rare = features[0].voice
    some = [f for f in features if f.voice != rare] * 9 + [f for f in features if f.voice == rare]
    kept = evenly(some)[: len(some) // 2]
    counts = Counter(f.voice for f in kept)
    assert counts.pop(rare) == 12
    assert max(counts.values()) - min(counts.values()) <= 1


def test_large_and_small_voices_keep_the_same_share(features):
    large = features[0].voice
    some = [f for f in features for _ in range(40 if f.voice == large else 20)]
    counts = Counter(f.voice for f in evenly(some)[: len(some) // 2])
    of = Counter(f.voice for f in some)
    shares = [counts[voice] / of[voice] for voice in of]
    assert max(shares) - min(shares) < 0.05


def test_several_packs_are_read_as_one(tmp_path, features, texts, text_encoder, text_config):
    paths = [tmp_path / f"{n}.pack" for n in range(3)]
    counts = write_packs(paths, features, texts, text_encoder, max_mib=encoder_mib(text_encoder) + 0.07)
    assert len(counts) == 2
    assert sum(counts) == len(features)
    found = read_packs(paths[:2], SpeechModelConfig(text=text_config))
    assert by_name(found.features).keys() == by_name(features).keys()
    assert found.texts.keys() == texts.keys()
    assert paths[1].stat().st_size < paths[0].stat().st_size
    assert not paths[2].exists()
    first = read_packs(paths[:1], SpeechModelConfig(text=text_config))
    assert len(first.features) == counts[0]
    backwards = read_packs(paths[1::-1], SpeechModelConfig(text=text_config))
    assert by_name(backwards.features).keys() == by_name(features).keys()


def test_packs_that_do_not_belong_together(tmp_path, features, texts, text_encoder, text_config):
    config = SpeechModelConfig(text=text_config)
    paths = [tmp_path / f"{n}.pack" for n in range(2)]
    write_packs(paths, features, texts, text_encoder, max_mib=encoder_mib(text_encoder) + 0.07)
    with pytest.raises(InterpError, match="no text encoder"):
        read_packs(paths[1:], config)
    with pytest.raises(InterpError, match="once"):
        read_packs([paths[0], paths[0]], config)
    torch.manual_seed(5)
    other = tmp_path / "other.pack"
    write_packs([other], features, texts, TextEncoder(text_config).eval(), max_mib=40.0)
    with pytest.raises(InterpError, match="other weights"):
        read_packs([paths[0], other], config)


def test_no_room_is_a_mistake(tmp_path, features, texts, text_encoder):
    with pytest.raises(InterpError, match="pack-mib"):
        write_packs([tmp_path / "none.pack"], features, texts, text_encoder, max_mib=1e-3)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", [lambda d: b"", lambda d: d[: len(d) // 2], lambda d: b"text", lambda d: d[99:]]
)
def test_damaged(packed, text_config, damage):
    packed.write_bytes(damage(packed.read_bytes()))
    with pytest.raises(InterpError, match="pack"):
        read_packs([packed], SpeechModelConfig(text=text_config))


def test_another_text_encoder_or_none(packed, tmp_path, text_config):
    from dataclasses import replace

    with pytest.raises(InterpError, match="text encoder"):
        read_packs([packed], SpeechModelConfig(text=replace(text_config, n_layers=2)))
    with pytest.raises(InterpError, match="no such pack"):
        read_packs([tmp_path / "missing"], SpeechModelConfig(text=text_config))
