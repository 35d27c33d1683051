from __future__ import annotations

import json
import pickle
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file

from interp.checkpoints.checkpoint import FORMAT, load_checkpoint, save_checkpoint
from interp.estimators.bin.config import BinConfig
from interp.estimators.registry import SpeechModelConfig, build
from interp.settings.resolve import mapping_of
from interp.system.shipped import checkpoint_path
from masks.errors import InterpError


@pytest.fixture
def saved(speech_model, tmp_path):
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, speech_model, {"steps": 7})
    return path


@pytest.fixture
def metadata(saved):
    return header_of(saved)["__metadata__"]


def header_of(path):
    data = path.read_bytes()
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


def refused(path):
    with pytest.raises(InterpError, match=path.name) as caught:
        load_checkpoint(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_round_trip_is_exact_in_half_precision(speech_model, saved):
    loaded = load_checkpoint(saved)
    assert loaded.model.config == speech_model.config
    assert loaded.provenance == {"steps": 7}
    wanted = speech_model.state_dict()
    assert loaded.model.state_dict().keys() == wanted.keys()
    for name, value in loaded.model.state_dict().items():
        assert torch.equal(value, wanted[name].half().float()), name


def test_what_is_written_again_is_the_same(saved, tmp_path):
    again = tmp_path / "again.safetensors"
    loaded = load_checkpoint(saved)
    save_checkpoint(again, loaded.model, loaded.provenance)
    assert header_of(again) == header_of(saved)
    n_weights = sum(2 * p.numel() for p in loaded.model.state_dict().values())
    assert again.read_bytes()[-n_weights:] == saved.read_bytes()[-n_weights:]


def test_a_loaded_model_is_ready_for_synthesis(saved):
    model = load_checkpoint(saved).model
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    assert all(p.dtype == torch.float32 for p in model.parameters())


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.5, 0.999])
def test_truncated(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(share * len(data))])
    refused(saved)


def test_every_flipped_bit_of_the_header_is_refused_or_harmless(saved):
    """Whatever a damaged header says, nothing but InterpError comes out."""
    data = saved.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    n_refused = 0
    for place in [*range(8), *range(8, end, max(1, end // 60))]:
        damaged = bytearray(data)
        damaged[place] ^= 1 << (place % 7)
        saved.write_bytes(damaged)
        try:
            load_checkpoint(saved)
        except InterpError:
            n_refused += 1
    assert n_refused > 40


def test_foreign_safetensors(tmp_path):
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    assert "no checkpoint of this program" in refused(path)


def test_weights_of_other_shapes(saved, metadata):
    weights = load_file(saved)
    weights["estimator.null_of_another"] = torch.zeros(1)
    save_file(weights, saved, metadata=metadata)
    refused(saved)
    del weights["estimator.null_of_another"]
    weights["estimator.row_position"] = torch.zeros(15, 1, 17)
    save_file(weights, saved, metadata=metadata)
    assert "row_position" in refused(saved)
    del weights["estimator.row_position"]
    save_file(weights, saved, metadata=metadata)
    assert "row_position" in refused(saved)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("config", "not json"),
        ("config", "[1, 2]"),
        ("config", '{"bin": {"width": "wide"}}'),
        ("config", '{"bin": {"wdith": 3}}'),
        ("config", '{"bin": {"n_heads": 0}}'),
        ("config", '{"bin": {"fine_bins": 15}}'),
        ("config", '{"bin": {"width": -4}}'),
        ("config", '{"process": {"beta_min": 30}}'),
        ("format", "another-1"),
    ],
)
def test_configurations_that_will_not_do(saved, metadata, key, value):
    save_file(load_file(saved), saved, metadata={**metadata, key: value})
    refused(saved)


def test_an_unknown_estimator_is_named(saved, metadata):
    config = {**json.loads(metadata["config"]), "estimator": "unet"}
    save_file(load_file(saved), saved, metadata={**metadata, "config": json.dumps(config)})
    assert "estimator: 'unet' is unknown, allowed: bin" in refused(saved)


def test_the_shipped_model_loads_with_the_keys_that_it_was_stored_with():
    path = checkpoint_path("default")
    stored = json.loads(header_of(path)["__metadata__"]["config"])
    model = load_checkpoint("default").model
    assert stored.keys() == {
        "estimator", "mel_mean", "mel_std", "duration_scale", "text", "bin", "process",
    }  # fmt: skip
    read = mapping_of(model.config)
    assert {k: read[k] for k in stored if k != "bin"} == {k: v for k, v in stored.items() if k != "bin"}
    assert read["bin"].items() >= stored["bin"].items()
    # What was added since means what the file was made with.
    assert (read["mean"], read["bin"]["neither"]) == ("symbols", False)


def test_no_configuration(saved):
    save_file(load_file(saved), saved, metadata={"format": FORMAT})
    assert "config" in refused(saved)


class Bomb:
    """Says so when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


@pytest.mark.parametrize("write", [lambda f: pickle.dump(Bomb(), f), lambda f: torch.save(Bomb(), f)])
def test_a_pickle_by_another_name_is_never_unpickled(tmp_path, write):
    path = tmp_path / "bomb.safetensors"
    with path.open("wb") as file:
        write(file)
    refused(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"hello world, this is text\n" * 9])
def test_files_of_another_kind(tmp_path, content):
    path = tmp_path / "text.safetensors"
    path.write_bytes(content)
    refused(path)


def test_missing(tmp_path):
    refused(tmp_path / "missing.safetensors")
    refused(tmp_path)


def test_damaged_provenance(saved):
    saved.with_suffix(".provenance.json").write_text("{")
    with pytest.raises(InterpError, match="provenance"):
        load_checkpoint(saved)


def test_a_folder_that_cannot_be_written(speech_model, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InterpError, match="file"):
        save_checkpoint(tmp_path / "file" / "model.safetensors", speech_model, {})


def test_a_mean_mel_is_stored_in_eight_bits_and_all_else_in_half_precision(tmp_path):
    torch.manual_seed(0)
    model = build(SpeechModelConfig(mean="frames", bin=BinConfig(comb_bins=8)))
    path = tmp_path / "frames.safetensors"
    save_checkpoint(path, model, {})
    loaded = load_checkpoint(path).model.state_dict()
    assert loaded.keys() == model.state_dict().keys()
    for name, value in model.state_dict().items():
        if not name.startswith("text_encoder."):
            assert torch.equal(loaded[name], value.half().float()), name
            continue
        largest = value.flatten(1).abs().amax(1, keepdim=True) if value.ndim > 1 else value.abs().max()
        off = (loaded[name] - value).reshape(len(value) if value.ndim > 1 else 1, -1)
        assert (off.abs() <= 0.0051 * largest + 1e-9).all(), name
    n_encoder = sum(p.numel() for p in model.text_encoder.parameters())
    n_all = sum(p.numel() for p in model.parameters())
    assert path.stat().st_size < 1.1 * n_encoder + 2 * (n_all - n_encoder) + 100_000


def test_numbers_that_are_no_weights_are_real_after_loading(tmp_path):
    path = tmp_path / "comb.safetensors"
    save_checkpoint(path, build(SpeechModelConfig(bin=BinConfig(comb_bins=8))), {})
    buffers = dict(load_checkpoint(path).model.named_buffers())
    assert buffers
    assert not any(b.is_meta for b in buffers.values())


@pytest.mark.parametrize("scale", [torch.ones(3, 1), torch.ones(2, 2, 2)])
def test_a_scale_that_fits_no_matrix_is_refused(saved, scale):
    weights = load_file(saved)
    name = next(k for k, v in weights.items() if v.ndim == 2 and len(v) != 3)
    save_file({**weights, name + "#scale": scale}, saved, header_of(saved)["__metadata__"])
    assert "readable" in refused(saved) or "fit" in refused(saved)
