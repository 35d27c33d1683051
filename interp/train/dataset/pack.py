"""Training data in one file that travels: quantised mels, F0, symbols, durations and the text encoder.

Mels are quantised to a quarter of a neper, differenced along time and compressed; training reads the pack
with torch and numpy alone.
"""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8

from interp.estimators.speech_model import SpeechConfig, TextModel, text_model_of
from interp.system.files import whole_file
from interp.train.dataset.features import WIDE, Features, Variant
from interp.train.text import TextExample
from masks.errors import InterpError

STEP_NEPERS = 0.25
FLOOR_NEPERS = -11.52
F0_STEP_HZ = 0.02
DAMAGED_ARCHIVE = (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError)
# MemoryError: a header that promises more numbers than memory holds; RuntimeError: weights of other sizes.
UNREADABLE = (
    *DAMAGED_ARCHIVE,
    TokenError,  # NumPy's, for a header that is no Python
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    MemoryError,
    RuntimeError,
)


@dataclass(frozen=True)
class Pack:
    """What a pack holds: features, texts by recording key, and the trained text encoder."""

    features: list[Features]
    texts: dict[str, TextExample]
    encoder: TextModel


def write_pack(
    path: Path,
    features: Sequence[Features],
    texts: Mapping[str, TextExample],
    encoder: TextModel,
    max_mib: float,
) -> int:
    """Write as many items as fit, one variant of every recording after another.

    Returns
    -------
    int, number of items in the pack

    Raises
    ------
    InterpError
        When not one item fits, or the folder cannot be written.
    """
    weights = {f"encoder.{k}": v.numpy().astype(np.float16) for k, v in encoder.state_dict().items()}
    room = max_mib * 2**20 - sum(w.nbytes for w in weights.values())
    chosen, blobs = [], []
    for item in sorted((f for f in features if f.key in texts), key=lambda f: f.index):
        blob = _squeeze(quantise(item.mel))
        room -= len(blob) + 2 * item.mel.shape[1] + 8 * len(texts[item.key].ids) / 3
        if room < 0:
            break
        chosen.append(item)
        blobs.append(np.frombuffer(blob, np.uint8))
    if not chosen:
        raise InterpError(
            f"{path}: {max_mib:g} MiB hold none of {len(features)} items; give a larger --pack-mib"
        )
    arrays: dict[str, Any] = weights | _item_arrays(chosen, blobs) | _text_arrays(chosen, texts)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, encoder_config=np.array(str(encoder.config)), **arrays)
    return len(chosen)


def _item_arrays(items: Sequence[Features], blobs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    changes = [(f.index, f.variant) for f in items]
    return {
        "blobs": np.concatenate(blobs),
        "blob_sizes": np.array([len(b) for b in blobs]),
        "frames": np.array([f.mel.shape[1] for f in items]),
        "f0": np.concatenate([np.rint(f.f0_hz / F0_STEP_HZ).astype(np.uint16) for f in items]),
        "keys": np.array([f.key for f in items]),
        "wide": np.array([f.split == WIDE for f in items]),
        "contours": np.array([f.contour for f in items], dtype=np.int16),
        "variants": np.array([(i, v.formant_ratio, v.median_hz, v.range_factor) for i, v in changes]),
    }


def _text_arrays(items: Sequence[Features], texts: Mapping[str, TextExample]) -> dict[str, np.ndarray]:
    used = sorted({f.key for f in items})
    return {
        "text_keys": np.array(used),
        "text_sizes": np.array([len(texts[k].ids) for k in used]),
        "ids": np.concatenate([texts[k].ids for k in used]).astype(np.uint8),
        "durations": np.concatenate([texts[k].durations for k in used]).astype(np.uint16),
    }


def read_pack(path: Path, config: SpeechConfig) -> Pack:
    """Read what `write_pack` wrote.

    Raises
    ------
    InterpError
        When the file is missing or damaged, or was packed with another text encoder.
    """
    if not path.is_file():
        raise InterpError(f"{path}: no such pack; make one with interp train CONFIG --pack-to FILE")
    try:
        with path.open("rb") as file, np.load(file) as z:
            packed = {name: z[name] for name in z.files}
            wanted = str(text_model_of(config).config)
            if (found := str(packed["encoder_config"])) != wanted:
                raise InterpError(
                    f"{path}: packed with text encoder {found}; the configuration says {wanted}"
                )
            return Pack(_features(packed), _texts(packed), _encoder(packed, config))
    except UNREADABLE as error:
        raise InterpError(f"{path}: not a readable pack ({str(error)[:200]}); make it again") from error


def _encoder(packed: Mapping[str, np.ndarray], config: SpeechConfig) -> TextModel:
    encoder = text_model_of(config)
    prefix = "encoder."
    weights = {k[len(prefix) :]: v.astype(np.float32) for k, v in packed.items() if k.startswith(prefix)}
    encoder.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
    return encoder.eval().requires_grad_(False)


def quantise(mel: Float[np.ndarray, "n_mels frames"]) -> UInt8[np.ndarray, "n_mels frames"]:
    """Quarter nepers above the floor."""
    levels = np.rint((mel.astype(np.float32) - FLOOR_NEPERS) / STEP_NEPERS)
    return np.asarray(np.clip(levels, 0, 255).astype(np.uint8))


def restore(levels: UInt8[np.ndarray, "n_mels frames"]) -> Float[np.ndarray, "n_mels frames"]:
    """Natural log mel of quantised levels, to an eighth of a neper."""
    return (levels.astype(np.float32) * STEP_NEPERS + FLOOR_NEPERS).astype(np.float16)


def _squeeze(levels: UInt8[np.ndarray, "n_mels frames"]) -> bytes:
    """Differences along time, modulo 256, then LZMA."""
    return lzma.compress(np.diff(levels, prepend=np.uint8(0)).tobytes(), format=lzma.FORMAT_ALONE, preset=6)


def _unsqueeze(blob: bytes, n_frames: int) -> UInt8[np.ndarray, "n_mels frames"]:
    differences = np.frombuffer(lzma.decompress(blob), np.uint8).reshape(-1, n_frames)
    levels: UInt8[np.ndarray, "n_mels frames"] = np.cumsum(differences, axis=1, dtype=np.uint8)
    return levels


def _features(z: Mapping[str, np.ndarray]) -> list[Features]:
    ends, sizes, frames = np.cumsum(z["blob_sizes"]), z["blob_sizes"], z["frames"]
    blobs, f0 = z["blobs"], np.split(z["f0"], np.cumsum(frames)[:-1])
    found = []
    for i, (key, numbers) in enumerate(zip(z["keys"], z["variants"], strict=True)):
        mel = restore(_unsqueeze(blobs[ends[i] - sizes[i] : ends[i]].tobytes(), int(frames[i])))
        variant = Variant(*(float(x) for x in numbers[1:]))
        split = WIDE if z["wide"][i] else "train"
        f0_hz = f0[i].astype(np.float32) * F0_STEP_HZ
        contour = int(z["contours"][i])
        found.append(Features(str(key), split, int(numbers[0]), variant, mel, f0_hz, contour))
    return found


def _texts(z: Mapping[str, np.ndarray]) -> dict[str, TextExample]:
    cuts = np.cumsum(z["text_sizes"])[:-1]
    ids, durations = (
        np.split(z["ids"].astype(np.int64), cuts),
        np.split(z["durations"].astype(np.int64), cuts),
    )
    n_frames = {str(k): int(d.sum()) for k, d in zip(z["text_keys"], durations, strict=True)}
    return {
        str(k): TextExample(i, d, np.zeros((1, n_frames[str(k)]), np.float16))
        for k, i, d in zip(z["text_keys"], ids, durations, strict=True)
    }
