"""Streams, and names of files, from which recordings are read."""

import io
import os
import threading

import numpy as np
import pytest
import soundfile

from interp.audio.read import load_reference
from masks.errors import InterpError


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_a_stream_is_heard_as_its_file(tmp_path, monkeypatch, ending):
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal(16000), 16000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    heard = [load_reference(name) for name in (path, "-", "/dev/stdin")]
    assert all(np.array_equal(recording.wav, heard[0].wav) for recording in heard)
    assert [str(recording.path) for recording in heard[1:]] == ["standard input"] * 2


def test_a_pipe_is_heard(tmp_path):
    soundfile.write(tmp_path / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(16000), 16000)
    os.mkfifo(tmp_path / "pipe")
    data = (tmp_path / "a.wav").read_bytes()
    thread = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,), daemon=True)
    thread.start()
    assert load_reference(tmp_path / "pipe").seconds == pytest.approx(1.0)
    assert load_reference(tmp_path / "pipe").seconds == pytest.approx(1.0)
    thread.join(timeout=5)


@pytest.mark.parametrize(
    ("data", "says"), [(b"", r"standard input: the file is empty"), (b"text", "standard input: not readable")]
)
def test_a_stream_that_is_no_sound(monkeypatch, data, says):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    with pytest.raises(InterpError, match=says):
        load_reference("-")


def test_a_name_that_the_system_cannot_spell(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    soundfile.write(os.fsencode(path), 0.1 * np.random.default_rng(0).standard_normal(16000), 16000)
    assert load_reference(path).seconds == pytest.approx(1.0)


def test_a_device_is_no_file():
    with pytest.raises(InterpError, match="/dev/null: is a device, no file"):
        load_reference("/dev/null")
