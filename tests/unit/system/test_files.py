"""Files are written whole or not at all."""

import json
import os

import numpy as np
import pytest

from interp.system.files import (
    require_replaceable,
    require_writable,
    whole_file,
    whole_folder,
    write_json,
    write_json_lines,
    write_npz,
    write_text,
)
from masks.errors import InterpError


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail():
        with whole_file(path) as temporary:
            temporary.write_text("half of the n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_folders_are_made(tmp_path):
    write_text(tmp_path / "b/c/a.txt", "x")
    assert (tmp_path / "b/c/a.txt").read_text() == "x"


def test_folder_under_a_file_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    for act in (
        lambda: write_text(tmp_path / "file/a.txt", "x"),
        lambda: require_writable(tmp_path / "file"),
    ):
        with pytest.raises(InterpError, match="cannot be written"):
            act()


@pytest.mark.parametrize("inner", ["", "a", "a/b"])
def test_asking_whether_a_folder_can_be_written_makes_none(tmp_path, inner):
    require_writable(tmp_path / inner)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_files_appears_whole_or_not_at_all(tmp_path):
    def write(name, fails):
        with whole_folder(tmp_path / name) as temporary:
            write_text(temporary / "a.txt", name)
            if fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write("new", fails=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old").mkdir()
    write_text(tmp_path / "old/b.txt", "kept")
    with pytest.raises(ZeroDivisionError):
        write("old", fails=True)
    assert [p.name for p in (tmp_path / "old").iterdir()] == ["b.txt"]
    write("old", fails=False)
    assert sorted(p.read_text() for p in (tmp_path / "old").iterdir()) == ["kept", "old"]
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_target_that_is_a_folder_is_an_error_without_rubbish(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(InterpError, match="cannot be written"):
        write_text(tmp_path / "a.txt", "x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_json_takes_arrays_and_refuses_nan(tmp_path):
    write_json(tmp_path / "a.json", {"a": np.arange(2), "b": np.float32(0.5)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [0, 1], "b": 0.5}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
    assert not (tmp_path / "b.json").exists()


def test_json_lines(tmp_path):
    write_json_lines(tmp_path / "a.jsonl", ({"a": 1}, {"a": 2}))
    assert (tmp_path / "a.jsonl").read_text() == '{"a": 1}\n{"a": 2}\n'


def test_npz(tmp_path):
    write_npz(tmp_path / "a.npz", a=np.eye(2))
    with np.load(tmp_path / "a.npz") as file:
        assert np.array_equal(file["a"], np.eye(2))


def test_a_link_stays_and_its_file_is_written(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.txt").symlink_to("sub/a.txt")
    for text in ("new", "newer"):
        write_text(tmp_path / "link.txt", text)
        assert (tmp_path / "link.txt").is_symlink()
        assert (tmp_path / "sub/a.txt").read_text() == text


def test_what_may_not_be_written_over_is_told_before_work(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "kept").touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    for name, says in (("folder", "a folder has that name"), ("pipe", "no ordinary"), ("kept", "read-only")):
        for act in (require_replaceable, lambda path: write_text(path, "x")):
            with pytest.raises(InterpError, match=f"{name}: cannot be written .*{says}"):
                act(tmp_path / name)
    require_replaceable(tmp_path / "none")


def test_a_name_that_is_no_text_goes_into_json(tmp_path):
    name = os.fsdecode(b"caf\xe9.wav")
    write_json(tmp_path / "a.json", {"path": name})
    assert json.loads((tmp_path / "a.json").read_text())["path"] == name
