"""Training in several processes, as ``accelerate launch`` starts them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from interp.estimators.bin.config import BinConfig
from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig
from interp.estimators.registry import SpeechModelConfig
from interp.settings.resolve import mapping_of
from interp.settings.strict_yaml import dump_yaml
from interp.train.dataset.features import Features, Variant
from interp.train.dataset.pack import write_packs
from interp.train.examples import ExampleShares
from interp.train.settings import EstimatorTraining, TrainSettings
from interp.train.text import TextExample

TEXT = TextEncoderConfig(
    n_vocab=20, n_channels=8, filter_channels=12, filter_channels_dp=8, n_heads=2, n_layers=1
)
BIN = BinConfig(width=16, column_width=16, mlp_width=24, n_heads=2, n_layers=2, cross_layers=(0, 1))
ESTIMATOR = EstimatorTraining(
    n_steps=3, batch_size=4, frames=16, ref_frames=12, warmup_steps=1, save_every=3, log_every=1,
    shares=ExampleShares(factorised=0.3),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A pack of three voices at three pitches saying two prompts, and a configuration that fits it."""
    rng = np.random.default_rng(0)
    features, texts = [], {}
    for key in (f"{speaker}/{prompt}" for speaker in "abc" for prompt in "12"):
        durations = np.full(9, 4)
        texts[key] = TextExample(rng.integers(2, 20, 9), durations, np.zeros((1, 36), np.float16))
        for index, pitch_hz in enumerate((100.0, 140.0, 200.0)):
            mel = rng.normal(-5.5, 1.2, (80, 36)).astype(np.float16)
            f0_hz = np.full(36, pitch_hz, np.float32)
            features.append(Features(key, "train", index, Variant(1.0, pitch_hz, 1.0), mel, f0_hz))
    torch.manual_seed(0)
    write_packs([tmp_path / "train.npz"], features, texts, TextEncoder(TEXT).eval(), max_mib=40.0)
    settings = TrainSettings(
        name="run", runs=str(tmp_path), model=SpeechModelConfig(text=TEXT, bin=BIN), estimator=ESTIMATOR
    )
    (tmp_path / "tiny.yaml").write_text(dump_yaml(mapping_of(settings)))
    return tmp_path


def start(folder, rank, n_processes, port):
    variables = {
        "RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": n_processes, "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port, "OMP_NUM_THREADS": 1, "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
    command = (sys.executable, "-m", "interp", "train", "tiny.yaml", "--pack", "train.npz")
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | {k: str(v) for k, v in variables.items()},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def finish(processes):
    said = [process.communicate(timeout=180)[0] for process in processes]
    assert [p.returncode for p in processes] == [0] * len(processes), "\n".join(said)


def test_two_processes_train_one_model_and_write_it_once(folder):
    port = free_port()
    finish([start(folder, rank, 2, port) for rank in range(2)])
    assert (folder / "run/losses.png").read_bytes().startswith(b"\x89PNG")
    lines = (folder / "run/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3]
    together = load_file(folder / "run/state.safetensors")
    (folder / "run").rename(folder / "two")
    finish([start(folder, 0, 1, free_port())])
    alone = load_file(folder / "run/state.safetensors")
    assert together.keys() == alone.keys()
    assert all(v.isfinite().all() for v in alone.values())
    # The second process's examples count: alone, the first one learns something else.
    name = "model.layers.0.local.mlp.0.weight"
    assert not torch.allclose(together[name], alone[name], atol=1e-5)
