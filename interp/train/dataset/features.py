"""Cached features of recordings and their variants: one file each, read back without any audio library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Variant:
    """What Praat did: formant scale, new median F0 (Hz; 0 leaves the recording natural), range factor."""

    formant_ratio: float
    median_hz: float
    range_factor: float

    @property
    def natural(self) -> bool:
        """Whether the recording is used as it is."""
        return self.median_hz == 0


NATURAL = Variant(1.0, 0.0, 1.0)
WIDE = "wide"  # the split of recordings that are there for the variety of voices


@dataclass(frozen=True)
class Features:
    """One variant of a recording: ``mel`` (80, T) float16 log mel, ``f0_hz`` (T,) float32, 0 unvoiced.

    ``contour`` numbers the course of F0 where a corpus knows it: items of one number above 0 share it by
    relative time, 0 is the sentence's own, -1 is not known.
    """

    key: str
    split: str
    index: int
    variant: Variant
    mel: Float[np.ndarray, "n_mels frames"]
    f0_hz: Float[np.ndarray, " frames"]
    contour: int = -1

    @property
    def speaker(self) -> str:
        """Whose recording it is."""
        return self.key.split("/")[0]

    @property
    def voice(self) -> tuple[str, float]:
        """Speaker and formant ratio: what a rest reference stands for."""
        return self.speaker, self.variant.formant_ratio


def feature_file(folder: Path, key: str, index: int) -> Path:
    """Where the features of one variant lie."""
    return folder / f"{key.replace('/', '__')}__{index}.npz"


def read_features(folder: Path) -> list[Features]:
    """All cached features of a folder, in the order of their names; files in the making are not seen."""
    return [_read_one(file) for file in sorted(folder.glob("*.npz")) if not file.name.startswith(".")]


def write_features(path: Path, features: Features) -> None:
    """Write whole or not at all."""
    v = features.variant
    temporary = path.with_name("." + path.name)
    np.savez(
        temporary,
        key=features.key,
        split=features.split,
        index=features.index,
        variant=np.array([v.formant_ratio, v.median_hz, v.range_factor]),
        mel=features.mel.astype(np.float16),
        f0_hz=features.f0_hz.astype(np.float32),
        contour=features.contour,
    )
    temporary.rename(path)


def _read_one(path: Path) -> Features:
    with np.load(path) as z:
        ratio, median, factor = (float(x) for x in z["variant"])
        return Features(
            str(z["key"]),
            str(z["split"]),
            int(z["index"]),
            Variant(ratio, median, factor),
            z["mel"],
            z["f0_hz"],
            int(z["contour"]) if "contour" in z else -1,
        )
