"""Writing on disks that are full, read-only or end in mid-file: the old file stays, nothing half-written."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from kinds import Defect, Kind
from small_models import small_speech_model, text_config

from interp.audio.write import save_wav
from interp.checkpoints.checkpoint import save_checkpoint
from interp.estimators.parts.text_encoder import TextEncoder
from interp.system.files import write_figure, write_json, write_json_lines, write_npz, write_text
from interp.train.dataset.features import Features, Variant
from interp.train.dataset.pack import write_packs
from interp.train.state import TrainState, save_half, save_state
from interp.train.text import TextExample
from masks.errors import InterpError

Writer = Callable[[Path, int], list[Path]]
NOBODY = 65534
PLACES = (
    "short",
    "short",
    "short",
    "read-only",
    "file for a folder",
    "folder for a file",
    "long name",
    "device",
    "pipe",
)


def prepare(folder: Path) -> dict[str, Writer]:
    """Every writer of the program, each as a function of folder and version, giving the files it writes."""
    from matplotlib.figure import Figure

    figure, model = Figure(), small_speech_model()
    figure.subplots().plot([1, 2])
    trained = torch.nn.Linear(64, 64)
    optimizer = torch.optim.AdamW(trained.parameters())
    trained(torch.ones(64)).sum().backward()
    optimizer.step()
    encoder = TextEncoder(text_config(20))
    text = {"a": TextExample(np.arange(1, 6), np.full(5, 4), np.zeros((1, 20), np.float16))}
    items = [
        Features(
            "a", "train", 0, Variant(1.0, 0.0, 1.0), np.zeros((80, 20), np.float16), np.zeros(20, np.float32)
        )
    ]

    def state(version: int) -> TrainState:
        return TrainState(trained, trained.state_dict(), [optimizer], version)

    def halves(path: Path, version: int) -> list[Path]:
        save_half(path.parent, state(version))
        return [path.parent / "half.model.safetensors", path.parent / "half.average.safetensors"]

    def one(write: Callable[[Path, int], Any]) -> Writer:
        def written(path: Path, version: int) -> list[Path]:
            write(path, version)
            return [path]

        return written

    def sound(ending: str) -> Writer:
        def written(path: Path, version: int) -> list[Path]:
            save_wav(path.with_suffix(ending), np.random.default_rng(version).uniform(-1, 1, 40_000), 22050)
            return [path.with_suffix(ending)]

        return written

    return {
        "text": one(lambda p, v: write_text(p, f"{v}\n" * 20_000)),
        "json": one(lambda p, v: write_json(p, {"a": [v] * 5_000})),
        "jsonl": one(lambda p, v: write_json_lines(p, ({"a": v},) * 5_000)),
        "npz": one(lambda p, v: write_npz(p, a=np.random.default_rng(v).normal(size=20_000))),
        "figure": one(lambda p, v: write_figure(p, figure, 50 + v)),
        "wav": sound(".wav"),
        "flac": sound(".flac"),
        "checkpoint": one(lambda p, v: save_checkpoint(p, model, {"v": v})),
        "state": one(lambda p, v: save_state(p, state(v))),
        "halves": halves,
        "pack": one(lambda p, v: write_packs([p], items, text, encoder, 40.0)),
    }


def attack(random: Random, writers: dict[str, Writer], folder: Path) -> None:
    """Write once where it works, once where it does not: what was there stays, or the new is whole."""
    write, place = writers[random.choice(sorted(writers))], random.choice(PLACES)
    path = folder / "files" / "a.out"
    path.parent.mkdir()
    files = write(path, 1) if random.random() < 0.7 else []
    old = {file: file.read_bytes() for file in files}
    try:
        _write_badly(random, write, path, place)
    except InterpError:
        _require_as_before(old, path.parent)
        raise
    if place in ("short", "read-only"):
        write(folder / "whole" / "a.out", 2)


def _write_badly(random: Random, write: Writer, path: Path, place: str) -> None:
    if place == "short":
        with disk_full_after(random.choice((0, 1, 100, 4096, 20_000, 100_000))):
            write(path, 2)
    elif place == "read-only":
        with read_only(path.parent):
            write(path, 2)
    elif place == "file for a folder":
        (path.parent / "file").touch()
        write(path.parent / "file" / "a.out", 2)
    elif place == "folder for a file":
        (path.parent / "b.out").mkdir()
        write(path.parent / "b.out", 2)
    elif place == "long name":
        name = random.choice(("x", "é", "中")) * random.choice((60, 84, 127, 250, 255, 256, 5000))
        write(path.parent / name, 2)
    else:
        special = path.parent / "special"
        os.mkfifo(special) if place == "pipe" else special.symlink_to("/dev/null")
        write(special, 2)
        if place == "device" and not Path("/dev/null").is_char_device():
            raise Defect("/dev/null was replaced by a file")


def _require_as_before(old: dict[Path, bytes], folder: Path) -> None:
    for file, content in old.items():
        if file.read_bytes() != content and len(old) == 1:
            raise Defect(f"{file.name} has changed though writing failed")
    known = {file.name for file in old} | {"file", "b.out", "special", "a.provenance.json"}
    rubbish = [p.name for p in folder.iterdir() if p.name not in known and not p.name.startswith("half.")]
    if rubbish:
        raise Defect(f"left behind: {rubbish}")


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: the system refuses the write as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that may not be written; root becomes nobody for the while."""
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


KIND = Kind("disk", "writing: full disk, read-only, odd targets, by every writer", prepare, attack, 0.06)
