"""Shipped data are found in a checkout and in a wheel."""

import pytest
import soundfile

import interp.system.shipped
from interp.system.shipped import data_path
from masks.errors import InterpError


@pytest.mark.parametrize("name", ["demo_ref1.wav", "demo_ref2.wav"])
def test_demo_references_are_there(name):
    found = soundfile.info(data_path(f"resources/{name}"))
    assert (found.samplerate, found.channels, found.subtype) == (16000, 1, "PCM_16")
    assert 3.5 < found.duration < 5.5


def test_wheel_layout_comes_first(tmp_path, monkeypatch):
    for folder in ("interp/_data/resources", "resources"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").touch()
    monkeypatch.setattr(interp.system.shipped, "PACKAGE", tmp_path / "interp")
    assert data_path("resources/a.txt") == tmp_path / "interp/_data/resources/a.txt"


def test_missing_data():
    with pytest.raises(InterpError, match="missing from this installation"):
        data_path("resources/none.wav")
