"""Training data in files that travel: quantised mels, F0, symbols, durations and the text encoder.

Mels are quantised to a quarter of a neper, differenced along time and bins, and Huffman coded: what is left
is noise, in which LZMA finds nothing to repeat (35 bytes a frame for 30, at ten times the cost). Training
reads packs with torch and numpy alone. Of several packs made together the first holds the text encoder.
"""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections import defaultdict
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
KEPT_OF_A_VOICE = 12  # items that a voice has before any voice has more
ITEM_BYTES, FILE_BYTES = 64, 16384  # sizes, variant and contour of an item; headers of a file
END = "\0"  # of a key: no path holds it
DAMAGED_ARCHIVE = (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError, zlib.error)
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
    """What packs hold: features, texts by recording key, and the trained text encoder."""

    features: list[Features]
    texts: dict[str, TextExample]
    encoder: TextModel


Squeezed = tuple[Features, bytes]


def write_packs(
    paths: Sequence[Path],
    features: Sequence[Features],
    texts: Mapping[str, TextExample],
    encoder: TextModel,
    max_mib: float,
) -> list[int]:
    """Write as many items as fit, one file after another, every voice thinned alike (`evenly`).

    Parameters
    ----------
    paths : files to fill, in this order; the first one alone can be trained from, too
    max_mib : room of a file, MiB

    Returns
    -------
    list of int, number of items in every pack; fewer than ``paths`` where fewer hold them all

    Raises
    ------
    InterpError
        When not one item fits the first, or a folder cannot be written.
    """
    weights = {f"encoder.{k}": v.numpy().astype(np.float16) for k, v in encoder.state_dict().items()}
    making = np.array(hashlib.sha256(b"".join(w.tobytes() for w in weights.values())).hexdigest())
    items = [(f, _squeeze(quantise(f.mel))) for f in evenly([f for f in features if f.key in texts])]
    counts: list[int] = []
    for path in paths:
        room = max_mib * 2**20 - FILE_BYTES - sum(w.nbytes for w in weights.values())
        n = _n_fitting(items, texts, room)
        if not n:
            break
        arrays: dict[str, Any] = weights | _item_arrays(items[:n]) | _text_arrays(items[:n], texts)
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, encoder_config=np.array(str(encoder.config)), making=making, **arrays)
        counts.append(n)
        items, weights = items[n:], {}
    if not counts:
        raise InterpError(
            f"{paths[0]}: {max_mib:g} MiB hold none of {len(features)} items; give a larger --pack-mib"
        )
    return counts


def evenly(features: Sequence[Features]) -> list[Features]:
    """An order of which any beginning holds the same share of every voice, and `KEPT_OF_A_VOICE` before that.

    Within a voice the order is drawn, so that pitches, contours and sentences are thinned alike, too.
    """
    of_voice: dict[tuple[str, float], list[Features]] = defaultdict(list)
    for at in np.random.default_rng(0).permutation(len(features)):
        of_voice[features[at].voice].append(features[at])
    ranked = [
        (max(0, rank - KEPT_OF_A_VOICE) / len(items), item)
        for items in of_voice.values()
        for rank, item in enumerate(items)
    ]
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def _n_fitting(items: Sequence[Squeezed], texts: Mapping[str, TextExample], room: float) -> int:
    """How many of the first items, each with its text where none before has it, fit so many bytes."""
    used: set[str] = set()
    sizes = []
    for item, blob in items:
        key = len(item.key.encode())
        text = 0 if item.key in used else 3 * len(texts[item.key].ids) + key + ITEM_BYTES
        sizes.append(len(blob) + 2 * item.mel.shape[1] + key + ITEM_BYTES + text)
        used.add(item.key)
    return int(np.searchsorted(np.cumsum(sizes), room, side="right"))


def _item_arrays(squeezed: Sequence[Squeezed]) -> dict[str, np.ndarray]:
    items, blobs = zip(*squeezed, strict=True)
    changes = [(f.index, f.variant) for f in items]
    return {
        "blobs": np.frombuffer(b"".join(blobs), np.uint8),
        "blob_sizes": np.array([len(b) for b in blobs], dtype=np.int32),
        "frames": np.array([f.mel.shape[1] for f in items], dtype=np.int32),
        "f0": np.concatenate([np.rint(f.f0_hz / F0_STEP_HZ).astype(np.uint16) for f in items]),
        "keys": _joined([f.key for f in items]),
        "wide": np.array([f.split == WIDE for f in items]),
        "contours": np.array([f.contour for f in items], dtype=np.int16),
        "variants": np.array([(i, v.formant_ratio, v.median_hz, v.range_factor) for i, v in changes]),
    }


def _text_arrays(squeezed: Sequence[Squeezed], texts: Mapping[str, TextExample]) -> dict[str, np.ndarray]:
    used = sorted({f.key for f, _ in squeezed})
    return {
        "text_keys": _joined(used),
        "text_sizes": np.array([len(texts[k].ids) for k in used], dtype=np.int32),
        "ids": np.concatenate([texts[k].ids for k in used]).astype(np.uint8),
        "durations": np.concatenate([texts[k].durations for k in used]).astype(np.uint16),
    }


def _joined(keys: Sequence[str]) -> UInt8[np.ndarray, " bytes"]:
    return np.frombuffer(END.join(keys).encode(), np.uint8)


def _keys(joined: UInt8[np.ndarray, " bytes"]) -> list[str]:
    return joined.tobytes().decode().split(END)


def read_packs(paths: Sequence[Path], config: SpeechConfig) -> Pack:
    """Read what `write_packs` wrote, several files as one.

    Raises
    ------
    InterpError
        When a file is missing or damaged, was packed with another text encoder or at another time, is given
        twice, or none of them holds the text encoder.
    """
    features: list[Features] = []
    texts: dict[str, TextExample] = {}
    encoder, making = None, ""
    for path in paths:
        try:
            packed = _arrays_of(path)
            _require_same(path, packed, making, config)
            making = str(packed["making"])
            encoder = encoder or _encoder(packed, config)
            features += _features(packed)
            texts |= _texts(packed)
        except UNREADABLE as error:
            raise InterpError(f"{path}: not a readable pack ({str(error)[:200]}); make it again") from error
    names = {(f.key, f.index) for f in features}
    if len(names) < len(features):
        raise InterpError(f"{paths[-1]}: its items are in another pack too; give every pack once")
    if encoder is None:
        raise InterpError(f"{paths[0]}: holds no text encoder; give the first of the packs made with it too")
    return Pack(features, texts, encoder)


def _arrays_of(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise InterpError(f"{path}: no such pack; make one with interp train CONFIG --pack-to FILE")
    with path.open("rb") as file, np.load(file) as z:
        return {name: z[name] for name in z.files}


def _require_same(path: Path, packed: Mapping[str, np.ndarray], making: str, config: SpeechConfig) -> None:
    wanted = str(text_model_of(config).config)
    if (found := str(packed["encoder_config"])) != wanted:
        raise InterpError(f"{path}: packed with text encoder {found}; the configuration says {wanted}")
    if making and str(packed["making"]) != making:
        raise InterpError(
            f"{path}: made with other weights than the pack before it; make all of them at once"
        )


def _encoder(packed: Mapping[str, np.ndarray], config: SpeechConfig) -> TextModel | None:
    prefix = "encoder."
    weights = {k[len(prefix) :]: v.astype(np.float32) for k, v in packed.items() if k.startswith(prefix)}
    if not weights:
        return None
    encoder = text_model_of(config)
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
    """Differences along time and bins, modulo 256, then Huffman codes."""
    along_time = np.diff(levels, axis=1, prepend=np.uint8(0))
    coder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return coder.compress(np.diff(along_time, axis=0, prepend=np.uint8(0)).tobytes()) + coder.flush()


def _unsqueeze(blob: bytes, n_frames: int) -> UInt8[np.ndarray, "n_mels frames"]:
    differences = np.frombuffer(zlib.decompress(blob, -zlib.MAX_WBITS), np.uint8).reshape(-1, n_frames)
    along_time = np.cumsum(differences, axis=0, dtype=np.uint8)
    levels: UInt8[np.ndarray, "n_mels frames"] = np.cumsum(along_time, axis=1, dtype=np.uint8)
    return levels


def _features(z: Mapping[str, np.ndarray]) -> list[Features]:
    ends, sizes, frames = np.cumsum(z["blob_sizes"]), z["blob_sizes"], z["frames"]
    blobs, f0 = z["blobs"], np.split(z["f0"], np.cumsum(frames)[:-1])
    found = []
    for i, (key, numbers) in enumerate(zip(_keys(z["keys"]), z["variants"], strict=True)):
        mel = restore(_unsqueeze(blobs[ends[i] - sizes[i] : ends[i]].tobytes(), int(frames[i])))
        variant = Variant(*(float(x) for x in numbers[1:]))
        split = WIDE if z["wide"][i] else "train"
        f0_hz = f0[i].astype(np.float32) * F0_STEP_HZ
        contour = int(z["contours"][i])
        found.append(Features(key, split, int(numbers[0]), variant, mel, f0_hz, contour))
    return found


def _texts(z: Mapping[str, np.ndarray]) -> dict[str, TextExample]:
    cuts = np.cumsum(z["text_sizes"])[:-1]
    ids, durations = (
        np.split(z["ids"].astype(np.int64), cuts),
        np.split(z["durations"].astype(np.int64), cuts),
    )
    return {
        k: TextExample(i, d, np.zeros((1, int(d.sum())), np.float16))
        for k, i, d in zip(_keys(z["text_keys"]), ids, durations, strict=True)
    }
