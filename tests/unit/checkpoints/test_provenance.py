"""Figures that are measured later go into the provenance beside a checkpoint."""

import json

import pytest

from interp.checkpoints.provenance import add_metrics, read_provenance
from masks.errors import InterpError


def test_new_figures_stand_beside_the_old_and_replace_the_same(tmp_path):
    path = tmp_path / "m.safetensors"
    (tmp_path / "m.provenance.json").write_text(json.dumps({"made": "x", "metrics": {"a": 1, "b": 2}}))
    add_metrics(path, {"b": 3, "c": [4]})
    assert read_provenance(path) == {"made": "x", "metrics": {"a": 1, "b": 3, "c": [4]}}


def test_a_checkpoint_without_provenance_gets_one(tmp_path):
    assert read_provenance(tmp_path / "m.safetensors") is None
    add_metrics(tmp_path / "m.safetensors", {"a": 1})
    assert read_provenance(tmp_path / "m.safetensors") == {"metrics": {"a": 1}}


def test_damaged_provenance_is_told_and_kept(tmp_path):
    (tmp_path / "m.provenance.json").write_text("[1")
    with pytest.raises(InterpError, match=r"m\.provenance\.json: is not a JSON mapping"):
        add_metrics(tmp_path / "m.safetensors", {"a": 1})
    assert (tmp_path / "m.provenance.json").read_text() == "[1"
