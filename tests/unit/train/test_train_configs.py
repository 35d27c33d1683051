"""Every training configuration that ships can be read, and says what it is for and what runs it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interp.checkpoints.checkpoint import load_checkpoint
from interp.settings.resolve import mapping_of, resolve
from interp.system.shipped import checkpoint_path, data_path
from interp.text.symbols import SYMBOLS
from interp.train.settings import TrainSettings

VOCODERS = ("vocoder", "vocoder_gpu")  # of another command: see test_vocoder_training
CONFIGS = [p for p in sorted(data_path("configs/train").glob("*.yaml")) if p.stem not in VOCODERS]


def test_the_shipped_configurations_are_there():
    assert {"default", "search", "voice", "voice_gpu"} <= {path.stem for path in CONFIGS}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_configuration_resolves(path: Path):
    settings = resolve(TrainSettings, path)
    assert settings.name == path.stem
    model = settings.model
    encoder = model.mean_mel if model.mean == "frames" else model.text
    assert encoder.n_vocab == len(SYMBOLS)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_configuration_opens_with_its_cost_and_its_command(path: Path):
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Cost:" in line for line in header)
    assert any(f"interp train configs/train/{path.name}" in line for line in header)


def test_the_gpu_has_the_same_voice_to_learn():
    here, there = (
        resolve(TrainSettings, data_path(f"configs/train/{n}.yaml")) for n in ("voice", "voice_gpu")
    )
    assert here.estimator.shares == there.estimator.shares
    other = replace(there.model, bin=replace(there.model.bin, cross_layers=here.model.bin.cross_layers))
    assert other == here.model


def test_search_alone_is_not_forced():
    alignments = {path.stem: resolve(TrainSettings, path).text.alignment for path in CONFIGS}
    assert {name for name, alignment in alignments.items() if alignment == "search"} == {"search"}


def test_no_shipped_file_names_a_folder_outside_the_project():
    shipped = [p for p in data_path("configs").rglob("*.yaml") if "../" in p.read_text(encoding="utf-8")]
    assert shipped == []


def values_of(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat = {}
    for key, value in settings.items():
        flat |= values_of(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return flat


def test_the_default_configuration_makes_the_shipped_voice():
    settings = resolve(TrainSettings, data_path("configs/train/default.yaml"))
    assert settings.model == load_checkpoint(checkpoint_path("default")).model.config
    provenance = checkpoint_path("default").with_name("default.provenance.json")
    told = values_of(json.loads(provenance.read_text(encoding="utf-8"))["settings"])
    for personal in ("name", "data.corpus", "data.cache"):
        told.pop(personal)
    # What training has learnt since, and would do by itself.
    told |= {"estimator.optimizer": "adamw", "estimator.long_every": 0, "start": ""}
    here = values_of(json.loads(json.dumps(mapping_of(settings))))
    assert {key: here.get(key) for key in told} == told


def test_the_wide_run_can_go_on_from_the_default_one():
    default, wide = (
        resolve(TrainSettings, data_path(f"configs/train/{n}.yaml")) for n in ("default", "wide")
    )
    assert wide.model == default.model
    assert wide.estimator.optimizer == default.estimator.optimizer
    assert wide.estimator.n_steps > default.estimator.n_steps
