"""Files of PyTorch's format and packs: cut, flipped, code in the pickle, tensors larger than their file."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from damage import damaged
from kinds import CANARY, Kind
from small_models import small_gradtts, text_config

from interp.checkpoints.checkpoint import load_checkpoint
from interp.estimators.parts.text_encoder import TextEncoder
from interp.estimators.registry import engine_of
from interp.reports.installation import describe_installation
from interp.settings.synth import SynthSettings
from interp.train.dataset.features import Features, Variant
from interp.train.dataset.pack import read_packs, write_packs
from interp.train.text import TextExample

CALLS = (
    "os system",
    "builtins exec",
    "builtins eval",
    "posix system",
    "subprocess getoutput",
    "torch hub.load",
)
ENCODER = text_config(20)


class _Calls:
    """Unpickles as a call of ``os.system``."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


def prepare(folder: Path) -> dict[str, Any]:
    """A Grad-TTS state dict in both of PyTorch's formats, and a pack of two items."""
    state = small_gradtts().state_dict()
    text = {"a": TextExample(np.arange(1, 6), np.full(5, 4), np.zeros((1, 20), np.float16))}
    mel, f0_hz = np.zeros((80, 20), np.float16), np.full(20, 120.0, np.float32)
    items = [Features("a", "train", i, Variant(1.0, 0.0, 1.0), mel, f0_hz) for i in range(2)]
    write_packs([folder / "pack.npz"], items, text, TextEncoder(ENCODER), 40.0)
    return {
        "state": state,
        "zip": _saved(state),
        "legacy": _saved(state, legacy=True),
        "pack": (folder / "pack.npz").read_bytes(),
    }


def attack(random: Random, shared: dict[str, Any], folder: Path) -> None:
    """One hostile file to the loader that would read it."""
    how = random.choice(("damage", "damage", "code", "tensors", "members", "pack"))
    path = folder / random.choice(("a.pt", "a.pt", "a.safetensors", "grad-tts-old.pt"))
    if how == "pack":
        pack = shared["pack"]
        data = damaged(random, pack) if random.random() < 0.5 else _odd_archive(random, pack, folder)
        (folder / "pack.npz").write_bytes(data)
        read_packs([folder / "pack.npz"], ENCODER)
        return
    makers = {"damage": _damage, "code": _code, "tensors": _odd_tensors, "members": _odd_members}
    path.write_bytes(makers[how](random, shared, folder))
    if random.random() < 0.3:
        describe_installation(str(path))
    engine = engine_of(load_checkpoint(path).model)
    with torch.no_grad():
        engine.encode("The boy was there.", SynthSettings(speaker1=0, speaker2=1))


def _damage(random: Random, shared: dict[str, Any], folder: Path) -> bytes:
    return damaged(random, shared[random.choice(("zip", "legacy"))])


def _code(random: Random, shared: dict[str, Any], folder: Path) -> bytes:
    command = f"touch {folder / CANARY}"
    how = random.randrange(4)
    if how == 0:
        content: Any = _Calls(command)
        return random.choice((pickle.dumps(content, random.randrange(6)), _saved(content)))
    if how == 1:
        return _saved({**shared["state"], "x": _Calls(command)}, legacy=random.random() < 0.5)
    module, name = random.choice(CALLS).split()
    raw = f"c{module}\n{name}\n(S'{command}'\ntR.".encode()
    return raw if how == 2 else _with_member(shared["zip"], "data.pkl", raw)


def _odd_tensors(random: Random, shared: dict[str, Any], folder: Path) -> bytes:
    """State dicts whose tensors are not what a state dict holds."""
    state = dict(shared["state"])
    name = random.choice(sorted(state))
    weight = state[name]
    odd = (
        weight.T if weight.ndim == 2 else weight[None],
        torch.empty(0),
        torch.zeros(1).expand(10**4, 10**6),
        torch.zeros(1, 1).expand(10**9, weight.shape[-1] if weight.ndim else 1),
        torch.full_like(weight, float("nan")),
        weight.to(torch.complex64),
        weight.to(torch.int8),
        weight.to_sparse(),
        torch.zeros(1).expand(weight.shape),
        torch.empty(3, device="meta"),
        {"a": 1},
        "x",
        1e308 * torch.ones_like(weight, dtype=torch.float64),
    )
    state[name] = random.choice(odd)
    if random.random() < 0.3:
        # Every tensor that holds a size, so that the sizes agree with each other.
        size = random.choice((0, 1, 10**6, 10**9))
        state["encoder.emb.weight"] = torch.zeros(1, 1).expand(state["encoder.emb.weight"].shape[0], size)
    return _saved(random.choice((state, state, state, [state], {1: weight}, {}, weight)))


def _odd_members(random: Random, shared: dict[str, Any], folder: Path) -> bytes:
    """The zip with a member replaced, dropped, doubled, or a megabyte of zeros for each kilobyte."""
    data = shared["zip"]
    if random.random() < 0.5:
        return _odd_archive(random, data, folder)
    return _with_member(data, "data.pkl", damaged(random, _member(data, "data.pkl")))


def _odd_archive(random: Random, data: bytes, folder: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = random.choice(archive.namelist())
        content = archive.read(name)
    header = b"\x93NUMPY\x01\x00v\x00{'descr': '%b', 'fortran_order': False, 'shape': (%b), }"
    shape, kind = (
        random.choice((b"10**12,", b"1000000000000,", b"-1,", b"2,")),
        random.choice((b"<f8", b"|O", b"<U1000000")),
    )
    odd = (
        damaged(random, content),
        b"",
        bytes(50_000_000),
        (header % (kind, shape)).ljust(127) + b"\n",
        pickle.dumps(_Calls(f"touch {folder / CANARY}")),
        content[: len(content) // 2],
    )
    return _with_member(data, name, random.choice(odd))


def _with_member(data: bytes, ending: str, content: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename.endswith(ending) else old.read(item))
    return memory.getvalue()


def _member(data: bytes, ending: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(ending)))


def _saved(content: Any, legacy: bool = False) -> bytes:
    memory = io.BytesIO()
    torch.save(content, memory, _use_new_zipfile_serialization=not legacy)
    return memory.getvalue()


KIND = Kind(
    "pickle",
    "PyTorch files and training packs: damage, code, tensors larger than the file",
    prepare,
    attack,
    0.09,
)
