"""`interp experiment`: speak, measure and report listed cases with a model of random weights."""

import csv

import pytest
from spoken import write_voice

from interp.checkpoints.checkpoint import save_checkpoint

TEXT = """
title: tiny
runs: {folder}/runs
docs: {folder}/docs
checkpoint: {folder}/random.safetensors
device: cpu
base: {{n_timesteps: 2}}
cases:
  listed:
    - {{text: The boy was there., ref1: a.wav, ref2: b.wav, seed: 1, same_gender: false}}
    - {{text: The voice was there., ref1: b.wav, ref2: a.wav, seed: 2}}
measures: {{all: [pitch, energy], some: []}}
conditions: {{guided: {{}}, unguided: {{}}, psola: {{cases: 1}}}}
"""


@pytest.fixture
def experiment(tmp_path, speech_model):
    write_voice(tmp_path / "a.wav")
    write_voice(tmp_path / "b.wav", 190.0)
    save_checkpoint(tmp_path / "random.safetensors", speech_model, {})
    (tmp_path / "tiny.yaml").write_text(TEXT.format(folder=tmp_path))
    return tmp_path / "tiny.yaml"


def test_an_experiment_from_file_to_report(interp, experiment, tmp_path):
    spoken = interp("experiment", experiment, "--stage", "synthesise")
    assert spoken.exit_code == 0, spoken.output
    assert "3 conditions of 2 cases, 5 in all; 0 failed" in spoken.stdout
    early = interp("experiment", experiment, "--stage", "report")
    assert early.exit_code == 2
    assert "nothing is measured yet" in early.stderr
    made = (tmp_path / "runs" / "guided" / "0001.flac").stat().st_mtime_ns

    whole = interp("experiment", experiment)
    assert whole.exit_code == 0, whole.output
    assert (tmp_path / "runs" / "guided" / "0001.flac").stat().st_mtime_ns == made
    assert "| unguided | 2 |" in (tmp_path / "docs" / "report.md").read_text()
    assert "| psola | 1 |" in (tmp_path / "docs" / "report.md").read_text()
    with (tmp_path / "docs" / "cases.csv").open(newline="") as file:
        rows = {row["condition"]: row for row in csv.DictReader(file) if row["case"] == "0001"}
    assert float(rows["unguided"]["cost.evaluations"]) == 2
    assert float(rows["guided"]["pitch.ref1.median_hz"]) == pytest.approx(110, abs=1)

    other = interp("experiment", experiment, "--set", "base.n_timesteps=3")
    assert other.exit_code == 2
    assert "n_timesteps was 2 and is 3" in other.stderr
