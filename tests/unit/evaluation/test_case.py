"""Manifests: rows, paths, and mistakes told in one line."""

import json

import pytest

from interp.evaluation.case import Case, read_manifest
from masks.errors import InterpError

HEAD = "output,ref1,ref2,text,mode,split_s\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("out.wav", "a.wav", "b.wav"):
        (tmp_path / name).touch()
    return tmp_path


def manifest(folder, text, name="m.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_csv(folder):
    rows = HEAD + 'out.wav,a.wav,b.wav,"Well, yes.",temp,1.5\nout.wav,a.wav,b.wav,,,\n'
    first, second = read_manifest(manifest(folder, rows))
    assert first == Case(folder / "out.wav", folder / "a.wav", folder / "b.wav", "Well, yes.", "temp", 1.5)
    assert (second.text, second.mode, second.split_s) == (None, None, None)


def test_json_lines(folder):
    row = {"output": "out.wav", "ref1": "a.wav", "ref2": "b.wav", "text": "Yes.", "ref1_text": "Yes."}
    (case,) = read_manifest(manifest(folder, json.dumps(row) + "\n\n", "m.jsonl"))
    assert (case.text, case.ref1_text, case.ref2_text) == ("Yes.", "Yes.", None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no row"),
        (HEAD, "holds no row"),
        ("output,ref1,text\nout.wav,a.wav,Yes.\n", "column 'ref2' is missing"),
        (HEAD + "out.wav,a.wav,none.wav,,,\n", "line 2: ref2: .*none.wav: no such file"),
        (HEAD + "out.wav,a.wav,b.wav,,,\nout.wav,a.wav,b.wav,,fast,\n", "line 3: mode: 'fast' is not one of"),
        (HEAD + "out.wav,a.wav,b.wav,,temp,soon\n", "split_s: 'soon' is no number"),
        (HEAD + "out.wav,a.wav,b.wav,,temp,-1\n", "split_s: -1 is no time"),
        (HEAD + "out.wav,a.wav,b.wav,,freq,1\n", "split_s: is given in mode freq"),
        ("output,ref1,ref2,speaker\nout.wav,a.wav,b.wav,me\n", "unknown column 'speaker'"),
        (HEAD + "out.wav,a.wav,b.wav,,,,more\n", "line 2: has more fields than the header"),
    ],
)
def test_csv_mistakes(folder, content, says):
    with pytest.raises(InterpError, match=says):
        read_manifest(manifest(folder, content))


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "line 1: is not JSON"), ("[1]", "line 1: is no JSON object"), ("{}", "output is missing")],
)
def test_json_mistakes(folder, content, says):
    with pytest.raises(InterpError, match=says):
        read_manifest(manifest(folder, content, "m.jsonl"))


def test_a_manifest_that_cannot_be_read(tmp_path):
    with pytest.raises(InterpError, match=r"none\.csv: cannot be read"):
        read_manifest(tmp_path / "none.csv")
    (tmp_path / "m.csv").write_bytes(b"\xe9\x00")
    with pytest.raises(InterpError, match=r"m\.csv: byte 1 \(0xE9, line 1\) is not UTF-8"):
        read_manifest(tmp_path / "m.csv")
