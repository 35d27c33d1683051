"""`interp eval`, as a user meets it; the demo references stand in for outputs."""

import csv
import json

import pytest

from interp.evaluation import measures
from interp.system.shipped import data_path

A, B = (data_path(f"resources/demo_ref{n}.wav") for n in (1, 2))


def test_one_output(interp, tmp_path):
    result = interp(
        "eval", A, "--ref1", A, "--ref2", B, "--measures", "pitch,energy", "--split-s", "1.0",
        "--json", tmp_path / "x.json", "--figure", tmp_path / "x.svg",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "pitch.nearer_ref1" in result.stdout
    assert str(tmp_path / "x.svg") in result.stdout
    found = json.loads((tmp_path / "x.json").read_text())
    assert found["pitch.ref1.semitones"] == 0
    assert found["pitch.refs_semitones"] == pytest.approx(9.6, abs=0.1)
    assert found["energy.ref1.correlation"] is None
    assert (found["mode"], found["split_s"], found["ref2"]) == ("temp", 1.0, str(B))
    assert b"<svg" in (tmp_path / "x.svg").read_bytes()


@pytest.fixture
def manifest(tmp_path):
    for name, source in (("out1.wav", A), ("out2.wav", B), ("a.wav", A), ("b.wav", B)):
        (tmp_path / name).write_bytes(source.read_bytes())
    path = tmp_path / "m.csv"
    path.write_text("output,ref1,ref2,text\nout1.wav,a.wav,b.wav,\nout2.wav,a.wav,b.wav,\n")
    return path


def test_manifest(interp, manifest, tmp_path):
    out = tmp_path / "figures.csv"
    result = interp("eval", manifest, "--out", out, "--measures", "pitch", "--figure", tmp_path / "all.png")
    assert result.exit_code == 0, result.output
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["pitch.nearer_ref1"]) for row in rows] == [1, 0]
    assert rows[0]["text"] == ""
    assert list(rows[0])[:6] == ["output", "ref1", "ref2", "text", "mode", "split_s"]
    assert list(rows[0])[6:] == list(measures.MEASURES["pitch"].keys)
    assert "pitch.place" in result.stdout
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")


def test_manifest_as_json(interp, manifest, tmp_path):
    out = tmp_path / "figures.json"
    assert interp("eval", manifest, "--out", out, "--measures", "pitch").exit_code == 0
    first, second = json.loads(out.read_text())
    assert first["pitch.place"] == pytest.approx(1)
    assert second["pitch.place"] == pytest.approx(0)


def test_missing_packages_are_told_with_the_remedy(interp, monkeypatch):
    whole = measures.MEASURES["mcd"]
    gone = measures.Measure("mcd", whole.function, whole.keys, ("no_such_module",))
    monkeypatch.setitem(measures.MEASURES, "mcd", gone)
    result = interp("eval", A, "--ref1", A, "--ref2", B, "--measures", "pitch,mcd")
    assert result.exit_code == 0
    assert "left out: mcd (needs no_such_module)" in result.stderr
    assert "pip install" in result.stderr
    alone = interp("eval", A, "--ref1", A, "--ref2", B, "--measures", "mcd")
    assert alone.exit_code == 2
    assert "nothing is left to measure" in alone.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((A, "--ref1", A), "--ref2: is missing"),
        ((A, "--ref2", B), "--ref1: is missing"),
        ((A, "--ref1", A, "--ref2", "none.wav"), "none.wav: no such file"),
        ((A, "--ref1", A, "--ref2", B, "--measures", "ptich"), "did you mean pitch?"),
        ((A, "--ref1", A, "--ref2", B, "--split-s", "0"), "split_s: 0 is no time"),
        ((A, "--ref1", A, "--ref2", B, "--split-s", "99"), "split_s: 99 lies beyond the end"),
        ((A, "--ref1", A, "--ref2", B, "--out", "x.csv"), "--out: is for manifests"),
        ((A, "--ref1", A, "--ref2", B, "--figure", "x.pdf"), "--figure: x.pdf"),
        (("none.csv", "--out", "x.csv"), "none.csv: cannot be read"),
        (("m.csv",), "--out: is missing"),
        (("m.csv", "--out", "x.csv", "--ref1", A), "names its own references"),
        (("m.csv", "--out", "x.csv", "--json", "x.json"), "--json: is for one output"),
        (("m.csv", "--out", "x.csv", "--text", "Yes."), "--text: is for one output"),
        (("m.csv", "--out", "x.txt"), "--out: x.txt"),
    ],
)
def test_mistakes(interp, manifest, monkeypatch, tmp_path, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = interp("eval", *arguments)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "x.csv").exists()


def test_help(interp):
    result = interp("eval", "--help")
    assert result.exit_code == 0
    assert "Example" in result.output
