"""What the fuzz campaign (`tests/fuzz`) once broke, each as an ordinary test."""

import json
import os
import struct
import zipfile

import numpy as np
import pytest
import soundfile
import torch

from interp.audio.read import load_reference
from interp.audio.write import save_wav
from interp.checkpoints.checkpoint import load_checkpoint, save_checkpoint
from interp.checkpoints.provenance import read_provenance
from interp.cli.job_list import jobs_of_list
from interp.estimators.gradtts.state_dict import load_gradtts
from interp.estimators.parts.alignment import expand
from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.reports.recording import check_recording
from interp.settings.resolve import resolve
from interp.settings.strict_yaml import parse_yaml
from interp.settings.synth import SynthSettings
from interp.system.files import write_text
from interp.train.dataset.pack import read_packs
from masks.errors import InterpError

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))


def refused(act, message=None):
    with pytest.raises(InterpError, match=message) as caught:
        act()
    assert len(str(caught.value)) < 10_000
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "{a: " * 5000, "a: !!int x", "a: !!float x", "a: !!bool x", "a: !!timestamp x", "{[a]: 1}",
     "{{a: b}: 1}",
     "a: " + "9" * 5000],
    ids=lambda text: str(len(text)),
)  # fmt: skip
def test_yaml_that_its_reader_stumbles_over(text):
    refused(lambda: parse_yaml(text, "x.yaml"), r"^x\.yaml:")


@pytest.mark.parametrize(
    "text",
    [BOMB + "seed: *a11\n", "seed: [" + "1, " * 50_000 + "]", "seed: '" + "x" * 50_000 + "'",
     "seed: " + "9" * 400,
     "temperature: " + "9" * 400, "x" * 100_000 + ": 1", "\n".join(f"key{i}: 1" for i in range(2000))],
    ids=lambda text: str(len(text)),
)  # fmt: skip
def test_settings_beyond_all_bounds_are_one_short_line(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    refused(lambda: resolve(SynthSettings, path))


def test_a_key_of_many_dots():
    refused(lambda: resolve(SynthSettings, assignments=(".".join("a" * 5000) + "=1",)), "unknown setting")


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".wav", "x/" * 2100, "nul\0.wav"], ids=lambda text: str(len(text))
)
def test_names_that_no_file_can_have(tmp_path, name):
    refused(lambda: load_reference(tmp_path / name), "no such file")
    refused(lambda: load_checkpoint(tmp_path / name), "no such checkpoint")
    (tmp_path / "list.txt").write_text(f"Hello.|{name}|{name}\n")
    refused(
        lambda: jobs_of_list(tmp_path / "list.txt", tmp_path), "holds a NUL" if "\0" in name else "is missing"
    )


def test_raw_samples_without_a_header(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    refused(lambda: check_recording(tmp_path / "a.raw"), "raw samples")


def test_a_header_that_promises_years_of_sound(tmp_path):
    path = tmp_path / "a.flac"
    soundfile.write(path, np.full(8000, 0.1), 16000)
    data = bytearray(path.read_bytes())
    data[21:26] = bytes([data[21] | 0x0F]) + b"\xff" * 4
    path.write_bytes(data)
    refused(lambda: check_recording(path))


@pytest.mark.parametrize("level", [1e12, 1e38])
def test_samples_beyond_all_bounds(tmp_path, level):
    wav = np.full((8000, 2), level, dtype=np.float32) * np.sin(np.arange(8000) / 20)[:, None]
    soundfile.write(tmp_path / "a.wav", wav, 16000, subtype="FLOAT")
    refused(lambda: load_reference(tmp_path / "a.wav"), "times full scale")


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg"])
def test_a_full_disk_keeps_the_old_sound(tmp_path, ending, full_disk):
    path = tmp_path / f"a{ending}"
    save_wav(path, np.zeros(1000), 22050)
    old = path.read_bytes()
    noise = np.random.default_rng(0).uniform(-1, 1, 40_000)
    with full_disk(1000):
        refused(lambda: save_wav(path, noise, 22050), "cannot be written")
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == [path.name]


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path, speech_model, full_disk):
    path = tmp_path / "a.safetensors"
    with full_disk(1000):
        refused(lambda: save_checkpoint(path, speech_model, {}), "cannot be written")
    assert not os.listdir(tmp_path)


def test_a_device_or_pipe_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "null").symlink_to("/dev/null")
    for name in ("pipe", "null"):
        refused(lambda name=name: write_text(tmp_path / name, "x"), "no ordinary file")
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["x" * 250, "中" * 85])
def test_names_as_long_as_the_system_allows(tmp_path, name):
    write_text(tmp_path / name, "x")
    assert (tmp_path / name).read_text() == "x"


@pytest.mark.parametrize("durations", [[[3, -(2**63)]], [[3, 10**6]], [[2**62, 2**62]]])
def test_durations_of_damaged_weights(durations):
    refused(lambda: expand(torch.zeros(1, 80, 2), torch.tensor(durations)), "damaged")


@pytest.mark.parametrize(
    ("group", "key", "size"),
    [
        ("bin", "n_layers", 10**8),
        ("text", "n_layers", 10**8),
        ("bin", "mlp_width", 10**8),
        ("text", "n_vocab", 10**8),
        ("text", "n_vocab", 2**70),
        ("bin", "voice_size", 2**70),
    ],
)
def test_a_checkpoint_that_claims_more_than_it_holds(tmp_path, speech_model, group, key, size):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, speech_model, {})
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    config = json.loads(header["__metadata__"]["config"])
    config[group][key] = size
    header["__metadata__"]["config"] = json.dumps(config)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    refused(lambda: load_checkpoint(path), "do not fit")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"metrics": 1}'])
def test_provenance_that_is_none(tmp_path, text):
    (tmp_path / "a.provenance.json").write_text(text)
    refused(lambda: read_provenance(tmp_path / "a.safetensors"))


def test_one_number_that_poses_as_a_tensor_of_terabytes(tmp_path):
    torch.save({"encoder.emb.weight": torch.zeros(1, 1).expand(10**6, 10**6)}, tmp_path / "a.pt")
    refused(lambda: load_gradtts(tmp_path / "a.pt"), "not a state dict")


def test_a_pack_whose_header_is_no_python(tmp_path):
    header = b"{'descr': (\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    refused(lambda: read_packs([tmp_path / "a.npz"], TextEncoderConfig(n_vocab=5)), "not a readable pack")


def test_no_checkpoint_without_its_provenance(tmp_path, speech_model):
    """Its name is short enough for the weights and too long for what stands beside them."""
    refused(lambda: save_checkpoint(tmp_path / ("x" * 250), speech_model, {}), "cannot be written")
    assert list(tmp_path.iterdir()) == []
