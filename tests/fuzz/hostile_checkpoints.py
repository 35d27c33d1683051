"""Checkpoints: safetensors cut, flipped, with other headers, shapes, sizes; provenance of any JSON."""

from __future__ import annotations

import copy
import json
import struct
from pathlib import Path
from random import Random
from typing import Any

import torch
from damage import damaged
from kinds import Kind
from small_models import small_speech_model

from interp.checkpoints.checkpoint import load_checkpoint, save_checkpoint
from interp.estimators.registry import engine_of
from interp.reports.installation import describe_installation
from interp.settings.synth import SynthSettings

NUMBERS = (
    -1,
    0,
    1,
    2,
    3,
    7,
    64,
    10**4,
    10**6,
    10**9,
    2**63,
    10**400,
    0.5,
    1e300,
    float("nan"),
    float("inf"),
    None,
)
ODD = (*NUMBERS, "", "x", True, [], [1], [[]], {}, {"a": 1}, "9" * 5000)
DTYPES = ("F16", "F32", "F64", "BF16", "I64", "I8", "BOOL", "U8", "F8_E4M3", "F4", "C64", "x", "")

PROVENANCES = (
    '{"metrics": 1}', '{"metrics": {"f0_slope": "x"}}', '{"metrics": {"f0_slope": null}}', "[]",
    "[1, 2]",
    "1", "null", "[" * 100_000, '{"a": ' * 3000, '{"a": NaN}', "", "\ud800", '{"a": "\\u001b[31m\\n"}',
    '[["a", 1]]',
    '{"metrics": {"f0_slope": [1]}}', '{"a": ' + "9" * 5000 + "}", '"metrics"', "[[1, 2], [3, 4]]",
)  # fmt: skip


def prepare(folder: Path) -> tuple[dict[str, Any], bytes]:
    """Header and tensors of a small checkpoint."""
    path = folder / "small.safetensors"
    save_checkpoint(path, small_speech_model(), {"metrics": {"f0_slope": 1.0}})
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def attack(random: Random, shared: tuple[dict[str, Any], bytes], folder: Path) -> None:
    """Describe a damaged checkpoint, load it, and let what is let in encode a sentence."""
    path = folder / random.choice(("a.safetensors", "a.safetensors", "a", "a.pt"))
    header, tensors = copy.deepcopy(shared[0]), shared[1]
    how = random.randrange(6)
    if how == 0:
        path.write_bytes(damaged(random, _file(header, tensors)))
    elif how == 1:
        path.write_bytes(_file(header, _flipped(random, tensors)))
    elif how == 2:
        path.write_bytes(_file(_odd_config(random, header), tensors))
    elif how == 3:
        path.write_bytes(_file(_odd_tensors(random, header), tensors))
    elif how == 4:
        path.write_bytes(_file(_odd_metadata(random, header), tensors))
    else:
        path.write_bytes(_file(header, tensors))
        _write_provenance(random, path)
    describe_installation(str(path))
    engine = engine_of(load_checkpoint(path).model)
    with torch.no_grad():
        engine.encode("The boy was there.", SynthSettings())


def _file(header: Any, tensors: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def _flipped(random: Random, tensors: bytes) -> bytes:
    """Weights with single bits turned, exponents among them, or whole stretches overwritten."""
    changed = bytearray(tensors)
    for _ in range(random.choice((1, 10, 1000))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    if random.random() < 0.3:
        at = random.randrange(len(changed))
        changed[at : at + 2000] = random.choice((b"\xff\x7b", b"\x00\x7c", b"\xff\xff")) * len(
            changed[at : at + 2000]
        )
    return bytes(changed[: len(tensors)])


def _odd_config(random: Random, header: dict[str, Any]) -> dict[str, Any]:
    config = json.loads(header["__metadata__"]["config"])
    for _ in range(random.choice((1, 1, 1, 3))):
        group = random.choice((config, config["text"], config["bin"], config["bin"], config["process"]))
        group[random.choice(sorted(group))] = random.choice(ODD)
        if random.random() < 0.1:
            group["unknown"] = 1
        if not all(isinstance(config.get(key), dict) for key in ("text", "bin", "process")):
            break
    header["__metadata__"]["config"] = json.dumps(config)
    return header


def _odd_tensors(random: Random, header: dict[str, Any]) -> dict[str, Any]:
    names = sorted(name for name in header if name != "__metadata__")
    name = random.choice(names)
    entry = header[name]
    how = random.randrange(6)
    if how == 0:
        del header[name]
    elif how == 1:
        header[random.choice(("x", "", "x" * 5000, "a.b"))] = header.pop(name)
    elif how == 2:
        entry["shape"] = random.choice(
            ([], [1], [-1], [10**18], entry["shape"][::-1], [0], [2**40, 2**40], "x", None)
        )
    elif how == 3:
        entry["data_offsets"] = random.choice(([0, 0], [0, 2**63], [10, 2], [-1, 4], [], "x"))
    elif how == 4:
        entry["dtype"] = random.choice(DTYPES)
    else:
        entry[random.choice(("shape", "dtype", "data_offsets", "more"))] = random.choice(ODD[:-1])
    return header


def _odd_metadata(random: Random, header: dict[str, Any]) -> dict[str, Any]:
    metadata = header["__metadata__"]
    odd = (
        "[" * 100_000,
        "{" + '"a":{' * 5000,
        "[]",
        "1",
        "null",
        "",
        "\x00",
        '{"bin": 1}',
        "{}",
        "x" * 10**6,
        1,
        None,
        {},
    )
    metadata[random.choice(("config", "config", "format", "x"))] = random.choice(odd)
    if random.random() < 0.2:
        header["__metadata__"] = random.choice((None, [], "x", {}))
    return header


def _write_provenance(random: Random, path: Path) -> None:
    text = random.choice(PROVENANCES)
    data = text.encode("utf-8", "surrogatepass")
    path.with_suffix(".provenance.json").write_bytes(damaged(random, data) if random.random() < 0.3 else data)


KIND = Kind("checkpoint", "checkpoints: safetensors, their header, sizes, provenance", prepare, attack, 0.1)
