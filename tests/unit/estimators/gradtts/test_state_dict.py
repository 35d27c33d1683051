from __future__ import annotations

import json
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.gradtts.network import GradTTSEstimatorConfig
from interp.estimators.gradtts.state_dict import config_of_shapes, load_gradtts
from interp.estimators.parts.text_encoder import TextEncoderConfig
from masks.errors import InterpError

PUBLISHED = Path(__file__).parents[4].parent / "shared" / "golden" / "gradtts_libri_tts_shapes.json"
SMALL = GradTTSConfig(
    n_spks=3,
    spk_emb_dim=4,
    encoder=TextEncoderConfig(20, 8, 16, 12, 10, n_heads=4, n_layers=2, kernel_size=5, window_size=3),
    estimator=GradTTSEstimatorConfig(dim=8, n_feats=8, spk_emb_dim=4),
)


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(0)
    return GradTTS(SMALL).state_dict()


@pytest.fixture
def save(tmp_path):
    def save(content):
        torch.save(content, tmp_path / "model.pt")
        return tmp_path / "model.pt"

    return save


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="../shared/golden is not here")
def test_the_published_libri_tts_checkpoint_fits():
    shapes = json.loads(PUBLISHED.read_text())
    config = config_of_shapes(shapes, "grad-tts-libri-tts.pt")
    assert (config.n_spks, config.spk_emb_dim, config.estimator.dim) == (247, 64, 64)
    assert config.encoder == TextEncoderConfig()
    with torch.device("meta"):
        ours = {name: list(weight.shape) for name, weight in GradTTS(config).state_dict().items()}
    assert ours == shapes


@pytest.mark.parametrize("n_spks", [1, 3])
@pytest.mark.parametrize("encoder_hears", [False, True])
def test_sizes_are_read_off_the_shapes(n_spks, encoder_hears):
    channels = 4 if n_spks > 1 else 0
    encoder = replace(SMALL.encoder, spk_emb_dim=channels if encoder_hears else 0)
    estimator = replace(SMALL.estimator, spk_emb_dim=channels, padding="official", pe_scale=1.0)
    config = GradTTSConfig(n_spks, channels, encoder, estimator)
    shapes = {name: weight.shape for name, weight in GradTTS(config).state_dict().items()}
    assert config_of_shapes(shapes, "x.pt", "official", 1.0) == config


def test_a_loaded_model_speaks_as_the_saved_one(save, state):
    model = load_gradtts(save({name: weight.half() for name, weight in state.items()}))
    assert not model.training
    for name, weight in model.state_dict().items():
        assert weight.dtype == torch.float32
        assert torch.equal(weight, state[name].half().float())


def without(state, name):
    return {key: weight for key, weight in state.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: without(s, "encoder.emb.weight"), "it has no parameter 'encoder.emb.weight'"),
        (
            lambda s: without(s, "decoder.estimator.mid_attn.fn.g"),
            "1 of .* are missing, such as .*mid_attn.fn.g",
        ),
        (lambda s: {**s, "extra.weight": torch.ones(2)}, "1 parameters are unknown, such as 'extra.weight'"),
        (lambda s: {**s, "encoder.proj_m.bias": torch.ones(3)}, r"proj_m.bias' has shape \(3,\), not \(8,\)"),
        (lambda s: {**s, "encoder.emb.weight": torch.ones(3)}, r"'encoder.emb.weight' has shape \(3,\)"),
        (lambda s: {**s, "encoder.proj_m.weight": torch.ones(8, 12, 1)}, "not a Grad-TTS checkpoint"),
        (
            lambda s: {**s, "decoder.estimator.final_conv.weight": torch.ones(1, 9, 1, 1)},
            "sizes fit no such model",
        ),
        (
            lambda s: {**s, "spk_emb.weight": torch.full((3, 4), torch.nan)},
            "spk_emb.weight holds NaN, infinite",
        ),
        (lambda s: {"state_dict": s}, "a dict with keys 'state_dict', not a state dict"),
        (lambda s: {}, "an empty dict"),
        (lambda s: [1, 2], "a list, not a state dict"),
        (lambda s: {"generator.weight": torch.ones(2)}, "it has no parameter 'encoder.emb.weight'"),
    ],
)
def test_a_foreign_state_is_told_in_one_line(save, state, change, message):
    path = save(change(state))
    with pytest.raises(InterpError, match=message) as caught:
        load_gradtts(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF....WAVE", b"some text\n", pickle.dumps({"a": pickle.Pickler})]
)
def test_another_file_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(InterpError, match="cannot be read as a PyTorch file") as caught:
        load_gradtts(path)
    assert "\n" not in str(caught.value)


class Hostile:
    """Creates a folder when unpickled."""

    def __init__(self, at):
        self.at = at

    def __reduce__(self):
        return os.mkdir, (self.at,)


def test_nothing_is_unpickled(save, state, tmp_path):
    path = save({**state, "encoder.emb.weight": Hostile(str(tmp_path / "harm"))})
    with pytest.raises(InterpError, match="cannot be read as a PyTorch file"):
        load_gradtts(path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_cut_short(save, state, share):
    path = save(state)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InterpError, match="cut short"):
        load_gradtts(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(InterpError, match="there is no such file"):
        load_gradtts(tmp_path / "none.pt")


def test_complex_weights_are_refused_not_cut(save, state):
    weight = state["encoder.emb.weight"]
    with pytest.raises(InterpError, match="complex"):
        load_gradtts(save({**state, "encoder.emb.weight": weight.to(torch.complex64)}))
