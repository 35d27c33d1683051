from __future__ import annotations

import numpy as np
import pytest
import torch

from interp.estimators.registry import SpeechModelConfig
from interp.train.dataset.pack import quantise, read_pack, restore, write_pack
from masks.errors import InterpError


@pytest.fixture
def packed(tmp_path, features, texts, text_encoder):
    path = tmp_path / "some.pack"
    n = write_pack(path, features, texts, text_encoder, max_mib=40.0)
    assert n == len(features)
    return path


def by_name(features):
    return {(f.key, f.index): f for f in features}


def test_features_come_back(packed, features, text_config):
    found, wanted = (
        by_name(read_pack(packed, SpeechModelConfig(text=text_config)).features),
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
    found = read_pack(packed, SpeechModelConfig(text=text_config)).texts
    assert found.keys() == texts.keys()
    for key, text in texts.items():
        assert np.array_equal(found[key].ids, text.ids)
        assert np.array_equal(found[key].durations, text.durations)


def test_the_text_encoder_comes_back_in_half_precision(packed, text_encoder, text_config):
    found = read_pack(packed, SpeechModelConfig(text=text_config)).encoder
    assert not found.training
    for name, value in text_encoder.state_dict().items():
        assert torch.equal(found.state_dict()[name], value.half().float()), name


def test_quantisation_spans_what_a_mel_holds():
    mel = np.linspace(np.log(1e-5), 4.0, 999, dtype=np.float32)[None]
    assert np.abs(restore(quantise(mel)).astype(np.float32) - mel).max() < 0.13
    assert quantise(np.array([[-99.0, 99.0]])).tolist() == [[0, 255]]


def test_little_room_takes_first_variants_first(tmp_path, features, texts, text_encoder, text_config):
    path = tmp_path / "small.pack"
    weights = sum(2 * v.numel() for v in text_encoder.state_dict().values()) / 2**20
    n = write_pack(path, features, texts, text_encoder, max_mib=weights + 0.05)
    found = read_pack(path, SpeechModelConfig(text=text_config)).features
    assert 0 < n == len(found) < len(features)
    indices = [f.index for f in found]
    assert indices == sorted(indices)


def test_no_room_is_a_mistake(tmp_path, features, texts, text_encoder):
    with pytest.raises(InterpError, match="pack-mib"):
        write_pack(tmp_path / "none.pack", features, texts, text_encoder, max_mib=1e-3)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", [lambda d: b"", lambda d: d[: len(d) // 2], lambda d: b"text", lambda d: d[99:]]
)
def test_damaged(packed, text_config, damage):
    packed.write_bytes(damage(packed.read_bytes()))
    with pytest.raises(InterpError, match="pack"):
        read_pack(packed, SpeechModelConfig(text=text_config))


def test_another_text_encoder_or_none(packed, tmp_path, text_config):
    from dataclasses import replace

    with pytest.raises(InterpError, match="text encoder"):
        read_pack(packed, SpeechModelConfig(text=replace(text_config, n_layers=2)))
    with pytest.raises(InterpError, match="no such pack"):
        read_pack(tmp_path / "missing", SpeechModelConfig(text=text_config))
